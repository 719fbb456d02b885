/** How the page is built: `src/web` becomes static files under `dist/page`, which the server hands out. */
import { defineConfig, type Plugin } from 'vite';

/** Of the fonts of the formulas only woff2 is shipped, which every browser that runs the page reads. */
const onlyWoff2: Plugin = {
  name: 'only-woff2',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('katex.min.css')) return null;
    return code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, '');
  },
};

export default defineConfig({
  root: 'src/web',
  base: './',
  publicDir: '../../public',
  plugins: [onlyWoff2],
  // its parts are loaded when they are asked for
  worker: { format: 'es' },
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800, // three.js, for who opens the globe
  },
});
