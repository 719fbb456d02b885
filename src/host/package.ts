/** Where the package lies on disk and which version it is. The same from `src/` and from `dist/`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STREAMS } from '../numerics/random.ts';

/** The folder that holds package.json, models/ and dist/. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What stands in every result: of other versions, of the streams above all, the same seed may have other numbers. */
export const madeBy = () => ({ version: packageVersion(), streams: STREAMS });
