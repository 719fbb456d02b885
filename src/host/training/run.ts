/**
 * A training run on this machine: chooses the vocabulary, starts the workers, drives the loop and
 * writes the finished model. What is kept for an interruption is in saved-run.ts.
 */

import { join } from 'node:path';
import type { KernelChoice } from '../../engines/tensorflow/engine.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import { parseTrainingConfig, type TrainingConfig } from '../../language/training/config.ts';
import { loadFullVocabulary } from '../../language/training/full-vocabulary.ts';
import { parameterCount, parameterLayout } from '../../language/training/parameters.ts';
import { type Progress, runTraining, startState } from '../../language/training/train.ts';
import { buildVocabulary, type Vocabulary } from '../../language/vocabulary.ts';
import { parseWorld, type World } from '../../language/world/grammar.ts';
import { sampleText } from '../../language/world/sample.ts';
import { InputError } from '../../numerics/errors.ts';
import { random } from '../../numerics/random.ts';
import { removeLeftovers } from '../files.ts';
import { finishedModel, modelConfig, writeModel } from './finished-model.ts';
import { startPool } from './pool.ts';
import {
  beginRun,
  checkOut,
  endRun,
  originOf,
  readSaved,
  recordStep,
  resumeRun,
  runSeconds,
} from './saved-run.ts';

export interface TrainingJob {
  /** The world's files by relative path. */
  readonly corpus: Record<string, string>;
  /** The text of the config file. */
  readonly config: string;
  /** The model's folder. */
  readonly out: string;
  readonly resume: boolean;
  onProgress(progress: TrainingProgress): void;
}

export interface TrainingProgress extends Progress {
  readonly steps: number;
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

/** The random stream that the vocabulary's texts come from. */
const VOCABULARY_STREAM = 9;

/**
 * Trains to the end and writes config.json and model.safetensors into `out`. Throws InputError for
 * a config, corpus or folder that does not fit, DamagedFileError for a saved run that cannot be used.
 */
export async function trainModel(job: TrainingJob): Promise<LanguageModel> {
  const config = parseTrainingConfig(job.config);
  const folder = join(job.out, 'training');
  const origin = originOf(job.config, job.corpus);
  checkOut(job.out, folder, job.resume);
  for (const written of [job.out, folder]) removeLeftovers(written);
  const saved = job.resume && readSaved(folder, origin);
  const { architecture, layout, pool } = await prepare(job.corpus, config, 'fused');
  try {
    const state = startState(config, layout, pool.parameters);
    const run = beginRun(folder, origin, state);
    if (saved) resumeRun(run, saved);
    const report = reporter(config, state.step, job.onProgress);
    await runTraining(config, layout, state, pool, (progress) => {
      report(progress);
      recordStep(run, progress, config.checkpointMinutes);
    });
    const model = finishedModel(architecture, layout, state.parameters, {
      config,
      seconds: runSeconds(run),
      parameters: parameterCount(layout),
      steps: state.step,
    });
    writeModel(job.out, model);
    endRun(run);
    return model;
  } finally {
    await pool.close();
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

/** The vocabulary, the layout of the parameters and the workers of a run. */
async function prepare(
  corpus: Record<string, string>,
  config: TrainingConfig,
  kernels: KernelChoice,
) {
  const world = parseWorld(corpus);
  const vocabulary = await chooseVocabulary(world, config);
  const layout = parameterLayout({ ...config.model, vocabularySize: vocabulary.length + 3 });
  const architecture = modelConfig(config, world, vocabulary);
  const { beta, horizon, logitScale, knots, determiners } = architecture;
  const flow = { beta, horizon, logitScale, knots };
  const pool = await startPool(
    { config, layout, flow, vocabulary, determiners, corpus, kernels },
    config.workers,
  );
  return { architecture, layout, pool };
}

/** Every o200k token that occurs in a sample of the world, with the bytes and ancestors. */
async function chooseVocabulary(world: World, config: TrainingConfig): Promise<Vocabulary> {
  const { ranks, encode } = await loadFullVocabulary();
  const stream = random(config.seed, VOCABULARY_STREAM);
  const texts = Array.from(
    { length: config.vocabularyTexts },
    () => sampleText(world, stream).text,
  );
  let longest = 0;
  const measured = (text: string) => {
    const tokens = encode(text);
    longest = Math.max(longest, tokens.length);
    return tokens;
  };
  const vocabulary = buildVocabulary(texts, ranks, measured);
  checkLongest(longest, config);
  return vocabulary;
}

/**
 * Refuses before the first step what would sooner or later end the training: a text of `longest`
 * tokens behind its start, with as many one-token blanks as may be, has no place. Every step checks again.
 */
function checkLongest(longest: number, { model, blanks }: TrainingConfig): void {
  const reserved = blanks.weight === 0 ? 0 : blanks.most * (model.slots - 1);
  const needed = 1 + longest + reserved;
  if (needed > model.maximumPositions)
    throw new InputError(
      'config',
      `training config: model.maximumPositions is ${model.maximumPositions}, and a text with its blanks takes ${needed}; raise it`,
    );
}

export interface BenchmarkJob {
  readonly corpus: Record<string, string>;
  readonly config: string;
  readonly kernels: KernelChoice;
  readonly workers: number;
  readonly steps: number;
}

/** Tokens per second of a short training run that is thrown away; the first step is not counted. */
export async function benchmarkTraining({
  corpus,
  config: text,
  kernels,
  workers,
  steps,
}: BenchmarkJob): Promise<number> {
  const config = { ...parseTrainingConfig(text), workers };
  const { layout, pool } = await prepare(corpus, config, kernels);
  try {
    const state = startState(config, layout, pool.parameters);
    let begun = 0;
    let tokens = 0;
    await runTraining(
      { ...config, steps: steps + 1 },
      layout,
      state,
      pool,
      ({ step, tokens: seen }) => {
        if (step === 1) begun = Date.now();
        else tokens += seen;
      },
    );
    return (1000 * tokens) / (Date.now() - begun);
  } finally {
    await pool.close();
  }
}
