/**
 * A training run on disk, so that `kill -9` loses at most a few minutes: parameters, moments and
 * step in `state.safetensors`, the losses so far in `losses.csv`. Not the loop, not the finished model.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { saveModel, type TrainedModel } from '../../language/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors } from '../../language/safetensors.ts';
import type { Progress, TrainingState } from '../../language/training/train.ts';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import type { Corpus } from '../corpus.ts';
import { writeFileSafely } from '../files.ts';

const LOSS_HEADER = 'step,causal,blank,gradient';
const KINDS = { config: 'config', corpus: 'corpus', from: 'model to start from' } as const;
const MOMENTS = ['parameters', 'mean', 'square'] as const;

/** A run in progress. */
export interface Run {
  readonly folder: string;
  /** What the run is of: goes on only with the same. */
  readonly origin: Origin;
  readonly state: TrainingState;
  /** Lines of losses.csv, one a step. */
  readonly losses: string[];
  /** Seconds of the sittings before this one, and when this one began and saved last (ms). */
  secondsBefore: number;
  readonly startedAt: number;
  savedAt: number;
}

/** The text of the config, and fingerprints of the corpus and of the model that it starts from ('' without one). */
export interface Origin {
  readonly config: string;
  readonly corpus: string;
  readonly from: string;
}

/** The origin of a run from a config's text and a corpus; the fingerprint of one world is its own. */
export function originOf(config: string, { parts }: Corpus, from?: TrainedModel): Origin {
  const prints = parts.map((part) =>
    part.kind === 'world' ? worldFingerprint(part.files) : part.sha256,
  );
  const mixed = parts.map(({ weight }, i) => [prints[i], weight]);
  return {
    config,
    corpus: parts.length === 1 ? prints[0] : fingerprint(mixed),
    from: from ? weightsFingerprint(from) : '',
  };
}

/** SHA-256 of a model's weights, as its config.json has it. */
export const weightsFingerprint = (model: TrainedModel): string =>
  createHash('sha256').update(saveModel(model).weights).digest('hex');

/** SHA-256 of a world's files by path, in whatever order they are given. */
export function worldFingerprint(files: Record<string, string>): string {
  return fingerprint(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const fingerprint = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');

const stateFile = (folder: string) => join(folder, 'state.safetensors');
const lossFile = (folder: string) => join(folder, 'losses.csv');

/** What is to become of what is in a model's folder. */
export interface OutChoices {
  /** Goes on with an interrupted run. */
  readonly resume: boolean;
  /** Replaces a finished model. */
  readonly overwrite?: boolean;
}

/**
 * Throws InputError when `out` is a file, when it holds an interrupted run that is not to be resumed, when it holds
 * none that could be, or a finished model that is not to be overwritten.
 */
export function checkOut(
  out: string,
  folder: string,
  { resume, overwrite = false }: OutChoices,
): void {
  if (statSync(out, { throwIfNoEntry: false })?.isFile())
    throw new InputError('out', `${out} is a file, expected a folder: choose another --out`);
  const interrupted = existsSync(stateFile(folder));
  if (resume && !interrupted)
    throw new InputError(
      'resume',
      `${out} holds no interrupted run to resume: leave out --resume to begin one`,
    );
  if (!resume && interrupted)
    throw new InputError(
      'out',
      `${out} holds an interrupted run: go on with --resume, or remove ${folder}`,
    );
  if (!resume && !overwrite && existsSync(join(out, 'config.json')))
    throw new InputError(
      'out',
      `${out} holds a model: choose another --out, or replace it when the new one is done with --overwrite`,
    );
}

/** A run that begins with `state`. Makes the folder. */
export function beginRun(folder: string, origin: Origin, state: TrainingState): Run {
  mkdirSync(folder, { recursive: true });
  const now = Date.now();
  return { folder, origin, state, losses: [], secondsBefore: 0, startedAt: now, savedAt: now };
}

/** Wall-clock seconds of training, over all sittings. */
export function runSeconds({ secondsBefore, startedAt }: Run): number {
  return secondsBefore + (Date.now() - startedAt) / 1000;
}

/** What is left of an interrupted run. */
export interface Saved {
  readonly step: number;
  readonly seconds: number;
  readonly vectors: Readonly<Record<(typeof MOMENTS)[number], Float32Array>>;
  readonly losses: readonly string[];
  /** Whether a sum says that the state is as it was written; files of older versions have none. */
  readonly checked: boolean;
}

/**
 * Reads an interrupted run. Throws InputError when it was begun with another config or corpus,
 * DamagedFileError, naming the file, when it cannot be used.
 */
export function readSaved(folder: string, origin: Origin): Saved {
  const file = stateFile(folder);
  const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
  for (const what of ['config', 'corpus', 'from'] as const)
    if (what in metadata && metadata[what] !== origin[what])
      throw new InputError(
        what,
        `${folder} was begun with another ${KINDS[what]}: resume with that one, or choose another --out`,
      );
  const [step, seconds] = [Number(metadata.step), Number(metadata.seconds)];
  if (!(Number.isInteger(step) && step >= 0 && seconds >= 0))
    throw damaged(file, `step "${metadata.step}" after "${metadata.seconds}" seconds`, folder);
  for (const name of MOMENTS) if (!tensors[name]) throw damaged(file, `no tensor ${name}`, folder);
  const vectors = {
    parameters: tensors.parameters.data,
    mean: tensors.mean.data,
    square: tensors.square.data,
  };
  const { sha256, ...described } = metadata;
  if (sha256 !== undefined && sha256 !== sumOfState(vectors, described))
    throw damaged(file, 'other numbers than were written', folder);
  const losses = readLosses(folder, step);
  // beside the state, in older versions without a sum
  if (metadata.losses !== undefined && metadata.losses !== fingerprint(losses))
    throw damaged(lossFile(folder), 'other losses than were written', folder);
  return { step, seconds, vectors, losses, checked: sha256 !== undefined };
}

/** SHA-256 of the numbers and of what is said of them. */
function sumOfState(
  vectors: Saved['vectors'],
  described: Readonly<Record<string, string>>,
): string {
  const sum = createHash('sha256').update(JSON.stringify(Object.entries(described).sort()));
  for (const name of MOMENTS) {
    const { buffer, byteOffset, byteLength } = vectors[name];
    sum.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return sum.digest('hex');
}

/** The lines of the first `step` steps: losses.csv is written first, so it may be ahead of the state. */
function readLosses(folder: string, step: number): string[] {
  const file = lossFile(folder);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [header, ...lines] = text.trim().split('\n');
  if (header !== LOSS_HEADER || lines.length < step)
    throw damaged(file, `${lines.length} steps where the state has ${step}`, folder);
  return lines.slice(0, step);
}

function damaged(file: string, found: string, folder: string): DamagedFileError {
  return new DamagedFileError(
    `${file}: found ${found}, expected a saved run: remove ${folder} and begin again`,
  );
}

/** Puts a run where the saved one stopped. Throws DamagedFileError when the sizes do not fit. */
export function resumeRun(run: Run, { step, seconds, vectors, losses }: Saved): void {
  for (const name of MOMENTS) {
    const [found, expected] = [vectors[name].length, run.state[name].length];
    if (found !== expected)
      throw damaged(
        stateFile(run.folder),
        `${found} numbers in ${name} instead of ${expected}`,
        run.folder,
      );
    run.state[name].set(vectors[name]);
  }
  run.state.step = step;
  run.secondsBefore = seconds;
  run.losses.push(...losses);
}

/** Writes the run; each file appears whole or not at all, and the state is never ahead of the losses. */
export function saveRun(run: Run): void {
  const { parameters, mean, square, step } = run.state;
  const flat = (data: Float32Array) => ({ shape: [data.length], data });
  const tensors = { parameters: flat(parameters), mean: flat(mean), square: flat(square) };
  const losses = fingerprint(run.losses);
  const described = { step: String(step), seconds: String(runSeconds(run)), losses, ...run.origin };
  const sha256 = sumOfState({ parameters, mean, square }, described);
  saveLosses(run);
  writeFileSafely(stateFile(run.folder), encodeSafetensors(tensors, { ...described, sha256 }));
  run.savedAt = Date.now();
}

/** Ends a run whose model is written: the losses stay, the state goes. */
export function endRun(run: Run): void {
  saveLosses(run);
  rmSync(stateFile(run.folder), { force: true });
}

function saveLosses({ folder, losses }: Run): void {
  writeFileSafely(lossFile(folder), `${[LOSS_HEADER, ...losses].join('\n')}\n`);
}

/** Keeps the losses of a step, and saves the run when the last time is `minutes` ago. */
export function recordStep(run: Run, progress: Progress, minutes: number): void {
  const { step, causal, blank, gradientLength } = progress;
  run.losses.push([step, causal, blank, gradientLength].join(','));
  if (Date.now() - run.savedAt > 60_000 * minutes) saveRun(run);
}
