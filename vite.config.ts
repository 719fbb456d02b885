/** How the page is built: `src/web` becomes static files under `dist/page`, which the server hands out. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/web',
  base: './',
  publicDir: '../../public',
  build: { outDir: '../../dist/page', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
});
