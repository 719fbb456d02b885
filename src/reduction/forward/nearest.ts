/**
 * The best barycentre of some snapshots: weights in the simplex that bring Σ λ_i q_i closest to a target in
 * W_2. In quantiles it is the point of a convex hull nearest to another point. (The distance alone, of many
 * points at once, is in diagnostics/convex.ts: through inner products, whose squares hide snapshots that
 * depend on each other up to 1e-8.)
 */
import { Matrix as LibraryMatrix, solve } from 'ml-matrix';
import { ConvergenceError, InputError } from '../../numerics/errors.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { dot, sumOf } from '../../numerics/vectors.ts';

export interface NearestBarycentre {
  /** λ ≥ 0 of sum 1, [m]. */
  readonly weights: Float64Array;
  /** W_2 to the target. */
  readonly distance: number;
  /** The least W_2² is between distance² − gap and distance², by duality. */
  readonly gap: number;
}

/** Of the gap relative to the squared distance, and of sums relative to their terms. */
const ACCURACY = 1e-10;
const ROUNDING = 1e-13;
/** A gap promises a descent of gap² over 4 squared lengths: below this share of |x|² that is rounding. */
const UNSEEN = 1e-12;

/**
 * The nearest barycentre of snapshots [m, N] to a target [N], by the active set of Wolfe (Math. Program. 11,
 * 1976): each round comes nearer, and the last one meets the conditions of Karush, Kuhn and Tucker
 * x·p_i ≥ x·x, x = Σ λ_i p_i, p_i = q_i − target. Throws InputError (field `target`) for a target of other
 * levels, and ConvergenceError where rounding keeps it from the answer.
 */
export function nearestBarycentre(snapshots: Matrix, target: ArrayLike<number>): NearestBarycentre {
  if (target.length !== snapshots.columns || !Array.from(target).every(Number.isFinite))
    throw new InputError(
      'target',
      `the target has ${target.length} quantiles: expected ${snapshots.columns} finite numbers, as the snapshots have`,
    );
  const points = Array.from({ length: snapshots.rows }, (_, i) =>
    row(snapshots, i).map((value, k) => value - target[k]),
  );
  const norms = points.map((point) => dot(point, point));
  const largest = Math.max(...norms);
  let active: Active = { rows: [norms.indexOf(Math.min(...norms))], shares: [1] };
  for (;;) {
    const x = combined(points, active);
    const square = dot(x, x);
    const products = points.map((point) => dot(x, point));
    const next = products.indexOf(Math.min(...products));
    const gap = square - products[next];
    if (gap <= ACCURACY * square || square <= ROUNDING ** 2 * largest)
      return answer(points, active, gap);
    const rows = active.rows.includes(next) ? active.rows : [...active.rows, next];
    const better = descend(points, { rows, shares: rows.map((_, a) => active.shares[a] ?? 0) });
    if (!(squareOf(points, better) < square)) return stuck(points, active, gap, largest * square);
    active = better;
  }
}

/** What is left of the gap has to be rounding. */
function stuck(points: readonly Float64Array[], active: Active, gap: number, scale: number) {
  if (gap ** 2 <= UNSEEN * scale) return answer(points, active, gap);
  throw new ConvergenceError(
    `the nearest barycentre of ${points.length} snapshots is known to ${gap.toPrecision(2)} in the squared distance only: expected snapshots that differ by more than rounding; take fewer`,
  );
}

interface Active {
  readonly rows: readonly number[];
  readonly shares: readonly number[];
}

function combined(points: readonly Float64Array[], { rows, shares }: Active): Float64Array {
  const sum = new Float64Array(points[0].length);
  rows.forEach((i, a) => {
    points[i].forEach((value, k) => {
      sum[k] += shares[a] * value;
    });
  });
  return sum;
}

const squareOf = (points: readonly Float64Array[], active: Active) => {
  const x = combined(points, active);
  return dot(x, x);
};

function answer(points: readonly Float64Array[], active: Active, gap: number): NearestBarycentre {
  const weights = new Float64Array(points.length);
  active.rows.forEach((i, a) => {
    weights[i] = active.shares[a];
  });
  const x = combined(points, active);
  const levels = x.length;
  return {
    weights,
    distance: Math.sqrt(dot(x, x) / levels),
    gap: Math.max(0, gap) / levels,
  };
}

/** Towards the nearest point of the affine hull, and each time a share would turn negative, without that one. */
function descend(points: readonly Float64Array[], begun: Active): Active {
  let active = begun;
  for (;;) {
    const goal = affineShares(points, active.rows);
    if (goal.every((share) => share > 0)) return { rows: active.rows, shares: goal };
    const way = active.shares.reduce(
      (least, share, a) => (goal[a] > 0 ? least : Math.min(least, share / (share - goal[a]))),
      1,
    );
    const shares = active.shares.map((share, a) => share + way * (goal[a] - share));
    const least = Math.min(...shares.filter((_, a) => goal[a] <= 0));
    const kept = shares.map((share, a) => goal[a] > 0 || share > least);
    active = {
      rows: active.rows.filter((_, a) => kept[a]),
      shares: shares.filter((_, a) => kept[a]),
    };
  }
}

/** Shares of sum 1, of any sign, whose combination is nearest to the origin. */
function affineShares(points: readonly Float64Array[], rows: readonly number[]): number[] {
  const [first, ...others] = rows.map((i) => points[i]);
  if (others.length === 0) return [1];
  const differences = new LibraryMatrix(others.map((point) => point.map((v, k) => v - first[k])));
  const goal = LibraryMatrix.columnVector(first).mul(-1);
  const shares = solve(differences.transpose(), goal, true).to1DArray();
  return [1 - sumOf(shares), ...shares];
}
