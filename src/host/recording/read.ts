/** What a recording holds for a run that goes on, and whether it is as it was written. Not its writing (write.ts). */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReferenceFrames } from '../../flow/frames.ts';
import type { SimulationContinuation } from '../../flow/run.ts';
import { entriesSum } from '../../numerics/entries-sum.ts';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import { notFiniteAt } from '../../numerics/vectors.ts';
import { sha256Of } from '../digest.ts';
import { readable } from '../files.ts';
import { readNpy, readNpyRow } from '../npy.ts';
import { MASSES, RUN, STATE } from './layout.ts';
import { digests, runSum, type Sums, sumsOf } from './sums.ts';

/** Where a recording comes from, beside its settings: what the options alone do not say. */
export type Source = Readonly<Record<string, unknown>>;

export interface RecordedRun {
  /** As they were when the run was begun or went on last. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly source: Source;
  /** Positions [n, d] of the last frame that counts. */
  readonly positions: Matrix;
  /** [n]; null where all are equal. */
  readonly masses: Float64Array | null;
  /** Frames that count: those after them are computed again. */
  readonly frames: number;
  readonly from: SimulationContinuation;
  /** The first and the last frame that count, for the diagnostics. */
  readonly reference: ReferenceFrames;
  /** Of the files, up to the last frame that counts. */
  readonly sums: Sums;
  /** Whether sums say that all is as it was written; recordings of older versions have none. */
  readonly checked: boolean;
}

const indices = z.array(z.array(z.number()));

/** A continuation of the integrator without its state. */
const INTEGRATOR = z.object({
  time: z.number(),
  delivered: z.number(),
  steps: z.number(),
  rejected: z.number(),
  step: z.number(),
  previousRatio: z.number(),
});

/** What `keepState` writes. No other entries: one whose name is damaged would be missed. */
const STATE_RECORD = z.strictObject({
  file: z.string(),
  frames: z.number().int().min(1),
  engine: z.object({ name: z.string(), reason: z.string() }),
  integrator: INTEGRATOR,
  beside: INTEGRATOR.optional(),
  members: indices.nullable(),
  merges: z.array(z.object({ time: z.number(), groups: indices })),
  notes: z.record(z.string(), z.string()),
  /** By the file's name; these two are absent in older versions. */
  sums: z.record(z.string(), z.string()).optional(),
  sha256: z.string().optional(),
});

/** What is read of run.json. */
const RUN_RECORD = z.object({
  // a record has the order of the file, in which a run that goes on writes them again
  settings: z
    .record(z.string(), z.unknown())
    .refine(({ saveAt }) => z.array(z.number()).safeParse(saveAt).success),
  source: z.record(z.string(), z.unknown()),
  sha256: z.string().optional(),
});

interface Summed {
  readonly sha256?: string;
}

/**
 * Throws InputError where there is no such file, DamagedFileError for what `simulate` did not write: another document,
 * or one whose sum is not its own.
 */
function parse<T extends Summed>(
  path: string,
  schema: z.ZodType<T>,
  sumOf: (document: object) => string,
): T {
  const text = readable('continue', path, (file) => readFileSync(file, 'utf8'));
  const document = fromJson(text);
  const { success, data } = schema.safeParse(document);
  if (!success || (data.sha256 !== undefined && data.sha256 !== sumOf(document as object)))
    throw damaged(path, 'the JSON');
  return data;
}

/** undefined: no JSON. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const stateSum = (document: object) => entriesSum(document, sha256Of);

/**
 * What a run goes on from. Throws InputError (field `continue`) where the folder holds no run, or one that
 * was interrupted before its first state was kept; DamagedFileError for files that are not whole, or not as they were
 * written.
 */
export function readRecording(folder: string): RecordedRun {
  const run = parse(join(folder, RUN), RUN_RECORD, runSum);
  const statePath = join(folder, STATE);
  if (!existsSync(statePath))
    throw new InputError(
      'continue',
      `"${folder}" was interrupted before there was a state to go on from: begin the run again in another folder`,
    );
  const record = parse(statePath, STATE_RECORD, stateSum);
  const { frames, engine, integrator, beside, file, merges, notes } = record;
  const sums = sumsOf(folder, frames);
  const positions = readFrame(join(folder, 'positions.npy'), frames - 1);
  const members = record.members ?? Array.from({ length: positions.rows }, (_, i) => [i]);
  const runs = beside ? 2 : 1;
  const kept = readKept(join(folder, file), runs * members.length, positions.columns);
  const [state, other] = [kept.subarray(0, kept.length / runs), kept.subarray(kept.length / runs)];
  const view = join(folder, 'view.npy');
  const shown = existsSync(view) ? view : join(folder, 'positions.npy');
  const masses = join(folder, MASSES);
  const given = existsSync(masses) ? finite(masses, readNpy(masses, 'continue').data) : null;
  const reference = { first: readFrame(shown, 0), last: readFrame(shown, frames - 1) };
  if (record.sums) {
    // run.json has its sum before there is a state with one
    if (run.sha256 === undefined) throw damaged(join(folder, RUN), 'the JSON');
    const found = { ...digests(sums), [file]: sha256Of(readFileSync(join(folder, file))) };
    checkSums(folder, found, record.sums);
  }
  return {
    settings: run.settings,
    source: run.source,
    positions,
    masses: given,
    frames,
    reference,
    sums,
    checked: record.sums !== undefined,
    from: {
      engine,
      merges,
      notes,
      members,
      integrator: { ...integrator, state },
      ...(beside && { beside: { ...beside, state: other } }),
    },
  };
}

const damaged = (path: string, expected: string) =>
  new DamagedFileError(
    `${path} is damaged, expected ${expected} that simulate wrote: begin a new run`,
  );

/** Throws DamagedFileError for the first file that is another than was written. */
function checkSums(
  folder: string,
  found: Readonly<Record<string, string>>,
  written: Readonly<Record<string, string>>,
): void {
  for (const name of Object.keys({ ...written, ...found }))
    if (found[name] !== written[name])
      throw damaged(join(folder, name), 'what continue.json has the sum of,');
}

/** Throws DamagedFileError for a number that is not finite. */
function finite(path: string, numbers: ArrayLike<number>): Float64Array {
  const at = notFiniteAt(numbers);
  if (at >= 0)
    throw new DamagedFileError(
      `${path} holds ${numbers[at]} at ${at}, expected finite numbers: begin a new run`,
    );
  return Float64Array.from(numbers);
}

/** Positions of m particles, and radii where there are any. Throws DamagedFileError for other numbers. */
function readKept(path: string, m: number, d: number): Float64Array {
  const { data } = readNpy(path, 'continue');
  if (data.length !== m * d && data.length !== m * (d + 1))
    throw new DamagedFileError(
      `${path} holds ${data.length} numbers, expected ${m * d} for ${m} particles: begin a new run`,
    );
  return finite(path, data);
}

/** One frame [n, d] of an array of frames. */
function readFrame(path: string, index: number): Matrix {
  const { shape, data } = readNpyRow(path, 'continue', index);
  return matrix(shape[0], shape[1], finite(path, data));
}
