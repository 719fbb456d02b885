/** The Gaussian in the middle of those that have the means and covariances of given measures. */
import { z } from 'zod';
import { toRows } from '../../numerics/matrix.ts';
import { momentsOf } from '../../numerics/moments.ts';
import { parseOptions } from '../../numerics/options.ts';
import { buresWasserstein, type Gaussian, gaussianBarycentre } from '../../transport/gaussian.ts';
import { checkFinite, type Measure, unitMasses } from '../../transport/measure.ts';
import { simplexWeights, weightsOption } from '../../transport/weights.ts';

export const gaussiansSchema = z.strictObject({ weights: weightsOption });

export type GaussiansOptions = z.input<typeof gaussiansSchema>;

/** N(m, S) as plain data. */
export interface GaussianRecord {
  /** [d] */
  readonly mean: readonly number[];
  /** [d, d] */
  readonly covariance: readonly (readonly number[])[];
}

export interface GaussianMean extends GaussianRecord {
  readonly weights: readonly number[];
  /** Of the measures, in their order. */
  readonly gaussians: readonly GaussianRecord[];
  /** W_2 of each of those Gaussians to the barycentre. */
  readonly distances: readonly number[];
}

/**
 * The Bures–Wasserstein barycentre of N(m_k, S_k), m_k and S_k the moments of the measures: errors as
 * `gaussianBarycentre`, and InputError for points or masses that are none.
 */
export function gaussianMean(
  measures: readonly Measure[],
  options: GaussiansOptions = {},
): GaussianMean {
  const weights = simplexWeights(measures.length, parseOptions(gaussiansSchema, options).weights);
  const gaussians = measures.map(({ points, masses }) => {
    checkFinite(points);
    return momentsOf(points, unitMasses(points.rows, masses));
  });
  const found = gaussianBarycentre(gaussians, { weights });
  return {
    weights: [...weights],
    ...recordOf(found),
    gaussians: gaussians.map(recordOf),
    distances: gaussians.map((one) => buresWasserstein(one, found)),
  };
}

const recordOf = ({ mean, covariance }: Gaussian): GaussianRecord => ({
  mean: Array.from(mean),
  covariance: toRows(covariance),
});
