/**
 * A training run on this machine: starts the workers, drives the loop and writes the finished model.
 * What it starts from is in preparation.ts, what is kept for an interruption in saved-run.ts.
 */

import { join } from 'node:path';
import type { KernelChoice } from '../../engines/tensorflow/engine.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import { parseTrainingConfig, type TrainingConfig } from '../../language/training/config.ts';
import { parameterCount, parameterLayout } from '../../language/training/parameters.ts';
import { type Progress, runTraining, startState } from '../../language/training/train.ts';
import type { Corpus } from '../corpus.ts';
import { removeLeftovers } from '../files.ts';
import { finishedModel, modelConfig, writeModel } from './finished-model.ts';
import { startPool } from './pool.ts';
import { type PartRecord, prepareCorpus } from './preparation.ts';
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
  readonly corpus: Corpus;
  /** The text of the config file. */
  readonly config: string;
  /** The model's folder. */
  readonly out: string;
  readonly resume: boolean;
  onProgress(progress: TrainingProgress): void;
  /** What is taken of each part of the corpus, once before the first step. */
  onPrepared?(records: readonly PartRecord[]): void;
}

export interface TrainingProgress extends Progress {
  readonly steps: number;
  readonly tokensPerSecond: number;
  readonly secondsLeft: number;
}

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
  const { architecture, layout, pool, records } = await prepare(
    job.corpus,
    config,
    'fused',
    job.onPrepared,
  );
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
      corpora: records,
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
  corpus: Corpus,
  config: TrainingConfig,
  kernels: KernelChoice,
  onPrepared: (records: readonly PartRecord[]) => void = () => {},
) {
  const prepared = await prepareCorpus(corpus, config);
  const { vocabulary, parts, records, determiners } = prepared;
  onPrepared(records);
  const layout = parameterLayout({ ...config.model, vocabularySize: vocabulary.length + 3 });
  const architecture = modelConfig(config, prepared, vocabulary);
  const { beta, horizon, logitScale, knots } = architecture;
  const flow = { beta, horizon, logitScale, knots };
  const pool = await startPool(
    { config, layout, flow, vocabulary, determiners, parts, kernels },
    config.workers,
  );
  return { architecture, layout, pool, records };
}

export interface BenchmarkJob {
  readonly corpus: Corpus;
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
