/**
 * A small residual network trained to tell two spirals apart. Its weights are piecewise linear in depth and
 * the number of layers is drawn anew at every step, so that what is learned is one flow. No language model:
 * that trainer is language/training.
 */
import { z } from 'zod';
import type { Dynamics } from '../../dynamics/dynamics.ts';
import { type ResnetKnot, resnetFromWeights } from '../../dynamics/resnet-from-weights.ts';
import type { TrainingAlgebra, TrainingEngine } from '../../engines/training-engine.ts';
import { simulate } from '../../flow/simulation.ts';
import {
  adamStep,
  clipScale,
  gradientLength,
  learningRateAt,
} from '../../language/training/adamw.ts';
import {
  initialise,
  parameterCount,
  parameterViews,
  placed,
} from '../../language/training/parameters.ts';
import type { ParameterPart, PartDraft } from '../../language/training/parts.ts';
import { ACTIVATIONS } from '../../numerics/activations.ts';
import { InputError } from '../../numerics/errors.ts';
import { betweenKnots } from '../../numerics/knots.ts';
import { matrix, transposed } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { yieldToEvents } from '../../numerics/yielding.ts';
import { accuracyOf, drawSpirals, type Labelled, type Readout } from './spirals.ts';

export const spiralSchema = z.strictObject({
  activation: z
    .enum(ACTIVATIONS, { error: `expected one of ${ACTIVATIONS.join(', ')}` })
    .default('tanh'),
  points: wholeNumber(2, 10_000).default(256).describe('For training, and as many held out'),
  turns: numberBetween(0, 10).default(1).describe('How often an arm goes around'),
  noise: numberBetween(0, 10).default(0.05).describe('Deviation of a point from its arm'),
  d: wholeNumber(2, 64).default(4).describe('Dimension; coordinates from the third on begin at 0'),
  knots: wholeNumber(1, 100).default(5).describe('Of the weights in depth'),
  horizon: numberBetween(1e-3, 1e3).default(3).describe('T, the time of the flow'),
  fewest: wholeNumber(1, 1000).default(8).describe('Layers of a training step, drawn from here'),
  most: wholeNumber(1, 1000).default(16).describe('Layers of a training step, up to here'),
  steps: wholeNumber(1, 100_000)
    .default(400)
    .describe('Of the training, AdamW: each on all points'),
  learningRate: numberBetween(1e-6, 1).default(0.05),
  weightDecay: numberBetween(0, 10)
    .default(1)
    .describe('Of AdamW: less makes layers that are no flow'),
  seed: wholeNumber(0, 2 ** 31).default(1),
});

export type SpiralOptions = z.input<typeof spiralSchema>;
type Settings = z.output<typeof spiralSchema>;

export interface TrainedSpirals {
  readonly settings: Settings;
  /** W acts on columns. */
  readonly knots: readonly ResnetKnot[];
  readonly readout: Readout;
  /** The flow of the knots. */
  readonly dynamics: Dynamics;
  /** Points that were not trained on. */
  readonly held: Labelled;
  /** Share of these that are told right behind the most layers of training. */
  readonly accuracy: number;
  /** Mean −log p of each step, in nats. */
  readonly losses: readonly number[];
}

export interface SpiralContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const STREAM = { points: 1, held: 2, start: 3, layers: 4 } as const;

/**
 * Trains, in Float32 on the engine; the same seed gives the same weights on one machine. Throws InputError
 * for options that do not fit, and the signal's reason.
 */
export async function trainSpirals(
  engine: TrainingEngine,
  options: SpiralOptions = {},
  context: SpiralContext = {},
): Promise<TrainedSpirals> {
  const settings = parseOptions(spiralSchema, options);
  checkLayers(settings);
  const { seed, activation, horizon } = settings;
  const layout = layoutOf(settings);
  const values = new Float32Array(parameterCount(layout));
  initialise(layout, values, random(seed, STREAM.start));
  const points = drawSpirals(settings, random(seed, STREAM.points));
  const losses = await descend(engine, layout, values, { points, settings, ...context });
  const learned = learnedFrom(layout, values, settings);
  const dynamics = resnetFromWeights({ ...learned, activation, horizon });
  const held = drawSpirals(settings, random(seed, STREAM.held));
  const end = await behindLayers(dynamics, held, settings);
  const accuracy = accuracyOf(learned.readout, end, held.labels);
  return { settings, ...learned, dynamics, held, accuracy, losses };
}

function checkLayers({ fewest, most }: Settings): void {
  if (fewest <= most) return;
  throw new InputError(
    'fewest',
    `option fewest is ${fewest} and most ${most}: expected fewest up to most, lower it`,
  );
}

/** W transposed [d, d], since rows are multiplied from the right, and b [1, d] of each knot; then the readout. */
function layoutOf({ knots, d }: Settings): ParameterPart[] {
  const part = (
    name: string,
    shape: number[],
    standardDeviation: number,
    decays: boolean,
  ): PartDraft => ({
    name,
    shape,
    standardDeviation,
    decays,
    pace: 1,
  });
  const flow = Array.from({ length: knots }, (_, k) => [
    part(`weight.${k}`, [d, d], 1 / Math.sqrt(d), true),
    part(`bias.${k}`, [1, d], 0, false),
  ]);
  return placed([
    ...flow.flat(),
    part('readout', [2, d], 1 / Math.sqrt(d), true),
    part('class', [2], 0, false),
  ]);
}

interface Descent extends SpiralContext {
  readonly points: Labelled;
  readonly settings: Settings;
}

const ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
const SCHEDULE = { warmup: 10, floor: 0.02 };
const LONGEST_GRADIENT = 1;
/** Steps after which training yields to the event loop. */
const YIELD_STEPS = 10;

/** The losses of all steps; `values` are changed in place. */
async function descend(
  engine: TrainingEngine,
  layout: readonly ParameterPart[],
  values: Float32Array,
  { points, settings, signal, onProgress }: Descent,
): Promise<number[]> {
  const { steps, learningRate: peak, weightDecay, fewest, most, seed } = settings;
  const state = { mean: new Float32Array(values.length), square: new Float32Array(values.length) };
  const gradient = new Float32Array(values.length);
  const draw = random(seed, STREAM.layers);
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const layers = fewest + draw.integer(most - fewest + 1);
    const [loss] = engine.valuesAndGradients(
      parameterViews(layout, values),
      (algebra, arrays) => [lossOf(algebra, arrays, points, settings, layers)],
      parameterViews(layout, gradient),
    );
    const scale = clipScale(gradientLength(gradient), LONGEST_GRADIENT);
    const learningRate = learningRateAt(step - 1, { peak, steps, ...SCHEDULE });
    adamStep(
      layout,
      values,
      gradient,
      state,
      { ...ADAM, learningRate, weightDecay },
      { step, scale },
    );
    losses.push(loss);
    if (step % YIELD_STEPS === 0) await yieldToEvents();
    signal?.throwIfAborted();
    onProgress?.(step, steps);
  }
  return losses;
}

/** Mean of −log p(label) behind so many layers; layer k of L reads the weights at (k + ½)/L. */
function lossOf<A>(
  algebra: TrainingAlgebra<A>,
  arrays: readonly A[],
  { positions, labels }: Labelled,
  { knots, horizon, activation }: Settings,
  layers: number,
): A {
  const { rows: n, columns: d, data } = positions;
  const ones = algebra.array(new Float32Array(n).fill(1), [n, 1]);
  const pairs = Array.from({ length: knots }, (_, k) => [arrays[2 * k], arrays[2 * k + 1]]);
  const mix = (a: readonly A[], b: readonly A[], part: number) =>
    a.map((array, at) => algebra.interpolate(array, b[at], part));
  let x = algebra.array(data, [n, d]);
  for (let k = 0; k < layers; k++) {
    const [weight, bias] = betweenKnots<readonly A[]>(pairs, (k + 0.5) / layers, mix);
    // a column of ones times b: b in every row
    const inner = algebra.add(algebra.project(x, weight), algebra.project(ones, bias));
    x = algebra.addScaled(x, algebra[activation](inner), horizon / layers);
  }
  const [output, bias] = arrays.slice(2 * knots);
  const weights = new Float32Array(n).fill(1 / n);
  return algebra.crossEntropy(x, { output, bias, scale: 1 }, labels, weights);
}

function learnedFrom(
  layout: readonly ParameterPart[],
  values: Float32Array,
  { knots, d }: Settings,
): { knots: ResnetKnot[]; readout: Readout } {
  const parts = parameterViews(layout, values).map((part) => Float64Array.from(part.values));
  return {
    knots: Array.from({ length: knots }, (_, k) => ({
      weight: transposed(matrix(d, d, parts[2 * k])),
      bias: parts[2 * k + 1],
    })),
    readout: { weight: matrix(2, d, parts[2 * knots]), bias: parts[2 * knots + 1] },
  };
}

/** Positions behind the most layers of training, in Float64. */
async function behindLayers(
  dynamics: Dynamics,
  { positions }: Labelled,
  { horizon, most }: Settings,
) {
  const { frames } = await simulate({
    dynamics,
    init: positions,
    time: horizon,
    scheme: 'layer',
    step: horizon / most,
    saveAt: [horizon],
    diagnostics: [],
  });
  return frames[frames.length - 1].positions;
}
