/**
 * Exact Wasserstein distances on the circle, for points given by their angles in radians. Cutting the
 * circle leaves the line and one number α, how much mass crosses the cut; the cost is convex in α.
 */
import { pow } from '../numerics/elementary.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { largestOf } from '../numerics/vectors.ts';
import {
  checkPower,
  checkValues,
  type LineMeasure,
  type Quantiles,
  quantileDistance,
  quantilesOf,
  ROUNDING,
  sorted,
} from './line.ts';

/** A whole turn, in radians. */
export const TURN = 2 * Math.PI;

/** How far it is from one angle to another, the short way: in [−π, π]. */
export function turnBetween(from: number, to: number): number {
  const difference = to - from;
  return difference - TURN * Math.round(difference / TURN);
}

/** Σ_c turnBetween(x_ic, y_jc)², [n, m]: on the circle squared arcs, in more columns those of a torus. */
export function squaredArcs(x: Matrix, y: Matrix): Float64Array {
  const costs = new Float64Array(x.rows * y.rows);
  const d = x.columns;
  for (let i = 0, at = 0; i < x.rows; i++)
    for (let j = 0; j < y.rows; j++, at++)
      for (let c = 0; c < d; c++)
        costs[at] += turnBetween(x.data[i * d + c], y.data[j * d + c]) ** 2;
  return costs;
}

/** Angles in [0, 2π), rising, with their masses: finite angles are brought there. */
export function around({ values, masses }: LineMeasure) {
  checkValues(values);
  const angles = Float64Array.from(values, (angle) => {
    const rest = angle - TURN * Math.floor(angle / TURN);
    return rest < TURN ? rest : 0;
  });
  return sorted({ values: angles, masses });
}

/**
 * W_1 = min_α ∫_0^{2π} |F − G − α| dθ; the best α is a median of F − G (Cabrelli, Molter, J. Comput.
 * Appl. Math. 57, 1995; Rabin, Delon, Gousseau, J. Math. Imaging Vis. 41, 2011). O(n log n).
 */
function firstDistance(a: LineMeasure, b: LineMeasure): number {
  const [x, y] = [around(a), around(b)];
  const pieces: { difference: number; length: number }[] = [];
  let [i, j, difference, from] = [0, 0, 0, 0];
  while (i < x.values.length || j < y.values.length) {
    const takesX = j >= y.values.length || (i < x.values.length && x.values[i] <= y.values[j]);
    const to = takesX ? x.values[i] : y.values[j];
    pieces.push({ difference, length: to - from });
    difference += takesX ? x.masses[i++] : -y.masses[j++];
    from = to;
  }
  pieces.push({ difference: 0, length: TURN - from });
  const middle = median(pieces);
  return pieces.reduce((sum, piece) => sum + piece.length * Math.abs(piece.difference - middle), 0);
}

/** The value with half of the total length below it. */
function median(pieces: readonly { difference: number; length: number }[]): number {
  const rising = pieces.toSorted((one, other) => one.difference - other.difference);
  let rest = Math.PI;
  for (const { difference, length } of rising) {
    rest -= length;
    if (rest <= 0) return difference;
  }
  return rising[rising.length - 1].difference;
}

/** How closely α is sought: masses are known no better. */
const LEAST_MASS = Number.EPSILON;

/**
 * W_p of two measures on the circle with the arc length as distance, 1 ≤ p < ∞. For p > 1 the minimum over α
 * of C(α) = ∫_0^1 |F⁻¹(u) − G⁻¹(u − α)|^p du, which is convex and piecewise linear (Delon, Salomon,
 * Sobolevski, SIAM J. Appl. Math. 70, 2010): halving by the sign of its slope finds the cut, and the cost there
 * is that of the line. O((n + m) log(n + m)). Throws InputError for another p, and for angles or masses that
 * are none.
 */
export function wassersteinOnCircle(a: LineMeasure, b: LineMeasure, p = 1): number {
  checkPower(p);
  if (p === 1) return firstDistance(a, b);
  const [x, y] = [quantilesOf(around(a)), quantilesOf(around(b))];
  const slope = cutSlope(x, y, p);
  // more than a whole turn of mass never pays
  let [low, high] = [-2, 2];
  while (high - low > LEAST_MASS) {
    const middle = (low + high) / 2;
    const rise = slope(middle);
    if (rise <= 0) low = middle;
    if (rise >= 0) high = middle;
  }
  return quantileDistance(x, cutAt(y, (low + high) / 2), p);
}

/** Step j of the quantile function continued over all turns. */
function lifted({ values, levels }: Quantiles, j: number) {
  const turns = Math.floor(j / levels.length);
  const at = j - turns * levels.length;
  return { value: values[at] + TURN * turns, level: levels[at] + turns };
}

/** The first step that ends above `level`. */
function firstAbove(y: Quantiles, level: number): number {
  const turns = Math.floor(level);
  const inside = y.levels.findIndex((end) => end > level - turns);
  return (inside < 0 ? 0 : inside - y.levels.length) + (turns + 1) * y.levels.length;
}

/** G⁻¹(u − α) for 0 < u ≤ 1. */
function cutAt(y: Quantiles, alpha: number): Quantiles {
  const first = firstAbove(y, ROUNDING - alpha);
  const steps = Array.from(y.levels.keys(), (k) => lifted(y, first + k));
  // what is left of the step that was cut
  const last = lifted(y, first + y.levels.length);
  return {
    values: Float64Array.from([...steps, last], ({ value }) => value),
    levels: Float64Array.from([...steps.map(({ level }) => Math.min(1, level + alpha)), 1]),
  };
}

/**
 * C'(α) up to a factor above 0: what ends at the level of y_j in x_i goes to y_j instead of y_{j+1} as α rises. In
 * units of the largest distance, so that it has a sign however large p is; where levels meet it is between
 * the slopes from the left and from the right.
 */
function cutSlope(x: Quantiles, y: Quantiles, p: number): (alpha: number) => number {
  const m = y.levels.length;
  const distances = new Float64Array(2 * m);
  return (alpha) => {
    const first = firstAbove(y, -alpha);
    for (let k = 0, i = 0, now = lifted(y, first); k < m; k++) {
      const next = lifted(y, first + k + 1);
      while (i < x.levels.length - 1 && x.levels[i] < now.level + alpha) i++;
      distances[2 * k] = Math.abs(x.values[i] - now.value);
      distances[2 * k + 1] = Math.abs(x.values[i] - next.value);
      now = next;
    }
    const unit = largestOf(distances, 0);
    return distances.reduce(
      (sum, d, at) => sum + (at % 2 === 0 ? pow(d / unit, p) : -pow(d / unit, p)),
      0,
    );
  };
}
