/** Derivatives of a flow's field, and the flow together with vectors that it carries. */
import type { FlowProblem } from '../../integrators/problem.ts';
import { hypot } from '../../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../../numerics/matrix.ts';
import type { Random } from '../../numerics/random.ts';
import { argmax, dot, unitVector } from '../../numerics/vectors.ts';

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

/**
 * ẋ = f(t, x) with ẏ_a = Df(t, x)[y_a] for k vectors: state [x, y_1 … y_k]. What keeps x on its manifold
 * leaves the vectors as they are.
 */
export function withVectors(problem: FlowProblem, count: number): FlowProblem {
  const { size, breakpoints } = problem;
  const part = (state: Float64Array, a: number) => state.subarray(a * size, (a + 1) * size);
  return {
    size: (count + 1) * size,
    breakpoints,
    velocity(time, state, out) {
      const x = part(state, 0);
      problem.velocity(time, x, part(out, 0));
      for (let a = 1; a <= count; a++) directional(problem, time, x, part(state, a), part(out, a));
    },
    ...(problem.retract && { retract: (state) => problem.retract?.(part(state, 0)) }),
  };
}

/** The k × k upper triangle R of Y = QR by modified Gram–Schmidt, twice; the rows of Y [k, size] become those of Q. */
export function orthonormalise(vectors: Matrix): Matrix {
  const { rows: k } = vectors;
  const upper = matrix(k, k);
  for (let a = 0; a < k; a++) {
    const own = row(vectors, a);
    for (let pass = 0; pass < 2; pass++)
      for (let b = 0; b < a; b++) {
        const other = row(vectors, b);
        const along = dot(own, other);
        upper.data[b * k + a] += along;
        for (let at = 0; at < own.length; at++) own[at] -= along * other[at];
      }
    const length = Math.sqrt(dot(own, own));
    upper.data[a * k + a] = length;
    for (let at = 0; at < own.length; at++) own[at] /= length;
  }
  return upper;
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
  const image = new Float64Array(x.length);
  for (let b = 0; b < size; b++) {
    directional(problem, time, x, row(basis, b), image);
    for (let a = 0; a < size; a++) result.data[a * size + b] = dot(row(basis, a), image);
  }
  return result;
}
