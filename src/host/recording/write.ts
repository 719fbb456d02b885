/**
 * A simulation as a folder that grows frame by frame: arrays as .npy, diagnostics as CSV and JSON lines,
 * run.json, and what the run goes on from, with sums by which damage is known. After an interruption the folder
 * holds whole frames, and the run continues with the same numbers. Memory does not grow with the frames.
 */

import { appendFileSync, existsSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulationFrame } from '../../flow/frames.ts';
import type { SimulationContinuation } from '../../flow/run.ts';
import type { SimulationReport } from '../../flow/simulate.ts';
import { type SimulationSettings, settingsRecord } from '../../flow/simulation-settings.ts';
import { counted } from '../../numerics/counted.ts';
import { entriesSum } from '../../numerics/entries-sum.ts';
import { InputError } from '../../numerics/errors.ts';
import { csvLine } from '../csv.ts';
import { sha256Of } from '../digest.ts';
import { errorCode, isRefusal, writeFileSafely } from '../files.ts';
import { encodeNpy, growNpy, npyBytes } from '../npy.ts';
import { madeBy } from '../package.ts';
import { FRAME_ARRAYS, hasMasses, LINES, MASSES, RUN, STATE, TABLE } from './layout.ts';
import type { RecordedRun, Source } from './read.ts';
import { digests, firstLines, runSum, type Sums, sumsOf } from './sums.ts';

export interface Recording {
  /** Writes a frame. Throws Error, naming the folder, where the system refuses; the frames before are kept. */
  write(frame: SimulationFrame): void;
  /** Closes the files and writes run.json; `failure` says why the run did not reach its end. */
  end(report: SimulationReport, seconds: number, failure?: string): void;
}

/** Milliseconds between two states that are kept on disk. */
const KEEP_EVERY = 2_000;

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
  const files = openFiles(folder, settings, resumed);
  const begun = {
    command: 'simulate',
    ...madeBy(),
    settings: resumed ? continuedRecord(settings, resumed) : settingsRecord(settings),
    source,
  };
  const note = (state: object) => {
    const record = { ...begun, ...state };
    const summed = { ...record, sha256: runSum(record) };
    writeFileSafely(join(folder, RUN), `${JSON.stringify(summed, null, 2)}\n`);
  };
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
        keepState(folder, frames, last, files.sums);
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
        if (last) keepState(folder, frames, last, files.sums);
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
  const saveAt = [...earlier, ...later];
  // `before` first: its order is that of the run without an interruption
  return { ...before, ...settingsRecord(settings), init, masses, saveAt };
}

interface Files {
  /** Of what was appended, and of what was there. */
  readonly sums: Sums;
  append(frame: SimulationFrame, index: number): void;
  close(): void;
}

function openFiles(folder: string, settings: SimulationSettings, resumed?: RecordedRun): Files {
  const { n, masses, chosen } = settings;
  const frames = resumed?.frames ?? 0;
  const arrays = FRAME_ARRAYS.filter(({ isKept }) => isKept(settings)).map(
    ({ name, shape, row }) => ({
      name,
      file: growNpy(join(folder, name), shape(settings), frames),
      row,
    }),
  );
  if (frames === 0 && hasMasses(settings))
    writeFileSafely(join(folder, MASSES), encodeNpy([n], [masses]));
  const scalars = chosen.filter(({ kind }) => kind === 'scalar').map(({ name }) => name);
  const noisy = settings.noise > 0;
  const errors = noisy ? ['merge_error', 'noise_error'] : ['merge_error'];
  const header = ['frame', 'time', 'particles', 'steps', 'rejected', ...errors, ...scalars];
  keepLines(join(folder, TABLE), csvLine(header), frames);
  keepLines(join(folder, LINES), '', frames);
  const sums = new Map(
    [...(resumed?.sums ?? sumsOf(folder, 0))].map(([name, sum]) => [name, sum.copy()]),
  );
  const add = (name: string, bytes: string | Uint8Array) => sums.get(name)?.update(bytes);
  const appendLine = (name: string, line: string) => {
    appendFileSync(join(folder, name), line);
    add(name, line);
  };
  return {
    sums,
    append(frame, index) {
      for (const { name, file, row } of arrays) {
        const numbers = row(frame);
        file.append(numbers);
        add(name, npyBytes(numbers));
      }
      const { time, particles, steps, rejected, mergeError, noiseError, diagnostics } = frame;
      const values = scalars.map((name) => diagnostics[name] as number | null);
      const apart = noisy ? [mergeError, noiseError] : [mergeError];
      appendLine(TABLE, csvLine([index, time, particles, steps, rejected, ...apart, ...values]));
      appendLine(LINES, `${JSON.stringify({ time, ...diagnostics })}\n`);
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

/**
 * The state as an array beside a small file that names it and appears when the array is whole; behind it
 * the state of the run beside, if there is one. With the sums of all files that it goes on with.
 */
function keepState(
  folder: string,
  frames: number,
  continuation: SimulationContinuation,
  sums: Sums,
): void {
  const { integrator, beside, members, ...known } = continuation;
  const { state, ...numbers } = integrator;
  const file = `state-${frames}.npy`;
  const states = [state, ...(beside ? [beside.state] : [])].map((one) => Float64Array.from(one));
  const shape = beside ? [2, state.length] : [state.length];
  const bytes = encodeNpy(shape, states);
  writeFileSafely(join(folder, file), bytes);
  const merged = members.some((own) => own.length > 1);
  const whom = merged ? members : null;
  const { state: _, ...other } = beside ?? { state: null };
  const record = { ...known, file, frames, integrator: numbers, members: whom };
  const whole = beside ? { ...record, beside: other } : record;
  const told = { ...whole, sums: { ...digests(sums), [file]: sha256Of(bytes) } };
  const summed = { ...told, sha256: entriesSum(told, sha256Of) };
  writeFileSafely(join(folder, STATE), `${JSON.stringify(summed)}\n`);
  for (const old of readdirSync(folder))
    if (/^state-\d+\.npy$/.test(old) && old !== file) rmSync(join(folder, old), { force: true });
}
