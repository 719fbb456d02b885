/** The folder of `--out`: made before the work begins, filled when it is done. */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorCode, exitOnInterrupt, removeLeftovers, writeFileSafely } from '../host/files.ts';
import { InputError } from '../numerics/errors.ts';

/** As `makeFolder`; from here on Ctrl-C ends the process between two writes. */
export function prepareFolder(folder: string): void {
  exitOnInterrupt();
  makeFolder(folder);
}

/** Makes the folder where it is missing. Throws InputError (field `out`) where that or writing in it is refused. */
export function makeFolder(folder: string): void {
  try {
    makeFolders(resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new InputError(
      'out',
      `cannot make the folder "${folder}" (${errorCode(error)}), expected a folder that can be written: choose another --out`,
    );
  }
  removeLeftovers(folder);
}

/** One folder after the other: mkdir's own recursion never ends where the system makes none, as under /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder);
}

/** Writes files by name, each of them whole, in their order; returns the names. */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): string[] {
  for (const [name, content] of Object.entries(files)) writeFileSafely(join(folder, name), content);
  return Object.keys(files);
}
