/** The precision of a Gaussian law: the inverse of its covariance. */
import { CholeskyDecomposition, Matrix as LibraryMatrix } from 'ml-matrix';
import { InputError } from './errors.ts';
import { type Matrix, matrix } from './matrix.ts';

/** Q⁻¹ [d, d]. Throws InputError (field `covariance`) where Q is not symmetric and positive definite. */
export function precisionOf({ rows, columns, data }: Matrix): Matrix {
  const library = new LibraryMatrix(rows, columns);
  data.forEach((value, at) => void library.set(Math.floor(at / columns), at % columns, value));
  const factors = library.isSymmetric() ? new CholeskyDecomposition(library) : null;
  if (!factors?.isPositiveDefinite())
    throw new InputError(
      'covariance',
      'the covariance is not symmetric and positive definite: expected one such as diagonal:1,0.5',
    );
  const inverse = factors.solve(LibraryMatrix.eye(rows));
  return matrix(rows, rows, Float64Array.from(inverse.to1DArray()));
}
