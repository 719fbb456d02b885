/** The folder of `--out`: made before the work begins, filled when it is done. */
import { join } from 'node:path';
import { exitOnInterrupt, makeFolder, writeFileSafely } from '../host/files.ts';

/** As `makeFolder`; from here on Ctrl-C ends the process between two writes. */
export function prepareFolder(folder: string): void {
  exitOnInterrupt();
  makeFolder(folder);
}

/** Writes files by name, each of them whole, in their order; returns the names. */
export function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): string[] {
  for (const [name, content] of Object.entries(files)) writeFileSafely(join(folder, name), content);
  return Object.keys(files);
}
