/**
 * How what runs under Node is bundled: the library, the command line, the server and their threads become few files
 * under `dist/run`, since a cold start would find, read and link some 300 modules, 94 of them zod's. Packages of many
 * small files are bundled with it, with their licences; the rest is loaded from node_modules.
 */
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const BUNDLED = [
  '@noble/hashes',
  '@petamoriken/float16',
  'commander',
  'csv-parse',
  'fastest-levenshtein',
  'gpt-tokenizer',
  'ml-matrix',
  'pure-rand',
  'zod',
];

/** Entries: what package.json exports, what bin/ starts, and every file that a thread begins with (host/built.ts). */
const ENTRIES = [
  'index',
  'host/library',
  'cli/main',
  'server/start',
  'server/worker',
  'server/simulation-worker',
  'cli/sweep/worker',
  'host/training/worker',
  'host/survey-worker',
  'host/experiment-worker',
  'host/field-worker',
  'host/depth-worker',
];

const licences: Plugin = {
  name: 'licences',
  generateBundle() {
    const texts = BUNDLED.map((name) => {
      const file = name === 'fastest-levenshtein' ? 'LICENSE.md' : 'LICENSE';
      return `${name}\n\n${readFileSync(`node_modules/${name}/${file}`, 'utf8').trim()}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join('\n\n') });
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [licences],
  ssr: { noExternal: BUNDLED },
  build: {
    ssr: true,
    outDir: 'dist/run',
    target: 'node20.19',
    minify: false,
    chunkSizeWarningLimit: 4000, // the vocabulary that training samples from
    rolldownOptions: {
      input: Object.fromEntries(ENTRIES.map((name) => [name, `src/${name}.ts`])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' },
    },
  },
});
