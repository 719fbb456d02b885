/**
 * Distances to the convex hull and to the convex cone of points, by active sets: Wolfe (Math. Programming
 * 11, 1976, 128) for the hull, Lawson and Hanson (Solving Least Squares Problems, 1974, ch. 23) for the
 * cone. Both hold the nearest combination of a few points, add the point that lies farthest beyond it
 * and drop those that would get a negative weight. Not for many points in many dimensions at once:
 * a distance costs about min(d, n) passes over all points.
 */
import { hypot } from '../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { type Span, spanOf, split } from '../numerics/span.ts';
import { dot, squaredNorm } from '../numerics/vectors.ts';

/** Where the distance is known to this relative error, the search ends. */
const GAP = 1e-10;
/** Distances below this share of the largest length are rounding and count as 0. */
const ROUNDING = 1e-10;

/** The largest distance of the targets [m, d] to the convex hull of the rows of points [n, d]; 0 if all are inside. */
export function largestHullDistance(points: Matrix, targets: Matrix): number {
  // the hull moves with its points: from one of them it has the digits that it has at the origin
  const first = row(points, 0);
  const near = SHIFTED.get(points) ?? shifted(points, first);
  SHIFTED.set(points, near);
  return largest(near, shifted(targets, first), hullDistance);
}

/** Points that many frames are compared with, from the first of them. */
const SHIFTED = new WeakMap<Matrix, Matrix>();

/** The rows less x. */
function shifted({ rows, columns, data }: Matrix, x: Float64Array): Matrix {
  const out = matrix(rows, columns);
  for (let i = 0, at = 0; i < rows; i++)
    for (let k = 0; k < columns; k++, at++) out.data[at] = data[at] - x[k];
  return out;
}

/** The largest distance of the targets [m, d] to the cone Σ λ_j p_j, λ_j ≥ 0, of the rows p_j of points [n, d]. */
export function largestConeDistance(points: Matrix, targets: Matrix): number {
  return largest(points, targets, coneDistance);
}

/** A distance that is `enough` or less need not be exact. */
type Distance = (points: Matrix, x: Float64Array, enough: number) => number;

/** In coordinates of the span of the points, where that has fewer dimensions; what sticks out of it adds at a right angle. */
function largest(points: Matrix, targets: Matrix, distance: Distance): number {
  const span = points.rows < points.columns ? knownSpan(points) : null;
  const spanned = span ? span.coordinates : points;
  let size = 0;
  for (let j = 0; j < points.rows; j++) size = Math.max(size, squaredNorm(row(points, j)));
  const parts = Array.from({ length: targets.rows }, (_, i) => {
    const x = row(targets, i);
    const { inside, outside } = span ? split(x, span.basis) : { inside: x, outside: 0 };
    return { inside, outside, rounding: ROUNDING * Math.sqrt(Math.max(size, squaredNorm(x))) };
  });
  let most = 0;
  // the likely farthest first: the others then need not be known exactly
  for (const { inside, outside, rounding } of parts.sort((a, b) => b.outside - a.outside)) {
    const enough = Math.sqrt(Math.max(0, most * most - outside));
    const total = hypot([distance(spanned, inside, enough), Math.sqrt(outside)]);
    if (total > Math.max(most, rounding)) most = total;
  }
  return most;
}

/** Spans of the points that many frames are compared with, once. */
const SPANS = new WeakMap<Matrix, Span>();

function knownSpan(points: Matrix): Span {
  const span = SPANS.get(points) ?? spanOf(points);
  SPANS.set(points, span);
  return span;
}

function hullDistance(points: Matrix, x: Float64Array, enough: number): number {
  const offset = new Float64Array(points.columns);
  return search({ points: shifted(points, x), offset, affine: true }, enough);
}

function coneDistance(points: Matrix, x: Float64Array, enough: number): number {
  return search({ points, offset: x.map((value) => -value), affine: false }, enough);
}

/** Minimise |y| over y = offset + Σ λ_j p_j with λ ≥ 0 and, if affine, Σ λ_j = 1 and offset = 0. */
interface NearestPointProblem {
  readonly points: Matrix;
  readonly offset: Float64Array;
  readonly affine: boolean;
}

/** The points that carry weight, with their weights and their inner products. */
interface Active {
  chosen: number[];
  weights: number[];
  products: number[][];
}

function search(problem: NearestPointProblem, enough: number): number {
  const { points, offset, affine } = problem;
  const scale = Math.sqrt(Math.max(squaredNorm(offset), largestSquare(points)));
  const active: Active = { chosen: [], weights: [], products: [] };
  if (affine) add(problem, active, shortest(points));
  if (affine) active.weights[0] = 1;
  let y = combination(problem, active);
  for (;;) {
    const length = Math.sqrt(squaredNorm(y));
    if (length <= ROUNDING * scale) return 0;
    if (length <= enough) return length;
    const level = affine ? length * length : 0;
    const tolerance = GAP * length * length + 64 * Number.EPSILON * length * scale;
    const { index, product } = farthestBeyond(points, y);
    if (product >= level - tolerance || active.chosen.includes(index)) return length;
    add(problem, active, index);
    if (!settle(problem, active)) return length;
    y = combination(problem, active);
    // Each step shortens y; where rounding hinders it, no further one would.
    if (!(squaredNorm(y) < length * length)) return length;
  }
}

/** Moves the weights to the best ones of the chosen points, dropping points on the way. */
function settle(problem: NearestPointProblem, active: Active): boolean {
  for (;;) {
    const best = unconstrained(problem, active);
    if (!best) return false;
    const { weights } = active;
    let step = 1;
    let blocking = -1;
    for (let s = 0; s < best.length; s++) {
      const share = weights[s] / (weights[s] - best[s]);
      if (best[s] <= 0 && (blocking < 0 || share < step)) [step, blocking] = [share, s];
    }
    active.weights = weights.map((weight, s) => weight + step * (best[s] - weight));
    if (blocking < 0) return true;
    drop(active, blocking);
  }
}

/** The best weights of the chosen points if they may be negative; null where the points depend on each other. */
function unconstrained(
  { points, offset, affine }: NearestPointProblem,
  active: Active,
): number[] | null {
  const { chosen, products } = active;
  if (!affine) {
    const against = chosen.map((j) => -dot(row(points, j), offset));
    return solvePositive(products, against, 0);
  }
  // (G + σ 11ᵀ) u ∝ 1 gives the affine minimiser; σ of the size of G keeps it well conditioned.
  const size = Math.max(...products.map((line, s) => line[s]));
  const solution = solvePositive(products, new Array(chosen.length).fill(1), size);
  const sum = solution?.reduce((total, value) => total + value, 0) ?? 0;
  return solution && sum > 0 ? solution.map((value) => value / sum) : null;
}

function add({ points }: NearestPointProblem, active: Active, index: number): void {
  const p = row(points, index);
  const line = active.chosen.map((j) => dot(row(points, j), p));
  active.products.forEach((other, s) => {
    other.push(line[s]);
  });
  active.products.push([...line, squaredNorm(p)]);
  active.chosen.push(index);
  active.weights.push(0);
}

function drop(active: Active, which: number): void {
  active.chosen.splice(which, 1);
  active.weights.splice(which, 1);
  active.products.splice(which, 1);
  for (const line of active.products) line.splice(which, 1);
}

/** offset + Σ λ_j p_j */
function combination(
  { points, offset }: NearestPointProblem,
  { chosen, weights }: Active,
): Float64Array {
  const y = offset.slice();
  chosen.forEach((j, s) => {
    const p = row(points, j);
    for (let k = 0; k < y.length; k++) y[k] += weights[s] * p[k];
  });
  return y;
}

/** The point with the least inner product with y. */
function farthestBeyond(points: Matrix, y: Float64Array): { index: number; product: number } {
  let [index, product] = [-1, Number.POSITIVE_INFINITY];
  for (let j = 0; j < points.rows; j++) {
    let along = 0;
    const start = j * y.length;
    for (let k = 0; k < y.length; k++) along += points.data[start + k] * y[k];
    if (along < product) [index, product] = [j, along];
  }
  return { index, product };
}

function shortest(points: Matrix): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < points.rows; j++) {
    const length = squaredNorm(row(points, j));
    if (length < least) [best, least] = [j, length];
  }
  return best;
}

function largestSquare(points: Matrix): number {
  let most = 0;
  for (let j = 0; j < points.rows; j++) most = Math.max(most, squaredNorm(row(points, j)));
  return most;
}

/** Solves (G + shift 11ᵀ) u = right by Cholesky; null where a pivot vanishes. */
function solvePositive(
  symmetric: readonly (readonly number[])[],
  right: readonly number[],
  shift: number,
): number[] | null {
  const size = right.length;
  const lower = new Float64Array(size * size);
  const solution: number[] = [];
  for (let i = 0; i < size; i++) {
    const line = i * size;
    for (let j = 0; j <= i; j++) {
      let rest = symmetric[i][j] + shift;
      for (let k = 0; k < j; k++) rest -= lower[line + k] * lower[j * size + k];
      if (j < i) lower[line + j] = rest / lower[j * size + j];
      else if (rest > size * Number.EPSILON * (symmetric[i][i] + shift))
        lower[line + i] = Math.sqrt(rest);
      else return null;
    }
    let rest = right[i];
    for (let k = 0; k < i; k++) rest -= lower[line + k] * solution[k];
    solution.push(rest / lower[line + i]);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) solution[i] -= lower[j * size + i] * solution[j];
    solution[i] /= lower[i * size + i];
  }
  return solution;
}
