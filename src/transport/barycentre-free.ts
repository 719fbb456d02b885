/**
 * Barycentres of measures in R^d whose points are free to move: plans and points are improved in turn.
 * A local minimum: the problem is not convex in the points for d ≥ 2, and other starts may find better ones.
 */
import { z } from 'zod';
import { ConvergenceError, InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { assign, MOST_ASSIGNED } from './assignment.ts';
import {
  checkFinite,
  checkSameSpace,
  type Measure,
  squaredDistances,
  unitMasses,
} from './measure.ts';
import { entropicTransport } from './sinkhorn.ts';
import { simplexWeights, weightsOption } from './weights.ts';

export const freeBarycentreSchema = z.strictObject({
  weights: weightsOption,
  start: z
    .custom<Matrix>(
      (value) => typeof value === 'object' && value !== null && 'rows' in value,
      'expected a matrix of points',
    )
    .optional()
    .describe(
      'Points to begin with, which says how many there are; absent: those of the first measure',
    ),
  epsilon: numberBetween(1e-12, 1e12)
    .optional()
    .describe(
      'Of entropic plans, in units of |x − y|²; absent: a hundredth of its mean over all pairs',
    ),
  tolerance: numberBetween(1e-12, 1e6).default(1e-7).describe('Largest last move of a coordinate'),
  maximumSteps: wholeNumber(1, 1e6).default(500),
});

export type FreeBarycentreOptions = z.input<typeof freeBarycentreSchema>;
type Settings = z.output<typeof freeBarycentreSchema>;

export interface FreeBarycentre {
  /** [n, d], of equal masses. */
  readonly points: Matrix;
  /** Σ λ_k ⟨|x − y|², π_k⟩; with exact plans Σ λ_k W_2². */
  readonly cost: number;
  readonly steps: number;
}

/**
 * A local minimum of Σ λ_k W_2²(μ, μ_k) over measures μ of n points of mass 1/n: from every point goes the
 * mean of where the plans send it (Cuturi, Doucet, ICML 2014, alg. 2, whole steps). A plan is exact, an
 * assignment, where μ_k has n points of equal mass and n ≤ 2,000, and entropic otherwise; entropic ones
 * draw the points together by about √(ε/2). Throws InputError for weights outside the simplex, different
 * dimensions, points or masses that are none; ConvergenceError at the cap of steps and as `entropicTransport`.
 */
export function freeBarycentre(
  measures: readonly Measure[],
  options: FreeBarycentreOptions = {},
): FreeBarycentre {
  const settings = parseOptions(freeBarycentreSchema, options);
  const lambda = simplexWeights(measures.length, settings.weights);
  let points = settings.start ?? measures[0].points;
  if (points.rows === 0)
    throw new InputError('start', 'no points to begin with: expected one at least');
  checkFinite(points);
  for (const measure of measures) {
    checkSameSpace(points, measure.points);
    checkFinite(measure.points);
  }
  const pulls = measures.map((measure) => createPull(measure, points.rows, settings));
  let moved = Number.POSITIVE_INFINITY;
  for (let steps = 1; steps <= settings.maximumSteps; steps++) {
    const targets = pulls.map((pull) => pull(points));
    const next = points.data.map((_, at) =>
      targets.reduce((sum, target, k) => sum + lambda[k] * target.places[at], 0),
    );
    const cost = targets.reduce((sum, target, k) => sum + lambda[k] * target.cost, 0);
    moved = next.reduce((most, value, at) => Math.max(most, Math.abs(value - points.data[at])), 0);
    points = matrix(points.rows, points.columns, next);
    if (moved <= settings.tolerance) return { points, cost, steps };
  }
  throw new ConvergenceError(
    `points of the barycentre still move by ${moved.toPrecision(3)} after ${settings.maximumSteps} steps, more than ${settings.tolerance}: allow more steps, or a larger tolerance`,
  );
}

/** Where a plan sends every point, the mean place [n, d], and what it costs. */
type Pull = (points: Matrix) => { places: Float64Array; cost: number };

function createPull(measure: Measure, n: number, settings: Settings): Pull {
  const masses = unitMasses(measure.points.rows, measure.masses);
  const equal = masses.every((mass) => mass === masses[0]);
  return equal && masses.length === n && n <= MOST_ASSIGNED
    ? assignedPull(measure.points)
    : entropicPull(measure.points, masses, settings);
}

function assignedPull(targets: Matrix): Pull {
  const d = targets.columns;
  return (points) => {
    const { columns, cost } = assign(squaredDistances(points, targets));
    const places = points.data.map(
      (_, at) => targets.data[columns[Math.floor(at / d)] * d + (at % d)],
    );
    return { places, cost: cost / points.rows };
  };
}

function entropicPull(targets: Matrix, masses: Float64Array, settings: Settings): Pull {
  const d = targets.columns;
  let start: Float64Array | undefined;
  let known = settings.epsilon;
  return (points) => {
    const costs = squaredDistances(points, targets);
    // all costs are 0 where all points are one
    known ??= mean(costs) / 100 || 1;
    const epsilon = known;
    const plan = entropicTransport(costs, unitMasses(points.rows), masses, { epsilon, start });
    start = plan.g;
    const places = new Float64Array(points.data.length);
    let cost = 0;
    costs.forEach((price, at) => {
      const [i, j] = [Math.floor(at / targets.rows), at % targets.rows];
      const share = masses[j] * Math.exp((plan.f[i] + plan.g[j] - price) / epsilon);
      cost += (share * price) / points.rows;
      for (let c = 0; c < d; c++) places[i * d + c] += share * targets.data[j * d + c];
    });
    return { places, cost };
  };
}
