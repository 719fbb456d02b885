/** The size of adaptive steps. `ratio` is the estimated error of a step over its tolerance. */
import { pow } from '../numerics/elementary.ts';

/** Exponents of PI control (Hairer–Nørsett–Wanner II.4): of a ratio, of the one before, and of a rejected step's. */
export interface StepControl {
  readonly ratio: number;
  readonly previous: number;
  readonly rejected: number;
}

/** After an accepted step, damped by the ratio of the step before. */
export function growth(control: StepControl, ratio: number, previous: number): number {
  const { ratio: power, previous: memory } = control;
  const factor = 0.9 * pow(Math.max(ratio, 1e-10), -power) * pow(previous, memory);
  return Math.min(5, Math.max(0.2, factor));
}

/** After a rejected step. */
export const shrinkage = ({ rejected }: StepControl, ratio: number): number =>
  Math.max(0.2, 0.9 * pow(ratio, -rejected));

/** The ratio as the next step is damped by it: bounded below. */
export const boundedRatio = (ratio: number): number => Math.max(ratio, 1e-4);

/**
 * A first step along which the state moves by about one part in a hundred, at most 1 (what follows may
 * grow fivefold a step); NaN where f is not finite.
 */
export function firstStep(state: Float64Array, velocity: Float64Array): number {
  let size = 1;
  let speed = 0;
  for (let i = 0; i < state.length; i++) {
    size = Math.max(size, Math.abs(state[i]));
    speed = Math.max(speed, Math.abs(velocity[i]));
  }
  return Math.min(1, (0.01 * size) / speed);
}
