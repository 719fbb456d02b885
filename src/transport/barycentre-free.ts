/**
 * Barycentres of measures in R^d or on the circle whose points are free to move: plans and points are improved
 * in turn. A local minimum: the problem is not convex in the points, and other starts may find better ones.
 */
import { z } from 'zod';
import { ConvergenceError, InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { assign, MOST_ASSIGNED } from './assignment.ts';
import { squaredArcs, turnBetween } from './circle.ts';
import {
  checkFinite,
  checkSameSpace,
  type Measure,
  squaredDistances,
  unitMasses,
} from './measure.ts';
import { entropicTransport } from './sinkhorn.ts';
import { planMass } from './soft-minimum.ts';
import { simplexWeights, weightsOption } from './weights.ts';

export const freeBarycentreSchema = z.strictObject({
  weights: weightsOption,
  space: z
    .enum(['euclidean', 'circle'], { error: 'expected euclidean or circle' })
    .default('euclidean')
    .describe('circle: every coordinate is an angle in radians, and distances are arcs'),
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
  /** Σ λ_k ⟨|x − y|², π_k⟩ before the last move; with exact plans Σ λ_k W_2². */
  readonly cost: number;
  /** Of which measures the plans are exact, and not entropic. */
  readonly exact: readonly boolean[];
  readonly steps: number;
}

/**
 * A local minimum of Σ λ_k W_2²(μ, μ_k) over measures μ of n points of mass 1/n: every point goes by the mean of
 * the ways that the plans send it (Cuturi, Doucet, ICML 2014, alg. 2, whole steps; on the circle the short ways,
 * which do not raise the cost either: arcs are the least of their lifts). A plan is exact, an assignment, where
 * μ_k has n points of equal mass and n ≤ 2,000, and entropic otherwise; entropic ones draw the points together
 * by about √(ε/2). Throws InputError for weights outside the simplex, different dimensions, points or masses
 * that are none; ConvergenceError at the cap of steps and as `entropicTransport`.
 */
export function freeBarycentre(
  measures: readonly Measure[],
  options: FreeBarycentreOptions = {},
): FreeBarycentre {
  const settings = parseOptions(freeBarycentreSchema, options);
  const lambda = simplexWeights(measures.length, settings.weights);
  let points = settings.start ?? measures[0].points;
  checkPoints(points, measures);
  const pulls = measures.map((measure) => createPull(measure, points.rows, settings));
  const exact = pulls.map((pull) => pull.exact);
  let moved = Number.POSITIVE_INFINITY;
  for (let steps = 1; steps <= settings.maximumSteps; steps++) {
    const targets = pulls.map((pull) => pull.from(points));
    const ways = points.data.map((_, at) =>
      targets.reduce((sum, target, k) => sum + lambda[k] * target.ways[at], 0),
    );
    const cost = targets.reduce((sum, target, k) => sum + lambda[k] * target.cost, 0);
    moved = ways.reduce((most, way) => Math.max(most, Math.abs(way)), 0);
    points = matrix(
      points.rows,
      points.columns,
      points.data.map((value, at) => value + ways[at]),
    );
    if (moved <= settings.tolerance) return { points, cost, exact, steps };
  }
  throw new ConvergenceError(
    `points of the barycentre still move by ${moved.toPrecision(3)} after ${settings.maximumSteps} steps, more than ${settings.tolerance}: allow more steps, or a larger tolerance`,
  );
}

function checkPoints(points: Matrix, measures: readonly Measure[]): void {
  if (points.rows === 0)
    throw new InputError('start', 'no points to begin with: expected one at least');
  checkFinite(points);
  for (const measure of measures) {
    checkSameSpace(points, measure.points);
    checkFinite(measure.points);
  }
}

/** The way of one coordinate to another, and the squared ways of all points [n, m], by space. */
const SPACES = {
  euclidean: { way: (from: number, to: number) => to - from, costsBetween: squaredDistances },
  circle: { way: turnBetween, costsBetween: squaredArcs },
};

/** A plan from the points to one measure. */
interface Pull {
  readonly exact: boolean;
  /** The mean way by which it sends every point, [n, d], and what it costs. */
  from(points: Matrix): { readonly ways: Float64Array; readonly cost: number };
}

function createPull(measure: Measure, n: number, settings: Settings): Pull {
  const masses = unitMasses(measure.points.rows, measure.masses);
  const equal = masses.every((mass) => mass === masses[0]);
  return equal && masses.length === n && n <= MOST_ASSIGNED
    ? assignedPull(measure.points, settings)
    : entropicPull(measure.points, masses, settings);
}

function assignedPull(targets: Matrix, settings: Settings): Pull {
  const { way, costsBetween } = SPACES[settings.space];
  const d = targets.columns;
  return {
    exact: true,
    from(points) {
      const { columns, cost } = assign(costsBetween(points, targets));
      const ways = points.data.map((value, at) =>
        way(value, targets.data[columns[Math.floor(at / d)] * d + (at % d)]),
      );
      return { ways, cost: cost / points.rows };
    },
  };
}

function entropicPull(targets: Matrix, masses: Float64Array, settings: Settings): Pull {
  const { way, costsBetween } = SPACES[settings.space];
  let start: Float64Array | undefined;
  let known = settings.epsilon;
  return {
    exact: false,
    from(points) {
      const costs = costsBetween(points, targets);
      // all costs are 0 where all points are one
      known ??= mean(costs) / 100 || 1;
      const epsilon = known;
      const plan = entropicTransport(costs, unitMasses(points.rows), masses, { epsilon, start });
      start = plan.g;
      const ways = new Float64Array(points.data.length);
      let cost = 0;
      costs.forEach((price, at) => {
        const [i, j] = [Math.floor(at / targets.rows), at % targets.rows];
        const share = planMass(masses[j], plan.f[i] + plan.g[j], price, epsilon);
        cost += (share * price) / points.rows;
        const [from, to] = [row(points, i), row(targets, j)];
        from.forEach((value, c) => {
          ways[i * from.length + c] += share * way(value, to[c]);
        });
      });
      return { ways, cost };
    },
  };
}
