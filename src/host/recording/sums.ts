/**
 * Sums of a recording's files, by which damage is known before a run goes on: of what counts of each file, so that
 * frames behind the last state, which are computed again, change none.
 */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesSum } from '../../numerics/entries-sum.ts';
import { DamagedFileError } from '../../numerics/errors.ts';
import { sha256Of } from '../digest.ts';
import { readable } from '../files.ts';
import { npyRowBytes } from '../npy.ts';
import { FRAME_ARRAYS, LINES, MASSES, TABLE } from './layout.ts';

/** SHA-256 by the file's name, of what was added until now: copied before more is added. */
export type Sums = ReadonlyMap<string, Hash>;

/** In hexadecimal; what sums go on from stays. */
export const digests = (sums: Sums): Record<string, string> =>
  Object.fromEntries([...sums].map(([name, sum]) => [name, sum.copy().digest('hex')]));

/**
 * Of the first frames of a folder: the numbers of arrays, the lines of tables with the header, and the whole file of
 * masses. Throws InputError (field `continue`) for a missing file, DamagedFileError for one without so many frames.
 */
export function sumsOf(folder: string, frames: number): Map<string, Hash> {
  const sums = new Map<string, Hash>();
  for (const { name, isOptional } of FRAME_ARRAYS) {
    const path = join(folder, name);
    if (isOptional && !existsSync(path)) continue;
    const sum = createHash('sha256');
    for (const bytes of npyRowBytes(path, 'continue', frames)) sum.update(bytes);
    sums.set(name, sum);
  }
  const masses = join(folder, MASSES);
  if (existsSync(masses)) sums.set(MASSES, createHash('sha256').update(readFileSync(masses)));
  for (const [name, lines] of [
    [TABLE, frames + 1],
    [LINES, frames],
  ] as const)
    sums.set(name, createHash('sha256').update(firstLines(join(folder, name), lines)));
  return sums;
}

/** So many lines. Throws DamagedFileError where there are less. */
export function firstLines(path: string, count: number): string {
  const lines = readable('continue', path, (file) => readFileSync(file, 'utf8')).split('\n');
  if (lines.length <= count)
    throw new DamagedFileError(
      `${path} has ${lines.length - 1} whole lines, expected ${count} or more: begin a new run`,
    );
  const kept = lines.slice(0, count).map((line) => `${line}\n`);
  return kept.join('');
}

/** Of run.json, but for the time that the run took, which no other run takes. */
export function runSum(record: object): string {
  const { seconds: _, ...rest } = record as { seconds?: unknown };
  return entriesSum(rest, sha256Of);
}
