/**
 * The span of points, by Gram–Schmidt: n points of R^d seen in the at most n dimensions that they fill, with
 * all inner products as they were. Not principal axes, which are ordered and centred: spectrum.ts.
 */
import { type Matrix, matrix, row } from './matrix.ts';
import { squaredNorm } from './vectors.ts';

/** A row this close to the span of others, relative to its length, adds no dimension. */
const DEPENDENT = 1e-13;

export interface Span {
  /** Orthonormal. */
  readonly basis: readonly Float64Array[];
  /** ⟨p_i, axis_k⟩, [n, axes] */
  readonly coordinates: Matrix;
}

/** The span of the rows of points [n, d]. O(n d · axes). */
export function spanOf(points: Matrix): Span {
  const basis = orthonormalBasis(points);
  const coordinates = matrix(points.rows, basis.length);
  for (let i = 0; i < points.rows; i++)
    coordinates.data.set(split(row(points, i), basis).inside, i * basis.length);
  return { basis, coordinates };
}

/** x = Σ inside_k axis_k + rest, with |rest|² = outside. */
export function split(x: Float64Array, basis: readonly Float64Array[]) {
  const rest = x.slice();
  const inside = new Float64Array(basis.length);
  for (let k = 0; k < basis.length; k++) {
    const axis = basis[k];
    let along = 0;
    for (let c = 0; c < rest.length; c++) along += rest[c] * axis[c];
    inside[k] = along;
    for (let c = 0; c < rest.length; c++) rest[c] -= along * axis[c];
  }
  return { inside, rest, outside: squaredNorm(rest) };
}

/** Gram–Schmidt, twice over, without the rows that depend on those before them. */
function orthonormalBasis(points: Matrix): Float64Array[] {
  const basis: Float64Array[] = [];
  for (let i = 0; i < points.rows; i++) {
    const p = row(points, i);
    const rest = split(split(p, basis).rest, basis).rest;
    const length = Math.sqrt(squaredNorm(rest));
    if (length > DEPENDENT * Math.sqrt(squaredNorm(p)))
      basis.push(rest.map((value) => value / length));
  }
  return basis;
}
