/**
 * A training run on this machine: chooses the vocabulary, starts the workers, keeps the state so
 * that `kill -9` loses at most a few minutes, and writes the finished model.
 */

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelChoice } from '../../engines/tensorflow/engine.ts';
import {
  assembleModel,
  FORMAT,
  type LanguageModel,
  type ModelConfig,
  saveModel,
} from '../../language/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors, type Tensors } from '../../language/safetensors.ts';
import { parseTrainingConfig, type TrainingConfig } from '../../language/training/config.ts';
import { loadFullVocabulary } from '../../language/training/full-vocabulary.ts';
import {
  type ParameterPart,
  parameterCount,
  parameterLayout,
  parameterViews,
} from '../../language/training/parameters.ts';
import {
  type Progress,
  runTraining,
  startState,
  type TrainingState,
} from '../../language/training/train.ts';
import { buildVocabulary, type Vocabulary } from '../../language/vocabulary.ts';
import { parseWorld, type World } from '../../language/world/grammar.ts';
import { sampleText } from '../../language/world/sample.ts';
import { InputError } from '../../numerics/errors.ts';
import { random } from '../../numerics/random.ts';
import { writeFileSafely } from '../files.ts';
import { startPool } from './pool.ts';

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

const LOSS_HEADER = 'step,causal,blank,gradient';

/** Trains to the end and writes config.json and model.safetensors into `out`. */
export async function trainModel(job: TrainingJob): Promise<LanguageModel> {
  const config = parseTrainingConfig(job.config);
  const folder = join(job.out, 'training');
  refuseToOverwrite(job, folder);
  const { architecture, layout, pool } = await prepare(job.corpus, config, 'fused');
  try {
    const state = startState(config, layout, pool.parameters);
    const saved = new SavedRun(folder, job.config, state);
    if (job.resume) saved.restore();
    await runTraining(config, layout, state, pool, saved.recorder(config, job.onProgress));
    const model = finish(architecture, layout, state, { config, seconds: saved.seconds });
    writeModel(job.out, model);
    saved.save();
    rmSync(saved.stateFile);
    return model;
  } finally {
    await pool.close();
  }
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

function refuseToOverwrite({ out, resume }: TrainingJob, folder: string): void {
  if (resume && !existsSync(join(folder, 'state.safetensors')))
    throw new InputError(
      'resume',
      `${out} holds no interrupted run to resume: leave out --resume to begin one`,
    );
  if (!resume && existsSync(join(folder, 'state.safetensors')))
    throw new InputError(
      'out',
      `${out} holds an interrupted run: go on with --resume, or remove ${folder}`,
    );
  mkdirSync(folder, { recursive: true });
}

/** Every o200k token that occurs in a sample of the world, with the bytes and ancestors. */
async function chooseVocabulary(world: World, config: TrainingConfig): Promise<Vocabulary> {
  const { ranks, encode } = await loadFullVocabulary();
  const stream = random(config.seed, VOCABULARY_STREAM);
  const texts = Array.from(
    { length: config.vocabularyTexts },
    () => sampleText(world, stream).text,
  );
  return buildVocabulary(texts, ranks, encode);
}

/** β and the logits' scale make unit vectors behave like the usual rows of length √d. */
function modelConfig(config: TrainingConfig, world: World, vocabulary: Vocabulary): ModelConfig {
  const { dimension, heads } = config.model;
  return {
    format: FORMAT,
    name: config.name,
    ...config.model,
    beta: new Array(heads).fill(dimension / Math.sqrt(dimension / heads)),
    logitScale: Math.sqrt(dimension),
    vocabulary: [...vocabulary].map((rank) => (typeof rank === 'string' ? rank : [...rank])),
    determiners: world.determiners,
    languages: world.languages.map(({ name }) => name),
    training: {},
  };
}

function finish(
  architecture: ModelConfig,
  layout: readonly ParameterPart[],
  state: TrainingState,
  record: Record<string, unknown>,
): LanguageModel {
  const training = { ...record, parameters: parameterCount(layout), steps: state.step };
  return assembleModel(
    { ...architecture, training },
    modelTensors(architecture, layout, state.parameters),
  );
}

/** The parts of the flat vector as the tensors of the file: the knots' matrices become one. */
function modelTensors(
  { knots, dimension }: ModelConfig,
  layout: readonly ParameterPart[],
  parameters: Float32Array,
): Tensors {
  const tensors: Record<string, { shape: number[]; data: Float32Array }> = {};
  const attention = new Float32Array(knots * 4 * dimension ** 2);
  let filled = 0;
  parameterViews(layout, parameters).forEach(({ shape, values }, p) => {
    const { name } = layout[p];
    if (!name.startsWith('attention.')) tensors[name] = { shape: [...shape], data: values };
    else {
      attention.set(values, filled);
      filled += values.length;
    }
  });
  return { ...tensors, attention: { shape: [knots, 4, dimension, dimension], data: attention } };
}

/** Writes a model's folder; each file appears whole or not at all, the config (with the hash) last. */
export function writeModel(folder: string, model: LanguageModel): void {
  mkdirSync(folder, { recursive: true });
  const { config, weights } = saveModel(model);
  writeFileSafely(join(folder, 'model.safetensors'), weights);
  writeFileSafely(join(folder, 'config.json'), config);
}

/** The state of a run on disk: parameters, moments, step, and the losses so far. */
class SavedRun {
  readonly stateFile: string;
  private readonly lossFile: string;
  private losses: string[] = [];
  private savedAt = Date.now();
  private readonly startedAt = Date.now();
  private secondsBefore = 0;

  private readonly folder: string;
  private readonly configText: string;
  private readonly state: TrainingState;

  constructor(folder: string, configText: string, state: TrainingState) {
    this.folder = folder;
    this.configText = configText;
    this.state = state;
    this.stateFile = join(folder, 'state.safetensors');
    this.lossFile = join(folder, 'losses.csv');
  }

  /** Wall-clock seconds of training, over all sittings. */
  get seconds(): number {
    return this.secondsBefore + (Date.now() - this.startedAt) / 1000;
  }

  restore(): void {
    const { tensors, metadata } = decodeSafetensors(readFileSync(this.stateFile), this.stateFile);
    if (metadata.config !== this.configText)
      throw new InputError(
        'config',
        `${this.folder} was begun with another config: resume with that one, or choose another --out`,
      );
    for (const name of ['parameters', 'mean', 'square'] as const)
      this.state[name].set(tensors[name].data);
    this.state.step = Number(metadata.step);
    this.secondsBefore = Number(metadata.seconds);
    const lines = readFileSync(this.lossFile, 'utf8').trim().split('\n').slice(1);
    this.losses = lines.slice(0, this.state.step);
  }

  save(): void {
    const { parameters, mean, square, step } = this.state;
    const flat = (data: Float32Array) => ({ shape: [data.length], data });
    const metadata = { step: String(step), seconds: String(this.seconds), config: this.configText };
    const tensors = { parameters: flat(parameters), mean: flat(mean), square: flat(square) };
    writeFileSafely(this.lossFile, `${[LOSS_HEADER, ...this.losses].join('\n')}\n`);
    writeFileSafely(this.stateFile, encodeSafetensors(tensors, metadata));
    this.savedAt = Date.now();
  }

  /** What the loop calls after each step: keeps the loss, reports, saves when it is time. */
  recorder(config: TrainingConfig, onProgress: TrainingJob['onProgress']) {
    const begun = { at: Date.now(), step: this.state.step };
    let tokens = 0;
    return (progress: Progress): void => {
      const { step, causal, blank, gradientLength } = progress;
      this.losses.push([step, causal, blank, gradientLength].join(','));
      tokens += progress.tokens;
      const elapsed = (Date.now() - begun.at) / 1000;
      const secondsLeft = (elapsed / (step - begun.step)) * (config.steps - step);
      onProgress({
        ...progress,
        steps: config.steps,
        tokensPerSecond: tokens / elapsed,
        secondsLeft,
      });
      if (Date.now() - this.savedAt > 60_000 * config.checkpointMinutes) this.save();
    };
  }
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
