/** The exponential of a small square matrix. */
import { log2 } from '../numerics/elementary.ts';
import { identity, type Matrix, matrix, product } from '../numerics/matrix.ts';

/**
 * e^{scale · a} by scaling and squaring of the Taylor series (Moler, Van Loan, SIAM Rev. 45, 2003):
 * with norm ≤ ½ eighteen terms leave less than 1e-22. Accurate relative to the largest entry; NaN
 * where scale · a is not finite.
 */
export function matrixExponential(a: Matrix, scale = 1): Matrix {
  const norm = Math.abs(scale) * rowSumNorm(a);
  if (!Number.isFinite(norm))
    return matrix(
      a.rows,
      a.rows,
      a.data.map(() => Number.NaN),
    );
  const squarings = Math.max(0, Math.ceil(log2(2 * norm)));
  const small = a.data.map((value) => (value * scale) / 2 ** squarings);
  let result = taylor(matrix(a.rows, a.rows, small));
  for (let k = 0; k < squarings; k++) result = product(result, result);
  return result;
}

/** I + a (I + a/2 (I + a/3 (…))), innermost first. */
function taylor(a: Matrix): Matrix {
  let result = identity(a.rows);
  for (let k = 18; k >= 1; k--) {
    result = product(a, result);
    for (let i = 0; i < result.data.length; i++) result.data[i] /= k;
    for (let i = 0; i < a.rows; i++) result.data[i * a.rows + i] += 1;
  }
  return result;
}

function rowSumNorm({ rows, columns, data }: Matrix): number {
  let largest = 0;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += Math.abs(data[i * columns + j]);
    largest = Math.max(largest, sum);
  }
  return largest;
}
