/**
 * The mean-field equation on the circle without noise, by quantiles: X_t(u) with ∂_t X(u) = v[μ_t](X(u)),
 * u = (i + ½)/m. Mass moves with its points, so it is conserved and Diracs are no obstacle.
 */
import type { SimulationContext } from '../../flow/simulate.ts';
import { simulate } from '../../flow/simulation.ts';
import { atan2, cos, sin } from '../../numerics/elementary.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import type { MeanField } from './circle.ts';
import { type CircleLaw, quantileFunction } from './circle-law.ts';

/** Angles of n points of equal mass: at the quantiles (i + ½)/n. */
export function quantilePoints(law: CircleLaw, n: number): Float64Array {
  const quantile = quantileFunction(law);
  return Float64Array.from({ length: n }, (_, i) => quantile((i + 0.5) / n));
}

/** Rows (cos θ, sin θ). */
export function onCircle(angles: Float64Array): Matrix {
  const points = matrix(angles.length, 2);
  angles.forEach((angle, i) => {
    points.data[2 * i] = cos(angle);
    points.data[2 * i + 1] = sin(angle);
  });
  return points;
}

export function anglesOf({ rows, data }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => atan2(data[2 * i + 1], data[2 * i]));
}

export interface AngleRun extends MeanField {
  readonly times: readonly number[];
  /** Of dopri5. */
  readonly tolerance: number;
  /** Of heun, where there is noise, and the seed of that. */
  readonly step: number;
  readonly seed: number;
  readonly threads?: number;
}

/** Angles at the times of equal masses that start at these; with noise an independent path for each seed. */
export async function moveAngles(
  start: Float64Array,
  { beta, coupling, kappa, times, tolerance, step, seed, threads }: AngleRun,
  context: SimulationContext,
): Promise<Float64Array[]> {
  const attention = coupling === 'softmax' ? 'sa' : 'usa';
  const flow =
    kappa === undefined
      ? { dynamics: attention, parameters: { beta }, scheme: 'dopri5', tolerance }
      : { dynamics: 'noisy', parameters: { beta, kappa, attention }, scheme: 'heun', step, seed };
  const time = times[times.length - 1];
  if (time === 0) return [start];
  const saved = { time, saveAt: [...times], diagnostics: [] };
  const options = { ...flow, ...saved, init: onCircle(start), threads };
  const { frames } = await simulate(options, context);
  return frames.map(({ positions }) => anglesOf(positions));
}
