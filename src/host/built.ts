/** Where threads come from: they cannot load TypeScript, so their files are those of dist/. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built file of a worker that stands beside the asking module. Throws Error where nothing is built. */
export function builtWorker(moduleUrl: string, name: string): string {
  const built = moduleUrl.replace(/\/src\/(host|server|cli)\//, '/dist/$1/');
  const file = fileURLToPath(new URL(`./${name}.js`, built));
  if (!existsSync(file)) throw new Error(`dist/ has no ${name}: run \`npm run build\``);
  return file;
}
