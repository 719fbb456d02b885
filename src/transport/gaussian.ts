/**
 * Optimal transport between Gaussians: Bures–Wasserstein distance, geodesic and barycentre. With A and B
 * the roots of two covariances, the best coupling is x = Az, y = BRz of one normal z with an orthogonal R;
 * nothing here divides by a covariance, so they may be singular.
 */
import { Matrix as LibraryMatrix, SVD } from 'ml-matrix';
import { z } from 'zod';
import { pow } from '../numerics/elementary.ts';
import { ConvergenceError, InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, product, row, toRows, transposed } from '../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../numerics/options.ts';
import { symmetricEigen } from '../numerics/spectrum.ts';
import { simplexWeights, weightsOption } from './weights.ts';

/** N(m, S), S possibly singular. */
export interface Gaussian {
  /** [d] */
  readonly mean: ArrayLike<number>;
  /** [d, d], symmetric and positive semi-definite. */
  readonly covariance: Matrix;
}

/**
 * W_2 = (|m − m'|² + tr(S + S' − 2 (S^½ S' S^½)^½))^½, as |A − BR| so that it is exact near 0 (Bhatia, Jain,
 * Lim, Expo. Math. 37, 2019). Throws InputError for different dimensions and for a covariance that is none.
 */
export function buresWasserstein(a: Gaussian, b: Gaussian): number {
  const [first, second] = roots([a, b]);
  const turned = aligned(first, second);
  const square = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0);
  return Math.sqrt(square(a.mean, b.mean) + square(first.data, turned.data));
}

/**
 * McCann's interpolation at the time s ∈ [0, 1], the geodesic from a (0) to b (1): the law of (1 − s) x + s y
 * under the best coupling, a Gaussian. Throws InputError for another s, and as `buresWasserstein`.
 */
export function gaussianGeodesic(a: Gaussian, b: Gaussian, s: number): Gaussian {
  if (!(s >= 0 && s <= 1)) throw new InputError('s', `s is ${s}: expected a number from 0 to 1`);
  const [first, second] = roots([a, b]);
  const weights = [1 - s, s];
  const root = weightedSum([first, aligned(first, second)], weights);
  return { mean: weightedMean([a, b], weights), covariance: square(root) };
}

export const gaussianBarycentreSchema = z.strictObject({
  weights: weightsOption,
  tolerance: numberBetween(1e-15, 0.1)
    .default(1e-12)
    .describe('Last change of the covariance, relative to it'),
  maximumSteps: wholeNumber(1, 1e7).default(1000),
});

export type GaussianBarycentreOptions = z.input<typeof gaussianBarycentreSchema>;

/**
 * argmin Σ λ_k W_2²(·, N(m_k, S_k)): the Gaussian of mean Σ λ_k m_k and the covariance with S = Σ λ_k (S^½ S_k
 * S^½)^½, by S ← S^{−½} (Σ λ_k (S^½ S_k S^½)^½)² S^{−½} (Álvarez-Esteban, del Barrio, Cuesta-Albertos,
 * Matrán, J. Math. Anal. Appl. 441, 2016). Unique where one S_k of positive weight is regular. Throws
 * InputError as `buresWasserstein` and for weights outside the simplex, ConvergenceError at its cap.
 */
export function gaussianBarycentre(
  gaussians: readonly Gaussian[],
  options: GaussianBarycentreOptions = {},
): Gaussian {
  const { weights, tolerance, maximumSteps } = parseOptions(gaussianBarycentreSchema, options);
  const lambda = simplexWeights(gaussians.length, weights);
  const all = roots(gaussians);
  // of commuting covariances this is the answer
  let covariance = square(weightedSum(all, lambda));
  let residual = Number.POSITIVE_INFINITY;
  for (let step = 0; step < maximumSteps; step++) {
    const root = squareRoot(covariance);
    const turned = all.map((other) => aligned(root, other));
    const next = square(weightedSum(turned, lambda));
    residual = change(covariance, next);
    covariance = next;
    if (residual <= tolerance) return { mean: weightedMean(gaussians, lambda), covariance };
  }
  throw new ConvergenceError(
    `the covariance of the barycentre still changes by ${residual.toPrecision(3)} of itself after ${maximumSteps} steps, more than ${tolerance}: allow more steps, or a larger tolerance`,
  );
}

/** BR for the rotation R that brings the root B closest to the root A: BUVᵀ where BA = UΣVᵀ. */
function aligned(a: Matrix, b: Matrix): Matrix {
  const { leftSingularVectors: u, rightSingularVectors: v } = new SVD(
    new LibraryMatrix(toRows(product(b, a))),
  );
  const turn = u.mmul(v.transpose());
  return product(b, matrix(b.rows, b.rows, Float64Array.from(turn.to1DArray())));
}

/** MMᵀ */
const square = (m: Matrix) => product(m, transposed(m));

/** |next − now| / |now|, of all entries. */
function change(now: Matrix, next: Matrix): number {
  let [size, moved] = [0, 0];
  now.data.forEach((value, i) => {
    size += value ** 2;
    moved += (next.data[i] - value) ** 2;
  });
  return size > 0 ? Math.sqrt(moved / size) : 0;
}

function weightedSum(matrices: readonly Matrix[], weights: ArrayLike<number>): Matrix {
  const sum = matrix(matrices[0].rows, matrices[0].columns);
  matrices.forEach(({ data }, k) => {
    for (let i = 0; i < data.length; i++) sum.data[i] += weights[k] * data[i];
  });
  return sum;
}

function weightedMean(gaussians: readonly Gaussian[], weights: ArrayLike<number>): Float64Array {
  return Float64Array.from(gaussians[0].mean, (_, c) =>
    gaussians.reduce((sum, { mean }, k) => sum + weights[k] * mean[c], 0),
  );
}

/** S^½, symmetric. */
function squareRoot(covariance: Matrix): Matrix {
  const { values, vectors } = symmetricEigen(covariance);
  const scaled = matrix(vectors.rows, vectors.columns, vectors.data.slice());
  values.forEach((value, k) => {
    const fourth = pow(Math.max(0, value), 0.25);
    for (const [c, entry] of row(scaled, k).entries()) row(scaled, k)[c] = fourth * entry;
  });
  return product(transposed(scaled), scaled);
}

/** Entries and eigenvalues may be off by this share of the largest. */
const ROUNDING = 1e-10;

function roots(gaussians: readonly Gaussian[]): Matrix[] {
  return gaussians.map((gaussian, k) => {
    checkShape(gaussian, gaussians[0].mean.length, k);
    checkCovariance(gaussian.covariance, k);
    return squareRoot(gaussian.covariance);
  });
}

function checkShape({ mean, covariance }: Gaussian, d: number, k: number): void {
  const { rows, columns } = covariance;
  if (mean.length !== d || rows !== d || columns !== d || d === 0)
    throw new InputError(
      'gaussians',
      `Gaussian ${k} has a mean of ${mean.length} and a covariance of ${rows}×${columns} numbers, Gaussian 0 a mean of ${d}: expected one dimension of at least 1`,
    );
  const wrong = [...Array.from(mean), ...covariance.data].find((value) => !Number.isFinite(value));
  if (wrong !== undefined)
    throw new InputError('gaussians', `Gaussian ${k} holds ${wrong}: expected finite numbers`);
}

function checkCovariance(covariance: Matrix, k: number): void {
  const d = covariance.rows;
  const across = transposed(covariance);
  const bound =
    ROUNDING * covariance.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const at = covariance.data.findIndex((value, i) => Math.abs(value - across.data[i]) > bound);
  if (at >= 0)
    throw new InputError(
      'covariance',
      `covariance ${k} has ${covariance.data[at]} at (${Math.floor(at / d)}, ${at % d}) and ${across.data[at]} across: expected a symmetric matrix`,
    );
  const least = symmetricEigen(covariance).values[d - 1];
  if (least < -bound)
    throw new InputError(
      'covariance',
      `covariance ${k} has the eigenvalue ${least.toPrecision(3)}: expected none below 0`,
    );
}
