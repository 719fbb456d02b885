/**
 * A training run on this machine: starts the workers, drives the loop and writes the finished model.
 * What it starts from is in preparation.ts, what is kept for an interruption in saved-run.ts.
 */
import { join } from 'node:path';
import { createTensorflowEngine, type KernelChoice } from '../../engines/tensorflow/engine.ts';
import type { TrainedModel } from '../../language/checkpoint.ts';
import { createTokenizer } from '../../language/tokenizer.ts';
import { parseTrainingConfig, type TrainingConfig } from '../../language/training/config.ts';
import { heldOutLoss } from '../../language/training/held-out-loss.ts';
import { lossSettings } from '../../language/training/objective.ts';
import {
  parameterCount,
  parameterLayout,
  parameterViews,
} from '../../language/training/parameters.ts';
import { prepareTexts } from '../../language/training/plain-text.ts';
import {
  type Progress,
  runTraining,
  startState,
  type TrainingState,
} from '../../language/training/train.ts';
import { wordBoundaries } from '../../language/training/word-boundaries.ts';
import type { Vocabulary } from '../../language/vocabulary.ts';
import { KnownError, UnfinishedError } from '../../numerics/errors.ts';
import type { Corpus } from '../corpus.ts';
import { makeFolder, removeLeftovers } from '../files.ts';
import { withFolder } from '../lock.ts';
import {
  checkStart,
  finishedModel,
  flatParameters,
  modelConfig,
  writeModel,
} from './finished-model.ts';
import { startPool } from './pool.ts';
import { type PartRecord, plainTextSettings, prepareCorpus } from './preparation.ts';
import {
  beginRun,
  checkOut,
  endRun,
  originOf,
  type Run,
  readSaved,
  recordStep,
  resumeRun,
  runSeconds,
  saveRun,
  weightsFingerprint,
} from './saved-run.ts';

export interface TrainingJob {
  readonly corpus: Corpus;
  /** The text of the config file. */
  readonly config: string;
  /** The model's folder. */
  readonly out: string;
  readonly resume: boolean;
  /** Replaces a finished model in the folder, when the new one is done. */
  readonly overwrite?: boolean;
  /** Writes the model of the interrupted run as it is, and leaves the run to be resumed. Only with `resume`. */
  readonly interim?: boolean;
  /** Whose parameters and vocabulary the run starts from; a seeded start when absent. */
  readonly from?: TrainedModel;
  onProgress(progress: TrainingProgress): void;
  /** What is taken of each part of the corpus, once before the first step. */
  onPrepared?(records: readonly PartRecord[]): void;
  /** What a user should know, a sentence each. */
  onNote?(note: string): void;
  /** The model is in its folder; a run that ends before this does can be resumed. */
  onWritten?(model: TrainedModel): Promise<void>;
  /** Ends the run behind the step that it is at, with its state saved. */
  readonly signal?: AbortSignal;
}

export interface TrainingProgress extends Progress {
  readonly steps: number;
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

/**
 * Trains to the end and writes config.json and model.safetensors into `out`. Throws InputError for
 * a config, corpus or folder that does not fit, DamagedFileError for a saved run that cannot be used, UnfinishedError
 * where the signal ended it.
 */
export async function trainModel(job: TrainingJob): Promise<TrainedModel> {
  const config = parseTrainingConfig(job.config);
  return await trainParameters(job, config, async (trained) => {
    const model = writtenModel(job, config, trained);
    await job.onWritten?.(model);
    return model;
  });
}

/** The model of a run, in its folder. */
function writtenModel(job: TrainingJob, config: TrainingConfig, trained: Trained): TrainedModel {
  const { architecture, layout, state, records, seconds } = trained;
  const model = finishedModel(architecture, layout, state.parameters, {
    config,
    seconds,
    parameters: parameterCount(layout),
    steps: state.step,
    corpora: records,
    ...(job.from && { from: startRecord(job.from) }),
  });
  writeModel(job.out, model);
  return model;
}

/** How the model was made that a run started from. */
const startRecord = (model: TrainedModel) => ({
  name: model.config.name,
  sha256: weightsFingerprint(model),
  training: model.config.training,
});

/** Causal loss on texts that a network was not trained on, and what it took. */
export interface TrainedLoss {
  readonly parameters: number;
  readonly steps: number;
  readonly seconds: number;
  /** By name of the part of the corpus; worlds have no held-out texts. */
  readonly natsPerToken: Readonly<Record<string, number>>;
  /** The same in bits, comparable between vocabularies. */
  readonly bitsPerByte: Readonly<Record<string, number>>;
}

/**
 * Trains a model, writes it as `trainModel`, and measures it by the training engine. Choices
 * are made on the validation texts alone, so that the test texts stay new.
 */
export async function trainAndMeasure(
  job: TrainingJob,
  held: 'validation' | 'test' = 'test',
): Promise<TrainedLoss> {
  const config = parseTrainingConfig(job.config);
  return await trainParameters(job, config, async (trained) => {
    const { layout, state, flow, seconds, architecture } = trained;
    writtenModel(job, config, trained);
    const tokenizer = createTokenizer(architecture.vocabulary);
    const words = wordBoundaries(tokenizer, architecture.determiners);
    const engine = await createTensorflowEngine('fused');
    const views = parameterViews(layout, state.parameters);
    const measured = { words, flow, depth: config.model.depth };
    const losses = job.corpus.parts.flatMap((part) => {
      if (part.kind === 'world') return [];
      const all = prepareTexts(part.lines, plainTextSettings(config)).parts[held];
      const texts = all
        .slice(0, MEASURED_TEXTS)
        .map((text) => ({ text, ids: Int32Array.from(tokenizer.encodeIds(text)) }))
        .filter(({ ids }) => ids.length < config.model.maximumPositions);
      const ids = texts.map((one) => one.ids);
      const { nats, tokens } = heldOutLoss(engine, layout, views, ids, measured);
      const bytes = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      return [{ name: part.name, perToken: nats / tokens, perByte: nats / Math.LN2 / bytes }];
    });
    return {
      parameters: parameterCount(layout),
      steps: state.step,
      seconds,
      natsPerToken: Object.fromEntries(losses.map(({ name, perToken }) => [name, perToken])),
      bitsPerByte: Object.fromEntries(losses.map(({ name, perByte }) => [name, perByte])),
    };
  });
}

/** Held-out texts of a part that are read for a comparison. */
const MEASURED_TEXTS = 2_000;

/** Everything a finished run knows. */
interface Trained extends Prepared {
  readonly state: TrainingState;
  /** Of all sittings together. */
  readonly seconds: number;
}

/** Runs to the last step, from the start or from where it was interrupted, and lets `finish` keep what it will. */
async function trainParameters<T>(
  job: TrainingJob,
  config: TrainingConfig,
  finish: (trained: Trained) => T | Promise<T>,
): Promise<T> {
  const folder = join(job.out, 'training');
  const { from } = job;
  if (from) checkStart(config, from.config);
  const origin = originOf(job.config, job.corpus, from);
  checkOut(job.out, folder, job);
  // what is wrong with it is told before the texts are read
  if (job.resume) readSaved(folder, origin);
  const given = from?.config.vocabulary;
  const prepared = await prepare(job.corpus, config, { given, onPrepared: job.onPrepared });
  try {
    makeFolder(folder);
    return await withFolder(job.out, () =>
      trainHeld(job, config, { folder, origin }, prepared, finish),
    );
  } finally {
    await prepared.pool.close();
  }
}

/** The same in a folder that no other process writes in. */
async function trainHeld<T>(
  job: TrainingJob,
  config: TrainingConfig,
  { folder, origin }: Pick<Run, 'folder' | 'origin'>,
  prepared: Prepared,
  finish: (trained: Trained) => T | Promise<T>,
): Promise<T> {
  // again, for another process may have written meanwhile
  checkOut(job.out, folder, job);
  removeLeftovers(job.out);
  removeLeftovers(folder);
  const { layout, pool } = prepared;
  const state = startState(
    config,
    layout,
    pool.vectors,
    job.from && flatParameters(job.from, layout),
  );
  const run = beginRun(folder, origin, state);
  if (job.resume) {
    const saved = readSaved(folder, origin);
    if (!saved.checked)
      job.onNote?.(
        `${folder}: the state was saved by a version that kept no sum of it, so damage would go unseen`,
      );
    resumeRun(run, saved);
  }
  if (job.interim) return await finish({ ...prepared, state, seconds: runSeconds(run) });
  const report = reporter(config, state.step, job.onProgress);
  await runTraining(config, state, pool, (progress) => {
    report(progress);
    recordStep(run, progress, config.checkpointMinutes);
    if (!job.signal?.aborted) return;
    saveRun(run);
    throw new UnfinishedError(
      `ended behind step ${state.step} of ${config.steps}: the state is in ${folder}, go on with --resume`,
    );
  });
  saveRun(run);
  try {
    const result = await finish({ ...prepared, state, seconds: runSeconds(run) });
    endRun(run);
    return result;
  } catch (error) {
    // a run that was ended here goes on, and so does one on a full disk; with this nothing would help
    if (error instanceof KnownError) endRun(run);
    throw error;
  }
}

/** Adds speed and time left, by the clock of this sitting, which begins behind step `begun`. */
function reporter(
  { steps }: TrainingConfig,
  begun: number,
  onProgress: TrainingJob['onProgress'],
): (progress: Progress) => void {
  const startedAt = Date.now();
  let tokens = 0;
  return (progress) => {
    const seconds = (Date.now() - startedAt) / 1000;
    const { step } = progress;
    tokens += progress.tokens;
    onProgress({
      ...progress,
      steps,
      tokensPerSecond: tokens / seconds,
      secondsLeft: (seconds / (step - begun)) * (steps - step),
    });
  };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

interface PreparationChoices {
  readonly kernels?: KernelChoice;
  readonly given?: Vocabulary;
  readonly onPrepared?: TrainingJob['onPrepared'];
}

/** The vocabulary, the layout of the parameters and the workers of a run. */
async function prepare(
  corpus: Corpus,
  config: TrainingConfig,
  { kernels = 'fused', given, onPrepared }: PreparationChoices,
) {
  const prepared = await prepareCorpus(corpus, config, given);
  const { vocabulary, parts, records, determiners } = prepared;
  onPrepared?.(records);
  const layout = parameterLayout({ ...config.model, vocabularySize: vocabulary.length + 3 });
  const architecture = modelConfig(config, prepared, vocabulary);
  const flow = lossSettings(config);
  const pool = await startPool(
    { config, layout, flow, vocabulary, determiners, parts, kernels },
    config.workers,
  );
  return { architecture, layout, flow, pool, records };
}

export interface BenchmarkJob {
  readonly corpus: Corpus;
  readonly config: string;
  readonly kernels: KernelChoice;
  readonly workers: number;
  readonly steps: number;
}

export interface TrainingSpeed {
  readonly tokensPerSecond: number;
  /** Floating-point operations of matrix products per second; NaN with stock kernels, which do not count them. */
  readonly operationsPerSecond: number;
}

/** The speed of a short training run that is thrown away; the first step is not counted. */
export async function benchmarkTraining({
  corpus,
  config: text,
  kernels,
  workers,
  steps,
}: BenchmarkJob): Promise<TrainingSpeed> {
  const config = { ...parseTrainingConfig(text), workers };
  const { layout, pool } = await prepare(corpus, config, { kernels });
  try {
    const state = startState(config, layout, pool.vectors);
    let begun = 0;
    let tokens = 0;
    let operations = 0;
    await runTraining({ ...config, steps: steps + 1 }, state, pool, (progress) => {
      if (progress.step === 1) {
        begun = Date.now();
        return;
      }
      tokens += progress.tokens;
      operations += progress.operations;
    });
    const seconds = (Date.now() - begun) / 1000;
    return { tokensPerSecond: tokens / seconds, operationsPerSecond: operations / seconds };
  } finally {
    await pool.close();
  }
}
