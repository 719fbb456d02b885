/**
 * A simulation as a folder that grows frame by frame: arrays as .npy, diagnostics as CSV and JSON lines,
 * run.json, and what the run goes on from. After an interruption the folder holds whole frames, and the
 * run continues with the same numbers. Memory does not grow with the frames.
 */

import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReferenceFrames, SimulationFrame } from '../flow/frames.ts';
import type { SimulationContinuation } from '../flow/run.ts';
import type { SimulationReport } from '../flow/simulate.ts';
import { type SimulationSettings, settingsRecord } from '../flow/simulation-settings.ts';
import { counted } from '../numerics/counted.ts';
import { DamagedFileError, InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { csvLine } from './csv.ts';
import { errorCode, isRefusal, readable, writeFileSafely } from './files.ts';
import { encodeNpy, growNpy, readNpy, readNpyRow } from './npy.ts';
import { madeBy } from './package.ts';

export interface Recording {
  /** Writes a frame. Throws Error, naming the folder, where the system refuses; the frames before are kept. */
  write(frame: SimulationFrame): void;
  /** Closes the files and writes run.json; `failure` says why the run did not reach its end. */
  end(report: SimulationReport, seconds: number, failure?: string): void;
}

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
}

/** Milliseconds between two states that are kept on disk. */
const KEEP_EVERY = 2_000;

const RUN = 'run.json';
const STATE = 'continue.json';
const TABLE = 'diagnostics.csv';
const LINES = 'diagnostics.jsonl';
/** [n], where they are not equal at the start. */
const MASSES = 'masses.npy';

/** An array of frames. */
interface FrameArray {
  readonly name: string;
  /** Whether a run with these settings has it. */
  readonly isKept: (settings: SimulationSettings) => boolean;
  /** Of one frame. */
  readonly shape: (settings: SimulationSettings) => readonly number[];
  readonly row: (frame: SimulationFrame) => Float64Array;
}

/** All there are. The times come last, so that a time stands for a whole frame. */
const FRAME_ARRAYS: readonly FrameArray[] = [
  {
    name: 'positions.npy',
    isKept: () => true,
    shape: ({ n, d }) => [n, d],
    row: ({ positions }) => positions.data,
  },
  {
    name: 'view.npy',
    isKept: ({ entry }) => entry.view !== undefined,
    shape: ({ n, d }) => [n, d],
    row: ({ view, positions }) => (view ?? positions).data,
  },
  {
    name: 'radii.npy',
    isKept: ({ entry, parameters }) => Boolean(entry.normalisation?.(parameters)),
    shape: ({ n }) => [n],
    row: ({ radii }) => radii ?? new Float64Array(0),
  },
  {
    name: 'frame_masses.npy',
    isKept: ({ entry }) => entry.reaction !== undefined,
    shape: ({ n }) => [n],
    row: ({ masses }) => masses ?? new Float64Array(0),
  },
  {
    name: 'times.npy',
    isKept: () => true,
    shape: () => [],
    row: ({ time }) => Float64Array.of(time),
  },
];

/** What a run with these settings leaves for other programs. */
export const recordedFiles = (settings: SimulationSettings): string[] => [
  ...FRAME_ARRAYS.filter(({ isKept }) => isKept(settings)).map(({ name }) => name),
  ...(hasMasses(settings) ? [MASSES] : []),
  ...[TABLE, LINES, RUN],
];

const hasMasses = ({ masses }: SimulationSettings) => masses.some((mass) => mass !== masses[0]);

/** Throws InputError (field `out`) where the folder holds a run, or the disk is too small for one. */
export function checkRecordingFolder(folder: string, settings: SimulationSettings): void {
  if (existsSync(join(folder, RUN)))
    throw new InputError(
      'out',
      `"${folder}" holds a run already, expected an empty folder: go on with --continue "${folder}", or choose another --out`,
    );
  const { n, d, entry, times } = settings;
  const needed = times.length * n * d * 8 * (entry.view ? 2 : 1);
  const { bavail, bsize } = statfsSync(folder);
  if (needed > bavail * bsize)
    throw new InputError(
      'out',
      `the frames take ${gigabytes(needed)} and "${folder}" has ${gigabytes(bavail * bsize)} left: save fewer times, or choose another --out`,
    );
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`;

/** A recording in a folder that exists; after `resumed` frames of an interrupted one. */
export function startRecording(
  folder: string,
  settings: SimulationSettings,
  source: Source,
  resumed?: RecordedRun,
): Recording {
  if (!resumed) removeOld(folder);
  const files = openFiles(folder, settings, resumed?.frames ?? 0);
  const begun = {
    command: 'simulate',
    ...madeBy(),
    settings: resumed ? continuedRecord(settings, resumed) : settingsRecord(settings),
    source,
  };
  const note = (state: object) =>
    writeFileSafely(join(folder, RUN), `${JSON.stringify({ ...begun, ...state }, null, 2)}\n`);
  note({ status: 'running' });
  let frames = resumed?.frames ?? 0;
  let last: SimulationContinuation | null = null;
  let keptAt = Number.NEGATIVE_INFINITY;
  return {
    write(frame) {
      try {
        files.append(frame, frames);
        frames++;
        last = frame.continuation();
        if (performance.now() - keptAt < KEEP_EVERY) return;
        keepState(folder, frames, last);
        keptAt = performance.now();
      } catch (error) {
        if (!isRefusal(error)) throw error;
        throw new Error(
          `cannot write frame ${frames} to "${folder}" (${errorCode(error)}): ${counted(frames, 'frame')} before it ${frames === 1 ? 'is' : 'are'} kept, make room and go on with --continue`,
        );
      }
    },
    end(report, seconds, failure) {
      files.close();
      const status = failure === undefined ? 'done' : 'interrupted';
      try {
        if (last) keepState(folder, frames, last);
        note({ status, ...(failure && { failure }), frames, ...report, seconds });
      } catch (error) {
        // What ended the run says more, and often is the same full disk.
        if (failure === undefined) throw unfinished(folder, error);
      }
    },
  };
}

const unfinished = (folder: string, error: unknown) =>
  new Error(
    `cannot finish the run in "${folder}" (${errorCode(error)}): its frames are kept, make room and go on with --continue`,
  );

/** What a new run may not write, and would be taken for its own. */
function removeOld(folder: string): void {
  for (const name of [STATE, MASSES, ...FRAME_ARRAYS.map(({ name }) => name)])
    rmSync(join(folder, name), { force: true });
}

/** The settings of the whole run, as if it had not been interrupted. */
function continuedRecord(settings: SimulationSettings, { settings: before, from }: RecordedRun) {
  const { delivered } = from.integrator;
  const earlier = (before.saveAt as number[]).filter((time) => time <= delivered);
  const later = settings.times.filter((time) => time > delivered);
  const { init, masses } = before;
  return { ...settingsRecord(settings), init, masses, saveAt: [...earlier, ...later] };
}

interface Files {
  append(frame: SimulationFrame, index: number): void;
  close(): void;
}

function openFiles(folder: string, settings: SimulationSettings, frames: number): Files {
  const { n, masses, chosen } = settings;
  const arrays = FRAME_ARRAYS.filter(({ isKept }) => isKept(settings)).map(
    ({ name, shape, row }) => ({ file: growNpy(join(folder, name), shape(settings), frames), row }),
  );
  if (frames === 0 && hasMasses(settings))
    writeFileSafely(join(folder, MASSES), encodeNpy([n], [masses]));
  const scalars = chosen.filter(({ kind }) => kind === 'scalar').map(({ name }) => name);
  const noisy = settings.noise > 0;
  const errors = noisy ? ['merge_error', 'noise_error'] : ['merge_error'];
  const header = ['frame', 'time', 'particles', 'steps', 'rejected', ...errors, ...scalars];
  keepLines(join(folder, TABLE), csvLine(header), frames);
  keepLines(join(folder, LINES), '', frames);
  return {
    append(frame, index) {
      for (const { file, row } of arrays) file.append(row(frame));
      const { time, particles, steps, rejected, mergeError, noiseError, diagnostics } = frame;
      const values = scalars.map((name) => diagnostics[name] as number | null);
      const apart = noisy ? [mergeError, noiseError] : [mergeError];
      const cells = [index, time, particles, steps, rejected, ...apart, ...values];
      appendFileSync(join(folder, TABLE), csvLine(cells));
      appendFileSync(join(folder, LINES), `${JSON.stringify({ time, ...diagnostics })}\n`);
    },
    close: () => {
      for (const { file } of arrays) file.close();
    },
  };
}

/** Keeps the header and the lines of so many frames, or begins the file. */
function keepLines(path: string, header: string, frames: number): void {
  writeFileSafely(path, frames === 0 ? header : firstLines(path, frames + (header ? 1 : 0)));
}

/** Throws DamagedFileError where there are not so many. */
function firstLines(path: string, count: number): string {
  const lines = readable('continue', path, (file) => readFileSync(file, 'utf8')).split('\n');
  if (lines.length <= count)
    throw new DamagedFileError(
      `${path} has ${lines.length - 1} whole lines, expected ${count} or more: begin a new run`,
    );
  const kept = lines.slice(0, count).map((line) => `${line}\n`);
  return kept.join('');
}

/**
 * The state as an array beside a small file that names it and appears when the array is whole; behind it
 * the state of the run beside, if there is one.
 */
function keepState(folder: string, frames: number, continuation: SimulationContinuation): void {
  const { integrator, beside, members, ...known } = continuation;
  const { state, ...numbers } = integrator;
  const file = `state-${frames}.npy`;
  const states = [state, ...(beside ? [beside.state] : [])].map((one) => Float64Array.from(one));
  const shape = beside ? [2, state.length] : [state.length];
  writeFileSafely(join(folder, file), encodeNpy(shape, states));
  const merged = members.some((own) => own.length > 1);
  const whom = merged ? members : null;
  const { state: _, ...other } = beside ?? { state: null };
  const record = { ...known, file, frames, integrator: numbers, members: whom };
  const whole = beside ? { ...record, beside: other } : record;
  writeFileSafely(join(folder, STATE), `${JSON.stringify(whole)}\n`);
  for (const old of readdirSync(folder))
    if (/^state-\d+\.npy$/.test(old) && old !== file) rmSync(join(folder, old), { force: true });
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

/** What `keepState` writes. */
const STATE_RECORD = z.object({
  file: z.string(),
  frames: z.number().int().min(1),
  engine: z.object({ name: z.string(), reason: z.string() }),
  integrator: INTEGRATOR,
  beside: INTEGRATOR.optional(),
  members: indices.nullable(),
  merges: z.array(z.object({ time: z.number(), groups: indices })),
  notes: z.record(z.string(), z.string()),
});

/** What is read of run.json. */
const RUN_RECORD = z.object({
  settings: z.looseObject({ saveAt: z.array(z.number()) }),
  source: z.record(z.string(), z.unknown()),
});

const readState = (folder: string) => {
  const path = join(folder, STATE);
  return existsSync(path) ? parse(path, STATE_RECORD) : null;
};

/** Throws InputError where there is no such file, DamagedFileError for what `simulate` did not write. */
function parse<T>(path: string, schema: z.ZodType<T>): T {
  const text = readable('continue', path, (file) => readFileSync(file, 'utf8'));
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new DamagedFileError(
      `${path} is damaged, expected the JSON that simulate wrote: begin a new run`,
    );
  }
}

/**
 * What a run goes on from. Throws InputError (field `continue`) where the folder holds no run, or one that
 * was interrupted before its first state was kept; DamagedFileError for files that are not whole.
 */
export function readRecording(folder: string): RecordedRun {
  const run = parse(join(folder, RUN), RUN_RECORD);
  const record = readState(folder);
  if (!record)
    throw new InputError(
      'continue',
      `"${folder}" was interrupted before there was a state to go on from: begin the run again in another folder`,
    );
  const { frames, engine, integrator, beside, file, merges, notes } = record;
  checkArrays(folder, frames);
  const positions = readFrame(join(folder, 'positions.npy'), frames - 1);
  const members = record.members ?? Array.from({ length: positions.rows }, (_, i) => [i]);
  const runs = beside ? 2 : 1;
  const kept = readKept(join(folder, file), runs * members.length, positions.columns);
  const [state, other] = [kept.subarray(0, kept.length / runs), kept.subarray(kept.length / runs)];
  const view = join(folder, 'view.npy');
  const shown = existsSync(view) ? view : join(folder, 'positions.npy');
  const masses = join(folder, MASSES);
  return {
    settings: run.settings,
    source: run.source,
    positions,
    masses: existsSync(masses) ? Float64Array.from(readNpy(masses, 'continue').data) : null,
    frames,
    reference: { first: readFrame(shown, 0), last: readFrame(shown, frames - 1) },
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

/** Throws DamagedFileError where a frame that counts is missing. */
function checkArrays(folder: string, frames: number): void {
  for (const { name } of FRAME_ARRAYS) {
    const path = join(folder, name);
    const needed = name === 'positions.npy' || name === 'times.npy';
    if (needed || existsSync(path)) readNpyRow(path, 'continue', frames - 1);
  }
}

/** Positions of m particles, and radii where there are any. Throws DamagedFileError for other numbers. */
function readKept(path: string, m: number, d: number): Float64Array {
  const { data } = readNpy(path, 'continue');
  if (data.length !== m * d && data.length !== m * (d + 1))
    throw new DamagedFileError(
      `${path} holds ${data.length} numbers, expected ${m * d} for ${m} particles: begin a new run`,
    );
  return Float64Array.from(data);
}

/** One frame [n, d] of an array of frames. */
function readFrame(path: string, index: number): Matrix {
  const { shape, data } = readNpyRow(path, 'continue', index);
  return matrix(shape[0], shape[1], Float64Array.from(data));
}
