/**
 * Entropic barycentres of histograms on a fixed support, for any costs: a grid on the line, on the circle
 * or in R^d. Not exact: entropy spreads them by about √(ε/2), unless they are debiased.
 */
import { z } from 'zod';
import { ConvergenceError, InputError } from '../numerics/errors.ts';
import { numberBetween, parseOptions, wholeNumber } from '../numerics/options.ts';
import { unitMasses } from './measure.ts';
import { softMinimum, transposedCosts } from './soft-minimum.ts';
import { simplexWeights, weightsOption } from './weights.ts';

export const fixedBarycentreSchema = z.strictObject({
  weights: weightsOption,
  epsilon: numberBetween(1e-12, 1e12).describe('In units of the costs'),
  tolerance: numberBetween(1e-14, 0.1)
    .default(1e-8)
    .describe('Σ λ_k |sums of plan k − barycentre|, over its points'),
  maximumSweeps: wholeNumber(1, 1e7).default(20_000).describe('At the last ε'),
  debiased: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Takes back the spread by entropy; needs costs of a support with itself'),
});

export type FixedBarycentreOptions = z.input<typeof fixedBarycentreSchema>;

export interface FixedBarycentre {
  /** [m], of sum 1. */
  readonly masses: Float64Array;
  /** At the last ε. */
  readonly sweeps: number;
}

/** From each ε to the next, down to the one asked for. */
const SCALING = 0.5;

/**
 * argmin_p Σ λ_k min_π ⟨C, π⟩ + ε Σ π (log π − 1) over plans from histogram a_k to p, by Bregman projections
 * in the log domain with ε-scaling (Benamou, Carlier, Cuturi, Nenna, Peyré, SIAM J. Sci. Comput. 37, 2015);
 * debiased by Janati, Cuturi, Gramfort (ICML 2020, alg. 1). `histograms` [n] each, `costs` [n, m] row by row
 * between their support and that of p. O(K n m) a sweep. Throws InputError for weights outside the simplex,
 * histograms that are none, costs and options that do not fit; ConvergenceError at the cap of sweeps.
 */
export function fixedBarycentre(
  histograms: readonly ArrayLike<number>[],
  costs: Float64Array,
  options: FixedBarycentreOptions,
): FixedBarycentre {
  const settings = parseOptions(fixedBarycentreSchema, options);
  const lambda = simplexWeights(histograms.length, settings.weights);
  const n = histograms[0].length;
  const masses = histograms.map((histogram) => unitMasses(n, histogram));
  checkCosts(costs, n, settings.debiased);
  const sweep = createSweep(masses, lambda, costs, settings.debiased);
  const { epsilon, tolerance, maximumSweeps } = settings;
  const largest = costs.reduce((most, cost) => Math.max(most, cost), epsilon);
  for (let now = largest; now > epsilon; now *= SCALING) sweep(now);
  let residual = Number.POSITIVE_INFINITY;
  for (let sweeps = 1; sweeps <= maximumSweeps; sweeps++) {
    const { barycentre, error } = sweep(epsilon);
    residual = error;
    if (residual <= tolerance) return { masses: unitMasses(barycentre.length, barycentre), sweeps };
  }
  throw new ConvergenceError(
    `the plans of the barycentre at ε = ${epsilon} still differ by ${residual.toPrecision(3)} after ${maximumSweeps} sweeps, more than ${tolerance}: choose a larger epsilon, or more sweeps`,
  );
}

/**
 * One round of projections: every plan on its histogram, then all on their geometric mean p = d Π_k
 * (Kᵀu_k)^{λ_k}; d = 1, or √(d p / Kd) where debiased. The error is that before the second projection.
 */
function createSweep(
  histograms: readonly Float64Array[],
  lambda: Float64Array,
  costs: Float64Array,
  debiased: boolean,
) {
  const n = histograms[0].length;
  const m = costs.length / n;
  const across = transposedCosts(costs, n);
  const ones = new Float64Array(m).fill(1);
  const f = new Float64Array(n);
  const plans = histograms.map((a, k) => ({
    ...{ a, weight: lambda[k] },
    ...{ g: new Float64Array(m), next: new Float64Array(m) },
  }));
  const [correction, blurred] = [new Float64Array(m), new Float64Array(m)];
  return (epsilon: number) => {
    for (const { a, g, next } of plans) {
      softMinimum(costs, g, ones, epsilon, f);
      softMinimum(across, f, a, epsilon, next);
    }
    // ε log p
    const level = correction.map((value, j) =>
      plans.reduce((sum, { weight, next }) => sum - weight * next[j], value),
    );
    const barycentre = level.map((value) => Math.exp(value / epsilon));
    const error = plans.reduce((sum, { weight, g, next }) => {
      const off = barycentre.reduce(
        (total, mass, j) => total + Math.abs(Math.exp((g[j] - next[j]) / epsilon) - mass),
        0,
      );
      return sum + weight * off;
    }, 0);
    for (const { g, next } of plans) for (let j = 0; j < m; j++) g[j] = next[j] + level[j];
    if (debiased) {
      softMinimum(costs, correction, ones, epsilon, blurred);
      for (let j = 0; j < m; j++) correction[j] = (correction[j] + level[j] + blurred[j]) / 2;
    }
    return { barycentre, error };
  };
}

function checkCosts(costs: Float64Array, n: number, square: boolean): void {
  const m = costs.length / n;
  if (!Number.isInteger(m) || m === 0 || (square && m !== n))
    throw new InputError(
      'costs',
      `${costs.length} costs are given for histograms of ${n}: expected ${square ? 'n × n, to debias' : 'a whole number of them for each entry'}`,
    );
  const at = costs.findIndex((cost) => !Number.isFinite(cost));
  if (at >= 0)
    throw new InputError('costs', `cost ${at} is ${costs[at]}: expected a finite number`);
}
