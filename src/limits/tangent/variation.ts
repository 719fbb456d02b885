/** Derivatives of a flow's field, and the flow together with vectors that it carries. */
import type { FlowProblem } from '../../integrators/problem.ts';
import { hypot } from '../../numerics/elementary.ts';
import { type Matrix, matrix, product, row, transposed } from '../../numerics/matrix.ts';
import type { Random } from '../../numerics/random.ts';
import { argmax, dot, squaredNorm, unitVector } from '../../numerics/vectors.ts';

/** Central differences of fields of size 1 are then good to about 1e-9 times β². */
const DIFFERENCE = 1e-5;

/** Where a state may move: all of R^{nd}, or unit rows of length d. */
export interface Place {
  readonly space: 'sphere' | 'euclidean';
  readonly n: number;
  readonly d: number;
}

/** Dimension of the tangent space: n(d − 1) on the sphere, nd in R^d. */
export const tangentDimension = ({ space, n, d }: Place): number =>
  n * (space === 'sphere' ? d - 1 : d);

/**
 * Df(t, x)[y], written to out, for tangent y: the central difference of f along the curve s ↦ retract(x + s y).
 * On the sphere it is the derivative in R^{nd}, so it has a part along x.
 */
export function directional(
  problem: FlowProblem,
  time: number,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
): void {
  const length = hypot(y);
  if (length === 0) return void out.fill(0);
  const h = DIFFERENCE / length;
  const ends = [h, -h].map((step) => {
    const near = x.map((value, at) => value + step * y[at]);
    problem.retract?.(near);
    const velocity = new Float64Array(problem.size);
    problem.velocity(time, near, velocity);
    return velocity;
  });
  for (let at = 0; at < out.length; at++) out[at] = (ends[0][at] - ends[1][at]) / (2 * h);
}

/** Df(t, x)[y_a], written to out, for all rows of y [k, size]: exactly where the flow knows it. */
function derivatives(
  problem: FlowProblem,
  time: number,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
): void {
  const { size } = problem;
  if (problem.derivatives) problem.derivatives(time, x, y, out);
  else
    for (let at = 0; at < y.length; at += size)
      directional(problem, time, x, y.subarray(at, at + size), out.subarray(at, at + size));
}

/**
 * ẋ = f(t, x) with ẏ_a = Df(t, x)[y_a] for k vectors: state [x, y_1 … y_k]. What keeps x on its manifold
 * leaves the vectors as they are.
 */
export function withVectors(problem: FlowProblem, count: number): FlowProblem {
  const { size, breakpoints } = problem;
  return {
    size: (count + 1) * size,
    breakpoints,
    velocity(time, state, out) {
      const x = state.subarray(0, size);
      problem.velocity(time, x, out.subarray(0, size));
      derivatives(problem, time, x, state.subarray(size), out.subarray(size));
    },
    ...(problem.retract && { retract: (state) => problem.retract?.(state.subarray(0, size)) }),
  };
}

/** Rows that are made orthogonal one by one; what lies before them is taken out of all of them at once. */
const BLOCK = 32;

/**
 * The k × k upper triangle R of Y = QR; the rows of Y [k, size] become those of Q. Block Gram–Schmidt with matrix
 * products, and within a block modified, twice.
 */
export function orthonormalise(vectors: Matrix): Matrix {
  const { rows: k } = vectors;
  const upper = matrix(k, k);
  for (let from = 0; from < k; from += BLOCK) {
    const to = Math.min(k, from + BLOCK);
    if (from > 0) takeOut(vectors, from, to, upper);
    for (let a = from; a < to; a++) orthonormaliseRow(vectors, from, a, upper);
  }
  return upper;
}

/** A row that keeps this share of its square is orthogonal to round-off after one pass (Kahan and Parlett: ½). */
const KEPT = 0.5;

/** Rows from … to − 1 without their parts along those before, again where little is left of one. */
function takeOut(vectors: Matrix, from: number, to: number, upper: Matrix): void {
  const { columns } = vectors;
  const before = matrix(from, columns, vectors.data.subarray(0, from * columns));
  const own = matrix(to - from, columns, vectors.data.subarray(from * columns, to * columns));
  for (let pass = 0; pass < 2; pass++) {
    const squares = Array.from({ length: own.rows }, (_, a) => squaredNorm(row(own, a)));
    const along = product(before, transposed(own));
    const parts = product(transposed(along), before);
    for (let at = 0; at < own.data.length; at++) own.data[at] -= parts.data[at];
    for (let b = 0; b < from; b++)
      for (let a = 0; a < own.rows; a++)
        upper.data[b * upper.columns + from + a] += along.data[b * own.rows + a];
    if (squares.every((square, a) => squaredNorm(row(own, a)) >= KEPT * square)) return;
  }
}

/** Row a made orthogonal to those from `from` on before it, and of length 1. */
function orthonormaliseRow(vectors: Matrix, from: number, a: number, upper: Matrix): void {
  const { rows: k } = vectors;
  const own = row(vectors, a);
  for (let pass = 0; pass < 2; pass++)
    for (let b = from; b < a; b++) {
      const other = row(vectors, b);
      const along = dot(own, other);
      upper.data[b * k + a] += along;
      for (let at = 0; at < own.length; at++) own[at] -= along * other[at];
    }
  const length = Math.sqrt(dot(own, own));
  upper.data[a * k + a] = length;
  for (let at = 0; at < own.length; at++) own[at] /= length;
}

/** k orthonormal tangent vectors at x, [k, nd]: all directions alike. */
export function tangentBasis(x: Float64Array, place: Place, k: number, random: Random): Matrix {
  const { d } = place;
  const basis = matrix(k, x.length, Float64Array.from({ length: k * x.length }, random.gaussian));
  if (place.space === 'sphere') for (let a = 0; a < k; a++) toTangent(row(basis, a), x, d);
  orthonormalise(basis);
  return basis;
}

/**
 * An orthonormal basis of the tangent space at x, [dimension, nd], particle by particle: the coordinates of R^d,
 * or those that a reflection takes from the coordinate nearest to x_i to x_i itself.
 */
export function coordinateBasis(x: Float64Array, place: Place): Matrix {
  const { d } = place;
  const basis = matrix(tangentDimension(place), x.length);
  let next = 0;
  for (let start = 0; start < x.length; start += d) {
    const own = x.subarray(start, start + d);
    const axes = place.space === 'sphere' ? besides(own) : unitVectors(d);
    for (const axis of axes) row(basis, next++).set(axis, start);
  }
  return basis;
}

function unitVectors(d: number): Float64Array[] {
  return Array.from({ length: d }, (_, k) => unitVector(k, d));
}

/** d − 1 orthonormal vectors orthogonal to a unit x: those of e_k that x ∓ e_m reflects, e_m nearest to ±x. */
function besides(x: Float64Array): Float64Array[] {
  const nearest = argmax(x.map(Math.abs));
  const mirror = x.slice();
  mirror[nearest] += x[nearest] < 0 ? -1 : 1;
  const half = dot(mirror, mirror) / 2;
  return unitVectors(x.length)
    .filter((_, k) => k !== nearest)
    .map((axis) => axis.map((value, k) => value - (dot(mirror, axis) / half) * mirror[k]));
}

/** y_i ← y_i − ⟨x_i, y_i⟩ x_i */
function toTangent(y: Float64Array, x: Float64Array, d: number): void {
  for (let start = 0; start < x.length; start += d) {
    let along = 0;
    for (let c = start; c < start + d; c++) along += x[c] * y[c];
    for (let c = start; c < start + d; c++) y[c] -= along * x[c];
  }
}

/** Df(t, x) on the tangent space, in an orthonormal basis of it: square, of the tangent dimension. */
export function tangentMatrix(
  problem: FlowProblem,
  time: number,
  x: Float64Array,
  basis: Matrix,
): Matrix {
  const size = basis.rows;
  const result = matrix(size, size);
  const images = matrix(size, x.length);
  derivatives(problem, time, x, basis.data, images.data);
  for (let b = 0; b < size; b++)
    for (let a = 0; a < size; a++) result.data[a * size + b] = dot(row(basis, a), row(images, b));
  return result;
}
