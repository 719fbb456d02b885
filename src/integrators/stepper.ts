/**
 * What a scheme is to the loop that drives it: something that proposes a step, and can be asked for
 * states within it. Not the size of the step, and not whether the step is accepted.
 */
import type { FlowProblem } from './problem.ts';

/** A step from `time` to `end`. */
export interface Span {
  readonly time: number;
  /** end − time up to rounding: the nominal step where the step is whole. */
  readonly h: number;
  readonly end: number;
  /** Whether f is smooth at `end`; if not, the step sees the limit from the left there. */
  readonly smooth: boolean;
  /** Steps accepted before this one. */
  readonly index: number;
}

/** Where f is asked for the end of a step: just before a breakpoint, on the piece the step runs in. */
export const lastTime = ({ end, smooth }: Span): number =>
  smooth ? end : end * (1 - Number.EPSILON);

export interface Stepper {
  /** Where the step begins, [size]. */
  state: Float64Array;
  /** Where the step that was tried last ends, [size]. */
  next: Float64Array;
  /**
   * Computes `next` from `state`. Returns the largest entry of the error estimate in units of
   * max(1, |x|), 0 for schemes without one, Infinity where a value is not finite.
   */
  attempt(span: Span): number;
  /** The state at time + θ h, on the manifold, after an attempt; absent: a step has no inside. */
  interpolate?(theta: number, out: Float64Array): void;
  /** `next` becomes `state`; the buffer of the old one stays as it is until the next attempt. */
  accept(): void;
  /** f(time, state), computed at most once for a state; the scheme uses it too if it can. */
  velocity(time: number): Float64Array;
}

/** Entries that are worked on at a time, so that they stay in the nearest cache. */
const BLOCK = 2048;

/** out = x + h Σ_s weights_s slopes_s, reading every array from memory once. */
export function combine(
  out: Float64Array,
  x: Float64Array,
  h: number,
  weights: readonly number[],
  slopes: readonly Float64Array[],
): void {
  for (let from = 0; from < out.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, out.length);
    for (let i = from; i < to; i++) out[i] = x[i];
    for (let s = 0; s < weights.length; s++)
      if (weights[s] !== 0) addScaled(out, slopes[s], h * weights[s], from, to);
  }
}

/** out += factor · x on the entries from … to − 1. */
export function addScaled(
  out: Float64Array,
  x: Float64Array,
  factor: number,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) out[i] += factor * x[i];
}

/** Brings a state back to the manifold; false where a value is not finite. */
export function land(problem: FlowProblem, state: Float64Array): boolean {
  if (!allFinite(state)) return false;
  if (!problem.retract) return true;
  problem.retract(state);
  return allFinite(state);
}

function allFinite(values: Float64Array): boolean {
  let sum = 0;
  // 0 · x is 0 for a finite number and NaN for every other.
  for (let i = 0; i < values.length; i++) sum += 0 * values[i];
  return sum === 0;
}

/** out = x + θ (y − x), on the manifold: what a scheme of order 1 says about the inside of a step. */
export function chord(
  problem: FlowProblem,
  x: Float64Array,
  y: Float64Array,
  theta: number,
  out: Float64Array,
): void {
  for (let i = 0; i < out.length; i++) out[i] = x[i] + theta * (y[i] - x[i]);
  problem.retract?.(out);
}

/** f at the present state, kept until it is forgotten. */
export interface KnownSlope {
  at(time: number, state: Float64Array): Float64Array;
  forget(): void;
}

export function knownSlope(problem: FlowProblem): KnownSlope {
  let slope: Float64Array | null = null;
  let known = false;
  return {
    at(time, state) {
      slope ??= new Float64Array(problem.size);
      if (!known) problem.velocity(time, state, slope);
      known = true;
      return slope;
    },
    forget() {
      known = false;
    },
  };
}
