/**
 * The training loop: gather gradients from the workers, average, clip, AdamW. It knows neither
 * threads nor files nor a clock; those are handed in.
 */
import { random } from '../../numerics/random.ts';
import { adamStep, clipGradient, learningRateAt } from './adamw.ts';
import type { TrainingConfig } from './config.ts';
import { initialise, parameterCount } from './parameters.ts';
import type { ParameterPart } from './parts.ts';
import type { StepResult } from './worker-task.ts';

/** Workers that share `parameters` and each fill their own gradient. */
export interface GradientPool {
  readonly parameters: Float32Array;
  readonly gradients: readonly Float32Array[];
  /** All workers do step `step`; one result a worker, in their order. */
  step(step: number): Promise<StepResult[]>;
}

export interface TrainingState {
  /** Steps done. */
  step: number;
  readonly parameters: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

export interface Progress extends StepResult {
  readonly step: number;
  readonly gradientLength: number;
}

/** The state before the first step, from the config's seed. `parameters` is filled in place. */
export function startState(
  config: TrainingConfig,
  layout: readonly ParameterPart[],
  parameters: Float32Array,
): TrainingState {
  const size = parameterCount(layout);
  initialise(layout, parameters, random(config.seed));
  return { step: 0, parameters, mean: new Float32Array(size), square: new Float32Array(size) };
}

/** Goes on from `state` to the last step; `onStep` may save the state. */
export async function runTraining(
  config: TrainingConfig,
  layout: readonly ParameterPart[],
  state: TrainingState,
  pool: GradientPool,
  onStep: (progress: Progress) => void,
): Promise<void> {
  const { learningRate: peak, warmup, floor, clip, ...adam } = config.optimiser;
  const gradient = new Float32Array(state.parameters.length);
  while (state.step < config.steps) {
    const results = await pool.step(state.step);
    average(pool.gradients, gradient);
    const gradientLength = clipGradient(gradient, clip);
    const schedule = { peak, warmup, floor, steps: config.steps };
    const settings = { ...adam, learningRate: learningRateAt(state.step, schedule) };
    state.step++;
    adamStep(layout, state.parameters, gradient, state, settings, state.step);
    onStep({ step: state.step, gradientLength, ...together(results) });
  }
}

/** Mean over the workers, always summed in the same order. */
function average(gradients: readonly Float32Array[], out: Float32Array): void {
  const share = 1 / gradients.length;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (const gradient of gradients) sum += gradient[i];
    out[i] = sum * share;
  }
}

function together(results: readonly StepResult[]): StepResult {
  const mean = (pick: (result: StepResult) => number) =>
    results.reduce((sum, result) => sum + pick(result), 0) / results.length;
  return {
    causal: mean((result) => result.causal),
    blank: mean((result) => result.blank),
    tokens: results.reduce((sum, result) => sum + result.tokens, 0),
  };
}
