/**
 * What one data-parallel worker does in a step: draw its texts, build both batches, and find the
 * gradient. Everything follows from (seed, step, worker), so a run can stop anywhere and go on.
 */
import type { TrainingEngine } from '../../engines/training-engine.ts';
import { InputError } from '../../numerics/errors.ts';
import { random } from '../../numerics/random.ts';
import { largestOf } from '../../numerics/vectors.ts';
import { type Batch, blankBatch, causalBatch, type WordBoundaries } from './batches.ts';
import { type DrawnCandidates, drawCandidates } from './candidates.ts';
import type { TrainingConfig } from './config.ts';
import { batchLoss, type FlowSettings } from './objective.ts';
import { parameterViews } from './parameters.ts';
import type { ParameterPart } from './parts.ts';
import { shuffled } from './shuffle.ts';
import { drawSequences, type SharedSource } from './sources.ts';

/** How many steps' texts are drawn at once and sorted by length, so that rows need little padding. */
const POOL_STEPS = 8;

/** Streams of random numbers, kept apart. */
const STREAM = { texts: 1, order: 2, blanks: 3, depth: 4, candidates: 5, dropout: 6 } as const;

export interface WorkerSettings {
  readonly config: TrainingConfig;
  readonly layout: readonly ParameterPart[];
  readonly flow: FlowSettings;
  readonly words: WordBoundaries;
  readonly sources: readonly SharedSource[];
  readonly worker: number;
}

export interface StepResult {
  /**
   * Mean nats per token (causal) and per answer token (blank; 0 where there was none to
   * learn); an estimate while the output is sampled.
   */
  readonly causal: number;
  readonly blank: number;
  /** Tokens of text trained on, both batches. */
  readonly tokens: number;
  /** Floating-point operations of the step's matrix products, padding included; NaN where nobody counts them. */
  readonly operations: number;
}

/** The number of layers of a step: the same for all workers. */
export function depthAt({ seed, depths, steps }: TrainingConfig, step: number): number {
  const phase = depths.find(({ until }) => step < until * steps) ?? depths[depths.length - 1];
  return phase.layers[random(seed, STREAM.depth, step).integer(phase.layers.length)];
}

/** Returns a function that does one step: writes the gradient of its share, reports its losses. */
export function workerTask(
  engine: TrainingEngine,
  settings: WorkerSettings,
): (step: number, parameters: Float32Array, gradient: Float32Array) => StepResult {
  const { config, layout, flow, words, worker } = settings;
  const vocabularySize = layout.find(({ name }) => name === 'embedding')!.shape[0];
  const texts = textPools(settings);
  return (step, parameters, gradient) => {
    const { causal, blank } = texts(step);
    const views = parameterViews(layout, parameters);
    const depth = depthAt(config, step);
    const blankRandom = random(config.seed, STREAM.blanks, step, worker);
    const { most, weight, ...rest } = config.blanks;
    const cut = { ...rest, slots: config.model.slots, blanks: most };
    const objectives = [
      { batch: causalBatch(causal, words), weight: 1 },
      { batch: blankBatch(blank, words, cut, blankRandom), weight },
    ];
    const asked = objectives.flatMap(({ batch, weight }, i) => {
      if (weight === 0 || batch.targets.length === 0) return [];
      checkPositions(batch, config);
      const candidates = candidatesAt(config, step, worker, i, batch, vocabularySize);
      const dropout = config.dropout
        ? { share: config.dropout, random: random(config.seed, STREAM.dropout, step, worker, i) }
        : undefined;
      return [{ i, batch, options: { weight, candidates, dropout } }];
    });
    const before = engine.productOperations();
    const values = engine.valuesAndGradients(
      views,
      (algebra, arrays) =>
        asked.map(({ batch, options }) =>
          batchLoss(algebra, layout, arrays, batch, flow, depth, options),
        ),
      parameterViews(layout, gradient),
    );
    const losses = [0, 0];
    asked.forEach(({ i, options }, k) => {
      losses[i] = values[k] / options.weight;
    });
    const tokens = [...causal, ...blank].reduce((sum, text) => sum + text.length, 0);
    const operations = engine.productOperations() - before;
    return { causal: losses[0], blank: losses[1], tokens, operations };
  };
}

/** What the softmax of a step's batch runs over, 0 causal, 1 blank; undefined for the whole vocabulary. */
function candidatesAt(
  { seed, steps, output }: TrainingConfig,
  step: number,
  worker: number,
  objective: number,
  { targets }: Batch,
  vocabularySize: number,
): DrawnCandidates | undefined {
  if (!output || step >= output.until * steps) return undefined;
  if (objective === 1 && !output.blanks) return undefined;
  const stream = random(seed, STREAM.candidates, step, worker, objective);
  return drawCandidates(targets, vocabularySize, output.negatives, stream);
}

/** A table has no row behind its last one; a text that needs it cannot be learned by halves. */
function checkPositions({ positions }: Batch, { model }: TrainingConfig): void {
  const needed = largestOf(positions, 0) + 1;
  if (needed > model.maximumPositions)
    throw new InputError(
      'config',
      `training config: model.maximumPositions is ${model.maximumPositions}, and a text with its blanks takes ${needed}; raise it`,
    );
}

/** How many texts a worker draws at once. */
export const drawnAtOnce = ({ texts }: TrainingConfig): number => 2 * POOL_STEPS * texts;

/** Texts of a step: drawn for POOL_STEPS steps at once, sorted by length, handed out in random order. */
function textPools({ config, sources, worker }: WorkerSettings) {
  let loaded = -1;
  let chunks: { causal: Int32Array[]; blank: Int32Array[] }[] = [];
  return (step: number) => {
    const pool = Math.floor(step / POOL_STEPS);
    if (pool !== loaded) {
      chunks = drawPool(config, sources, worker, pool);
      loaded = pool;
    }
    return chunks[step % POOL_STEPS];
  };
}

function drawPool(
  config: TrainingConfig,
  sources: readonly SharedSource[],
  worker: number,
  pool: number,
) {
  const stream = random(config.seed, STREAM.texts, pool, worker);
  const turn = pool * config.workers + worker;
  const drawn = drawSequences(sources, drawnAtOnce(config), turn, stream);
  drawn.sort((a, b) => a.length - b.length);
  const parts = config.evenTokens ? partsByTokens(drawn) : partsByTexts(drawn, config.texts);
  const order = shuffled(2 * POOL_STEPS, random(config.seed, STREAM.order, pool, worker));
  return Array.from({ length: POOL_STEPS }, (_, i) => ({
    causal: parts[order[2 * i]],
    blank: parts[order[2 * i + 1]],
  }));
}

const partsByTexts = (drawn: readonly Int32Array[], texts: number): Int32Array[][] =>
  Array.from({ length: 2 * POOL_STEPS }, (_, i) => drawn.slice(i * texts, (i + 1) * texts));

/** Parts of about equally many particles: many short texts, or few long ones. */
function partsByTokens(drawn: readonly Int32Array[]): Int32Array[][] {
  const parts: Int32Array[][] = Array.from({ length: 2 * POOL_STEPS }, () => []);
  const total = drawn.reduce((sum, text) => sum + text.length + 1, 0);
  let before = 0;
  for (const text of drawn) {
    const middle = before + (text.length + 1) / 2;
    parts[Math.floor((middle / total) * parts.length)].push(text);
    before += text.length + 1;
  }
  return parts;
}
