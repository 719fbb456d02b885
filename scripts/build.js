/** Builds dist/: the kernels, the modules with their types, what runs of them under Node, and the page. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fingerprint, isCurrent, root, stampFile } from './sources.js';

const STEPS = [
  ['scripts/build-assembly.js'],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  [
    'node_modules/vite/bin/vite.js',
    'build',
    '--config',
    'vite.node.config.ts',
    '--logLevel',
    'warn',
  ],
  ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
];

if (!isCurrent()) {
  for (const [script, ...options] of STEPS) {
    const { status } = spawnSync(process.execPath, [join(root, script), ...options], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) {
      console.error(`building stopped at ${script}`);
      process.exit(1);
    }
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, fingerprint());
}
