/** Where threads and processes of ours begin: they cannot load TypeScript, so their files are built ones. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package.ts';

/** The command line as a file that Node starts. */
export const COMMAND_LINE = join(packageRoot, 'bin', 'schmetterling.js');

/** Files that threads begin with, as the entries of vite.node.config.ts have them. */
export type WorkerName =
  | 'cli/sweep/worker'
  | `host/${'depth' | 'experiment' | 'field' | 'survey'}-worker`
  | 'host/training/worker'
  | 'server/simulation-worker'
  | 'server/worker';

/** The built file of a thread. Throws Error where nothing is built. */
export function builtWorker(name: WorkerName): string {
  const file = join(packageRoot, 'dist', 'run', `${name}.js`);
  if (!existsSync(file)) throw new Error(`dist/ has no run/${name}.js: run \`npm run build\``);
  return file;
}
