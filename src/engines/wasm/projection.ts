/** Products with weight matrices around the kernels, in float64. Not the pairs of particles. */
import type { Matrix } from '../../numerics/matrix.ts';
import { referenceAlgebra } from '../reference.ts';
import { tensor } from '../tensor.ts';

/** x [n, rows] · w [rows, columns], as a new array. */
export function project(x: Float64Array, { rows, columns, data }: Matrix, n: number): Float64Array {
  const particles = tensor([n, rows], x.subarray(0, n * rows));
  return referenceAlgebra.project(particles, tensor([rows, columns], data)).data;
}
