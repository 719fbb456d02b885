/** The folder of `--out`: made before the work begins, filled when it is done. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, exitOnInterrupt, removeLeftovers, writeFileSafely } from '../host/files.ts';
import { InputError } from '../numerics/errors.ts';

/** Makes the folder where it is missing. Throws InputError (field `out`) where that is refused. */
export function prepareFolder(folder: string): void {
  exitOnInterrupt();
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new InputError(
      'out',
      `cannot make the folder "${folder}" (${errorCode(error)}), expected a folder that can be written: choose another --out`,
    );
  }
  removeLeftovers(folder);
}

/** Writes files by name, each of them whole, in their order; returns the names. */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): string[] {
  for (const [name, content] of Object.entries(files)) writeFileSafely(join(folder, name), content);
  return Object.keys(files);
}
