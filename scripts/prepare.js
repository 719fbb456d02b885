/**
 * Runs at the end of `npm ci`. Builds when dist/ is missing or old; without the development tools
 * (`npm ci --omit=dev`, an installed package) an existing dist/ is taken as it is.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

if (existsSync(join(root, 'node_modules/typescript')) && existsSync(join(root, 'src'))) {
  await import('./build.js');
} else if (!existsSync(join(root, 'dist/run/index.js'))) {
  console.error(
    'dist/ is missing and the tools that build it are not installed: run `npm ci` without --omit=dev once',
  );
  process.exit(1);
}
