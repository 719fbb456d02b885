/**
 * Builds dist/static/: the page with the models beside it, answered by workers in the browser. It may lie on
 * any static host, in any folder.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './sources.js';

const out = join(root, 'dist', 'static');

function run(script, ...options) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

run('scripts/build.js');
run(
  'node_modules/vite/bin/vite.js',
  'build',
  '--mode',
  'alone',
  '--outDir',
  out,
  '--logLevel',
  'warn',
);
const { DEFAULT_MODEL, listModels } = await import('../dist/host/models.js');
const { modelRecord } = await import('../dist/language/model-record.js');
const models = listModels().filter(({ problem }) => !problem);
for (const { name, folder } of models)
  cpSync(folder, join(out, 'models', name), { recursive: true });
mkdirSync(join(out, 'models'), { recursive: true });
const list = { default: DEFAULT_MODEL, models: models.map(modelRecord) };
writeFileSync(join(out, 'models', 'models.json'), `${JSON.stringify(list, null, 2)}\n`);
console.log(`dist/static: the page and ${models.length} models, for any static host`);
