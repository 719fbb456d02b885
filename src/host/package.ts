/** Where the package lies on disk and which version it is. The same from `src/` and from all of `dist/`. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STREAMS } from '../numerics/random.ts';

/** The folder that holds package.json, models/ and dist/. */
export const packageRoot = above(dirname(fileURLToPath(import.meta.url)));

function above(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder));
}

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What stands in every result: of other versions, of the streams above all, the same seed may have other numbers. */
export const madeBy = () => ({ version: packageVersion(), streams: STREAMS });
