/**
 * What the cells of an experiment have found, in its folder until it is measured to its end: a run that is killed goes
 * on with those. A line each; one that is torn or damaged is measured again.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { CellStore, FoundCells } from '../experiments/cells.ts';
import { entriesSum } from '../numerics/entries-sum.ts';
import { sha256Of } from './digest.ts';
import { makeFolder, writeError, writeFileSafely } from './files.ts';

export interface CellFile {
  readonly path: string;
  /** What the cells depend on: of another, they are measured anew. */
  readonly about: string;
}

/** Milliseconds between two writes. */
const WRITE_EVERY = 500;

const line = z.strictObject({
  measurement: z.number(),
  index: z.number(),
  /** That were spent until then, over all runs. */
  seconds: z.number(),
  /** As V8 serialises it, for JSON lacks numbers; in base64. */
  value: z.string(),
  sha256: z.string(),
});

type Line = z.output<typeof line>;

/**
 * Reads the cells that are there; others are written as they are found, some at a time. Writing throws Error as
 * `writeFileSafely`.
 */
export function openCells({ path, about }: CellFile): CellStore {
  const header = JSON.stringify({ about: sha256Of(new TextEncoder().encode(about)) });
  const lines = readLines(path, header);
  const seconds = Math.max(0, ...lines.map((one) => one.seconds));
  const begun = performance.now();
  let waiting = '';
  let written = Number.NEGATIVE_INFINITY;
  let measurements = 0;
  const flush = () => {
    if (waiting === '') return;
    if (!existsSync(path)) {
      makeFolder(dirname(path));
      writeFileSafely(path, `${header}\n`);
    }
    try {
      appendFileSync(path, waiting);
    } catch (error) {
      throw writeError(path, error);
    }
    waiting = '';
    written = performance.now();
  };
  const keep = (measurement: number, index: number, value: unknown) => {
    const spent = seconds + (performance.now() - begun) / 1000;
    const found = {
      measurement,
      index,
      seconds: spent,
      value: serialize(value).toString('base64'),
    };
    waiting += `${JSON.stringify({ ...found, sha256: entriesSum(found, sha256Of) })}\n`;
    if (performance.now() - written > WRITE_EVERY) flush();
  };
  const next = (): FoundCells => {
    const measurement = measurements++;
    const own = lines.filter((one) => one.measurement === measurement);
    const values = new Map(own.map(({ index, value }) => [index, decoded(value)]));
    return {
      has: (index) => values.has(index),
      get: (index) => values.get(index),
      set(index, value) {
        keep(measurement, index, value);
        return values.set(index, value);
      },
    };
  };
  return { seconds, next };
}

/** Takes away what is kept, of a run that has ended or begins anew. */
export const removeCells = ({ path }: CellFile): void => rmSync(path, { force: true });

const decoded = (text: string): unknown => deserialize(Buffer.from(text, 'base64'));

/** The whole lines; the file is left with these alone. */
function readLines(path: string, header: string): Line[] {
  if (!existsSync(path)) return [];
  const [first, ...rest] = readFileSync(path, 'utf8').split('\n');
  const lines = first === header ? rest.flatMap((text) => lineOf(text) ?? []) : [];
  const whole = [header, ...lines.map((one) => JSON.stringify(one)), ''].join('\n');
  if (whole !== [first, ...rest].join('\n')) writeFileSafely(path, whole);
  return lines;
}

/** null: not what was written. */
function lineOf(text: string): Line | null {
  try {
    const found = line.parse(JSON.parse(text));
    if (found.sha256 !== entriesSum(found, sha256Of)) return null;
    // of a later Node it may be unreadable
    decoded(found.value);
    return found;
  } catch {
    return null;
  }
}
