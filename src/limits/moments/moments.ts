/** Flows of means and covariances: what becomes of a Gaussian, or of empirical moments, where these are closed. */
import { integrate } from '../../integrators/integrate.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import type { Moments } from '../../numerics/moments.ts';
import { precisionOf } from '../../numerics/precision.ts';

/** ṁ and Σ̇ at given moments. */
export type MomentRates = (moments: Moments) => Moments;

/** Bound on the error of a step, per entry. */
const TOLERANCE = 1e-12;

/**
 * The moments at rising times, by Dormand–Prince at tolerance 1e-12. Throws InputError (field `covariance`)
 * where it does not fit the mean, and DivergedError where the moments blow up.
 */
export function momentsAt(start: Moments, rates: MomentRates, times: readonly number[]): Moments[] {
  const d = start.mean.length;
  checkShape(start);
  const unpack = (state: Float64Array): Moments => ({
    mean: state.slice(0, d),
    covariance: matrix(d, d, state.slice(d)),
  });
  const problem = {
    size: d + d * d,
    velocity(_: number, state: Float64Array, out: Float64Array) {
      const { mean, covariance } = rates(unpack(state));
      out.set(mean);
      out.set(covariance.data, d);
    },
  };
  const state = Float64Array.of(...start.mean, ...start.covariance.data);
  const settings = { scheme: 'dopri5', tolerance: TOLERANCE, end: times[times.length - 1], times };
  return Array.from(integrate(problem, state, settings), (frame) => unpack(frame.state));
}

/** Q⁻¹ of a target N(b, Q) of the same dimension. Throws InputError (fields `covariance` and `mean`). */
export function targetPrecision(target: Moments, start: Moments): Matrix {
  checkShape(target);
  const [d, own] = [start.mean.length, target.mean.length];
  if (own !== d)
    throw new InputError(
      'mean',
      `the target has the dimension ${own} and the start ${d}: expected the same`,
    );
  return precisionOf(target.covariance);
}

function checkShape({ mean, covariance: { rows, columns } }: Moments): void {
  if (rows === mean.length && columns === mean.length) return;
  throw new InputError(
    'covariance',
    `the covariance is ${rows} × ${columns} and the mean has ${mean.length} numbers: expected a square matrix as wide as the mean`,
  );
}
