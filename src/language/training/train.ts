/**
 * The training loop: gradients of the workers, their mean, clipped, a step of the optimiser. It knows neither
 * threads nor files nor a clock; those are handed in.
 */
import { random } from '../../numerics/random.ts';
import { mean } from '../../numerics/statistics.ts';
import { sumOf } from '../../numerics/vectors.ts';
import { clipScale, learningRateAt } from './adamw.ts';
import type { TrainingConfig } from './config.ts';
import type { OptimiserStep, RunVectors } from './optimiser.ts';
import { initialise } from './parameters.ts';
import type { ParameterPart } from './parts.ts';
import type { StepResult } from './worker-task.ts';

/** Workers that share the vectors of a run: each finds a gradient, then steps with a share of the parts. */
export interface GradientPool {
  readonly vectors: RunVectors;
  /** All workers find the gradient of their texts of step `step`; one result a worker, in their order. */
  gradients(step: number): Promise<StepResult[]>;
  /** The mean of the gradients; returns its length. */
  average(): Promise<number>;
  /** Changes the vectors in place by the mean gradient. */
  optimise(step: OptimiserStep): Promise<void>;
}

export interface TrainingState extends RunVectors {
  /** Steps done. */
  step: number;
}

export interface Progress extends StepResult {
  readonly step: number;
  readonly gradientLength: number;
}

/** The state before the first step: `given` parameters, or from the config's seed. The vectors are filled in place. */
export function startState(
  config: TrainingConfig,
  layout: readonly ParameterPart[],
  vectors: RunVectors,
  given?: Float32Array,
): TrainingState {
  if (given) vectors.parameters.set(given);
  else initialise(layout, vectors.parameters, random(config.seed));
  vectors.mean.fill(0);
  vectors.square.fill(0);
  return { step: 0, ...vectors };
}

/** Goes on from `state`, whose vectors are the pool's, to the last step; `onStep` may save the state. */
export async function runTraining(
  { optimiser, steps }: TrainingConfig,
  state: TrainingState,
  pool: GradientPool,
  onStep: (progress: Progress) => void,
): Promise<void> {
  const { learningRate: peak, warmup, floor, clip } = optimiser;
  while (state.step < steps) {
    const results = await pool.gradients(state.step);
    const gradientLength = await pool.average();
    const learningRate = learningRateAt(state.step, { peak, warmup, floor, steps });
    const scale = clipScale(gradientLength, clip);
    state.step++;
    await pool.optimise({ step: state.step, learningRate, scale });
    onStep({ step: state.step, gradientLength, ...together(results) });
  }
}

function together(results: readonly StepResult[]): StepResult {
  return {
    causal: mean(results.map(({ causal }) => causal)),
    blank: mean(results.map(({ blank }) => blank)),
    tokens: sumOf(results.map(({ tokens }) => tokens)),
    operations: sumOf(results.map(({ operations }) => operations)),
  };
}
