/** Mean and covariance: of points here; their flows are limits/moments. */
import { type Matrix, matrix } from './matrix.ts';

/** The first two moments of a measure on R^d. */
export interface Moments {
  /** [d] */
  readonly mean: Float64Array;
  /** [d, d], symmetric. */
  readonly covariance: Matrix;
}

/** Empirical moments of points [n, d] with masses [n] of sum 1. */
export function momentsOf({ rows, columns: d, data }: Matrix, masses: Float64Array): Moments {
  const mean = new Float64Array(d);
  const covariance = matrix(d, d);
  for (let i = 0; i < rows; i++) for (let k = 0; k < d; k++) mean[k] += masses[i] * data[i * d + k];
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < d; k++)
      for (let l = 0; l < d; l++)
        covariance.data[k * d + l] +=
          masses[i] * (data[i * d + k] - mean[k]) * (data[i * d + l] - mean[l]);
  return { mean, covariance };
}
