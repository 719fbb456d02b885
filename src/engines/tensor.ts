/** Float64 arrays with a shape: what the reference engine computes with. */
import { Between } from '../numerics/held.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { shapeSize } from '../numerics/vectors.ts';

/** Numbers in row-major order, as many as the product of the shape. */
export interface Float64Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A tensor over `data` (zeros if absent). Throws RangeError when the length does not fit the shape. */
export function tensor(shape: readonly number[], data?: Float64Array): Float64Tensor {
  const size = shapeSize(shape);
  if (data && data.length !== size)
    throw new RangeError(`shape [${shape}] needs ${size} values, got ${data.length}`);
  return { shape, data: data ?? new Float64Array(size) };
}

/** A tensor [n, d] as a matrix over the same numbers. */
export const asMatrix = (x: Float64Tensor): Matrix =>
  x instanceof Between ? x : matrix(x.shape[0], x.shape[1], x.data);

/** A matrix as a tensor [n, d] over the same numbers. */
export const asTensor = (x: Matrix): Float64Tensor =>
  x instanceof Between ? x : tensor([x.rows, x.columns], x.data);
