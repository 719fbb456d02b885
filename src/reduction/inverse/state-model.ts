/**
 * Inverse state estimation: the measure from a few linear observations, among those of a reduced model. The
 * unknowns z are coordinates of tangent PCA in units of their deviation over the training snapshots.
 */
import { type Sensitivity, sensitivity } from '../../numerics/confidence.ts';
import { hypot } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { type LeastSquaresProblem, leastSquares } from '../../numerics/least-squares.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { nearestFit } from '../../numerics/nearest-fit.ts';
import { projectOnAxes } from '../../numerics/spectrum.ts';
import { squaredNorm } from '../../numerics/vectors.ts';
import { tangentModel } from '../forward/components.ts';
import { monotone } from '../quantiles.ts';
import { type Observation, observationSlopes, observe } from './observations.ts';

export interface StateModel {
  /** Quantiles of the mean measure, [N]. */
  readonly mean: Float64Array;
  /** The quantiles are mean + Σ z_k directions_k, each [N]. */
  readonly directions: readonly Float64Array[];
}

/**
 * The affine model of the training snapshots [m, N]: their mean and, scaled to deviation one, their first
 * `components` principal axes in quantiles (W_2). Directions that are rounding are left out.
 */
export function stateModel(training: Matrix, components: number): StateModel {
  const axes = tangentModel(training, components);
  const coordinates = projectOnAxes(training, axes);
  const used = axes.explained.filter((share) => share > 0).length;
  const directions = Array.from({ length: used }, (_, k) => {
    const column = Array.from({ length: training.rows }, (_, i) => row(coordinates, i)[k]);
    const deviation = hypot(column) / Math.sqrt(training.rows);
    return row(axes.axes, k).map((value) => deviation * value);
  });
  return { mean: axes.mean, directions };
}

export interface StateEstimate {
  /** z */
  readonly coordinates: Float64Array;
  /** Of the measure, rising. */
  readonly quantiles: Float64Array;
  /** W_2 expected from noise and from what is not observed, the model being right. */
  readonly expected: number;
  /** Directions of z that the observations do not feel, to first order: none where all is determined. */
  readonly nullSpace: readonly (readonly number[])[];
}

/** A direction that moves the observations by less is not observed: they and z are of order one. */
const unobserved = () => 1e-10;
/** Of observations without noise, on the way to none. */
const LEAST_NOISE = 1e-6;

/**
 * The most likely z for observations y [m] with independent errors of deviation `noise` and z of deviation
 * one: min |y − y(z)|²/noise² + |z|² (Tikhonov). Without noise its limit: the z that fits, and among
 * several the one of least |z|; then `nullSpace` says what the answer leaves open. Throws InputError
 * (field `observations`) where y and the functions differ in number, or are none.
 */
export async function estimateState(
  model: StateModel,
  functions: readonly Observation[],
  y: ArrayLike<number>,
  noise: number,
): Promise<StateEstimate> {
  checkObservations(functions, y, noise);
  const problem = misfit(model, functions, y);
  const centre = new Float64Array(model.directions.length);
  const likely = await nearestFit(problem, centre, noise > 0 ? noise : LEAST_NOISE);
  // without noise nothing draws to the mean; directions that are open stay as they are
  const z = noise > 0 ? likely : (await leastSquares(problem, likely)).values;
  const seen = sensitivity(slopesAt(model, functions, z), unobserved);
  return {
    coordinates: z,
    quantiles: monotone(quantilesAt(model, z)),
    expected: expectedError(model, seen, noise),
    nullSpace: seen.directions.slice(seen.rank),
  };
}

function checkObservations(
  functions: readonly Observation[],
  y: ArrayLike<number>,
  noise: number,
): void {
  const numbers = Array.from(y).every(Number.isFinite);
  if (functions.length === 0 || y.length !== functions.length || !numbers)
    throw new InputError(
      'observations',
      `${y.length} observations of ${functions.length} functions are given: expected a finite number for each, and one at least`,
    );
  if (!(noise >= 0 && noise < Number.POSITIVE_INFINITY))
    throw new InputError('noise', `noise is ${noise}: expected a deviation of at least 0`);
}

function quantilesAt({ mean, directions }: StateModel, z: Float64Array): Float64Array {
  const quantiles = mean.slice();
  directions.forEach((direction, k) => {
    for (let l = 0; l < quantiles.length; l++) quantiles[l] += z[k] * direction[l];
  });
  return quantiles;
}

const slopesAt = (model: StateModel, functions: readonly Observation[], z: Float64Array) =>
  observationSlopes(functions, quantilesAt(model, z), model.directions);

function misfit(
  model: StateModel,
  functions: readonly Observation[],
  y: ArrayLike<number>,
): LeastSquaresProblem {
  return {
    residuals: (z) => observe(functions, quantilesAt(model, z)).map((value, j) => value - y[j]),
    jacobian: (z) => slopesAt(model, functions, z),
  };
}

/** √ of the trace of the covariance (JᵀJ/noise² + I)⁻¹, carried to W_2. */
function expectedError({ mean, directions }: StateModel, seen: Sensitivity, noise: number): number {
  const weights = directions.map((one) => squaredNorm(one));
  const variance = seen.directions.reduce((sum, direction, d) => {
    const left = d < seen.rank ? noise ** 2 / (noise ** 2 + seen.singular[d] ** 2) : 1;
    return sum + left * direction.reduce((part, v, k) => part + v ** 2 * weights[k], 0);
  }, 0);
  return Math.sqrt(variance / mean.length);
}
