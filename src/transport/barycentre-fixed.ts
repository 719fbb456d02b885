/**
 * Entropic barycentres of histograms on a fixed support, for any costs: a grid on the line, on the circle
 * or in R^d. Not exact: entropy spreads them by about √(ε/2), unless they are debiased.
 */
import { z } from 'zod';
import { exp } from '../numerics/elementary.ts';
import { ConvergenceError, InputError } from '../numerics/errors.ts';
import { numberBetween, parseOptions, wholeNumber } from '../numerics/options.ts';
import { largestOf } from '../numerics/vectors.ts';
import { newtonForPlans } from './barycentre-newton.ts';
import {
  type BarycentrePlans,
  createPlans,
  onBarycentre,
  onHistograms,
} from './barycentre-plans.ts';
import { unitMasses } from './measure.ts';
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
/** The error that is enough there. */
const COARSE = 1e-3;
/** Sweeps there at most. */
const COARSE_SWEEPS = 50;
/** Sweeps before Newton's method is tried, then at twice as many and so on. */
const PATIENCE = 50;
/**
 * Debiased, at the last ε. To take back a blur is ill-posed: what is fine in d hardly shows in the error, and
 * only projections from a smooth start keep it smooth.
 */
const DEBIASED_PATIENCE = 1000;
/** On so many points at most. */
const MOST_SOLVED = 500;

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
  const all = createPlans(masses, lambda, costs, settings.debiased);
  const { epsilon, tolerance } = settings;
  const largest = largestOf(costs, epsilon);
  const most = settings.debiased ? 1 : COARSE_SWEEPS;
  for (let now = largest; now > epsilon; now *= SCALING) iterate(all, now, COARSE, most);
  const { sweeps, error } = iterate(all, epsilon, tolerance, settings.maximumSweeps);
  const { level } = all;
  if (error <= tolerance)
    return {
      masses: unitMasses(
        level.length,
        level.map((p) => exp(p / epsilon)),
      ),
      sweeps,
    };
  const remedy = settings.debiased ? 'smaller' : 'larger';
  throw new ConvergenceError(
    `the plans of the barycentre at ε = ${epsilon} still differ by ${error.toPrecision(3)} after ${settings.maximumSweeps} sweeps, more than ${tolerance}: choose a ${remedy} epsilon, or more sweeps`,
  );
}

/** Rounds of projections until the error is within the tolerance, with Newton's method where they are slow. */
function iterate(all: BarycentrePlans, epsilon: number, tolerance: number, most: number) {
  const solved = all.level.length <= MOST_SOLVED;
  let [error, sweeps, attempt] = [
    Number.POSITIVE_INFINITY,
    0,
    all.debiased ? DEBIASED_PATIENCE : PATIENCE,
  ];
  while (error > tolerance && sweeps++ < most) {
    error = onHistograms(all, epsilon);
    if (error <= tolerance) break;
    if (solved && sweeps === attempt) {
      attempt *= 2;
      error = newtonForPlans(all, epsilon, tolerance);
    } else onBarycentre(all);
  }
  return { sweeps, error };
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
