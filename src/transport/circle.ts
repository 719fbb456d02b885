/**
 * Exact Wasserstein distances on the circle, for points given by their angles in radians. Cutting the
 * circle leaves the line and one number α, how much mass crosses the cut; the cost is convex in α.
 */
import type { Matrix } from '../numerics/matrix.ts';
import { checkValues, type LineMeasure, sorted } from './line.ts';

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

/**
 * W_p of two measures on the circle with the arc length as distance, p ≥ 1. For p > 1 the minimum over α
 * of C(α) = ∫_0^1 |F⁻¹(u) − G⁻¹(u − α)|^p du, which is convex and piecewise linear (Delon, Salomon,
 * Sobolevski, SIAM J. Appl. Math. 70, 2010): tangents from both sides meet at the minimum after
 * finitely many steps. Throws InputError for angles or masses that are none.
 */
export function wassersteinOnCircle(a: LineMeasure, b: LineMeasure, p = 1): number {
  if (p === 1) return firstDistance(a, b);
  const cost = cutCost(around(a), around(b), p);
  // more than a whole turn of mass never pays
  let [low, high] = [cost(-2), cost(2)];
  for (;;) {
    const meeting = crossing(low, high);
    if (!(meeting > low.alpha && meeting < high.alpha)) break;
    const bound = low.value + low.slope * (meeting - low.alpha);
    const found = cost(meeting);
    if (found.value <= bound + ROUNDING * low.value) return Math.max(0, found.value) ** (1 / p);
    // halving beside the tangents, which alone may approach the minimum slowly
    for (const tangent of [found, cost((low.alpha + high.alpha) / 2)])
      if (tangent.slope < 0) low = tangent.alpha > low.alpha ? tangent : low;
      else high = tangent.alpha < high.alpha ? tangent : high;
  }
  return Math.min(low.value, high.value) ** (1 / p);
}

/** Where two tangents meet. */
const crossing = (low: Tangent, high: Tangent) =>
  (high.value - high.slope * high.alpha - low.value + low.slope * low.alpha) /
  (low.slope - high.slope);

const ROUNDING = 1e-14;

interface Tangent {
  readonly alpha: number;
  readonly value: number;
  readonly slope: number;
}

type Points = ReturnType<typeof around>;

/** C and its slope at α; where levels meet, one between those from the left and from the right. */
function cutCost(x: Points, y: Points, p: number): (alpha: number) => Tangent {
  const [n, m] = [x.values.length, y.values.length];
  const levels = [cumulated(x.masses), cumulated(y.masses)];
  const angle = (j: number) => y.values[((j % m) + m) % m] + TURN * Math.floor(j / m);
  const level = (j: number) => levels[1][((j % m) + m) % m] + Math.floor(j / m);
  const price = (i: number, j: number) => Math.abs(x.values[i] - angle(j)) ** p;
  return (alpha) => {
    let j = -4 * m;
    j += countBelow(level, j, 8 * m, -alpha);
    let [i, from, value, slope] = [0, 0, 0, 0];
    while (i < n) {
      const [own, other] = [levels[0][i], level(j) + alpha];
      const to = Math.min(own, other);
      value += Math.max(0, to - from) * price(i, j);
      from = to;
      if (other >= own) i++;
      else {
        // the level rises with α: what lies just above it then belongs to y_j
        slope += price(i, j) - price(i, j + 1);
        j++;
      }
    }
    return { alpha, value, slope };
  };
}

/** How many of level(from), level(from + 1), … are below `bound`. */
function countBelow(
  level: (j: number) => number,
  from: number,
  most: number,
  bound: number,
): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (level(from + middle) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Partial sums, the last one exactly 1. */
function cumulated(masses: Float64Array): Float64Array {
  let sum = 0;
  const levels = masses.map((mass) => {
    sum += mass;
    return sum;
  });
  levels[levels.length - 1] = 1;
  return levels;
}
