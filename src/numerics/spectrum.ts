/**
 * Eigenvalues, singular values and principal axes of small matrices; the decomposition is ml-matrix's.
 * Everything goes through the smaller Gram matrix, so n points in R^d cost min(n, d)³.
 */
import { EigenvalueDecomposition, Matrix as LibraryMatrix } from 'ml-matrix';
import { balanced, irreducibleBlocks } from './balance.ts';
import { type Matrix, matrix, row, stacked } from './matrix.ts';
import { gramFast } from './product.ts';
import { largestEigenvectors } from './tridiagonal.ts';
import { squaredNorm } from './vectors.ts';

export interface SymmetricEigen {
  /** Falling. */
  readonly values: Float64Array;
  /** Row k is the unit eigenvector of values[k]. */
  readonly vectors: Matrix;
}

/** Eigenvalues and eigenvectors of a symmetric matrix (only its symmetric part is meaningful). */
export function symmetricEigen(symmetric: Matrix): SymmetricEigen {
  const n = symmetric.rows;
  const { values, vectors } = decompose(symmetric);
  const transposed = matrix(n, n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) transposed.data[k * n + i] = vectors.get(i, n - 1 - k);
  return { values: Float64Array.from(values).reverse(), vectors: transposed };
}

export interface Complex {
  readonly re: number;
  readonly im: number;
}

/**
 * All eigenvalues of a square matrix, the largest real part first; of a conjugate pair the one above the axis.
 * A diagonal change of units, however large, does not change them: see balance.ts.
 */
export function eigenvalues(square: Matrix): Complex[] {
  return irreducibleBlocks(square)
    .flatMap(blockEigenvalues)
    .sort((a, b) => b.re - a.re || b.im - a.im);
}

function blockEigenvalues(block: Matrix): Complex[] {
  if (block.rows === 1) return [{ re: block.data[0], im: 0 }];
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(
    libraryMatrix(balanced(block)),
    { assumeSymmetric: false },
  );
  return realEigenvalues.map((re, i) => ({ re, im: imaginaryEigenvalues[i] }));
}

export interface Eigenpair {
  readonly value: Complex;
  /** The eigenvector: its real part, and of a pair above the axis its imaginary one. Not of length 1. */
  readonly directions: readonly Float64Array[];
}

/** Eigenvalues and eigenvectors of a square matrix; of a conjugate pair the one above the axis. */
export function eigenpairs(square: Matrix): Eigenpair[] {
  const { realEigenvalues, imaginaryEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    libraryMatrix(square),
    { assumeSymmetric: false },
  );
  const direction = (k: number) => Float64Array.from(eigenvectorMatrix.getColumn(k));
  return realEigenvalues.flatMap((re, k): Eigenpair[] => {
    const im = imaginaryEigenvalues[k];
    if (im < 0) return [];
    return [
      {
        value: { re, im },
        directions: im > 0 ? [direction(k), direction(k + 1)] : [direction(k)],
      },
    ];
  });
}

/** XXᵀ [n, n] of points X [n, d]: for unit rows, the cosines of all pairs. */
export function gram(points: Matrix): Matrix {
  const { rows: n, columns: d, data } = points;
  const fast = gramFast(data, d);
  if (fast) return matrix(n, n, fast);
  const result = matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += data[i * d + k] * data[j * d + k];
      result.data[i * n + j] = sum;
      result.data[j * n + i] = sum;
    }
  return result;
}

/**
 * Singular values of points [n, d], falling, min(n, d) of them. `rowGram` is XXᵀ if it is known.
 * Taken as roots of the eigenvalues of the Gram matrix, whose rounding hides singular values below
 * about 1e-8 of the largest one: those come out as 0.
 */
export function singularValues(points: Matrix, rowGram?: Matrix): Float64Array {
  const smaller = points.columns < points.rows ? columnGram(points) : (rowGram ?? gram(points));
  const squares = Float64Array.from(decompose(smaller).values).reverse();
  const floor = squares.length * Number.EPSILON * squares[0];
  return squares.map((square) => (square > floor ? Math.sqrt(square) : 0));
}

export interface PrincipalAxes {
  /** The centre of all points, length d. */
  readonly mean: Float64Array;
  /** [components, d], unit rows; each one's largest entry is positive, so that signs are reproducible. */
  readonly axes: Matrix;
  /** Share of the total variance along each axis, falling, 0 … 1. */
  readonly explained: number[];
}

/**
 * Principal axes (PCA, centred) of all points of all frames together: one basis in which frames compare.
 * Axes beyond the rank of the data, or beyond d, are zero with explained share 0.
 */
export function principalAxes(frames: readonly Matrix[], components: number): PrincipalAxes {
  const points = stacked(frames);
  // What rounding of the mean alone can leave of points that are all equal.
  const rounding = (points.rows * Number.EPSILON) ** 2 * squaredNorm(points.data);
  const mean = centre(points);
  const d = points.columns;
  const { values, vectors } = columnEigen(points, components);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const axes = matrix(components, d);
  const explained = new Array<number>(components).fill(0);
  for (let k = 0; k < Math.min(components, values.length); k++) {
    if (!(values[k] > Math.max(rounding, values.length * Number.EPSILON * values[0]))) break;
    explained[k] = values[k] / total;
    axes.data.set(withPositivePeak(row(vectors, k)), k * d);
  }
  return { mean, axes, explained };
}

/** (x − mean) · axes for every point: [n, d] → [n, components]. */
export function projectOnAxes(points: Matrix, { mean, axes }: PrincipalAxes): Matrix {
  const result = matrix(points.rows, axes.rows);
  for (let i = 0; i < points.rows; i++)
    for (let k = 0; k < axes.rows; k++)
      for (let c = 0; c < points.columns; c++)
        result.data[i * axes.rows + k] +=
          (points.data[i * points.columns + c] - mean[c]) * axes.data[k * axes.columns + c];
  return result;
}

function libraryMatrix(square: Matrix): LibraryMatrix {
  return new LibraryMatrix(Array.from({ length: square.rows }, (_, i) => row(square, i)));
}

function decompose(symmetric: Matrix): { values: number[]; vectors: LibraryMatrix } {
  const result = new EigenvalueDecomposition(libraryMatrix(symmetric), { assumeSymmetric: true });
  return { values: result.realEigenvalues, vectors: result.eigenvectorMatrix };
}

/** XᵀX [d, d] of points [n, d], summed point by point. */
function columnGram(points: Matrix): Matrix {
  const d = points.columns;
  const result = matrix(d, d);
  for (let i = 0; i < points.rows; i++) {
    const x = row(points, i);
    for (let a = 0; a < d; a++) {
      const xa = x[a];
      for (let b = 0; b <= a; b++) result.data[a * d + b] += xa * x[b];
    }
  }
  for (let a = 0; a < d; a++)
    for (let b = 0; b < a; b++) result.data[b * d + a] = result.data[a * d + b];
  return result;
}

/**
 * Eigenvalues of XᵀX and its `count` leading eigenvectors, by XXᵀ when that is smaller: XXᵀu = λu gives Xᵀu / √λ.
 */
function columnEigen(points: Matrix, count: number): SymmetricEigen {
  if (points.columns <= points.rows) return largestEigenvectors(columnGram(points), count);
  const { values, vectors } = largestEigenvectors(gram(points), count);
  const result = matrix(vectors.rows, points.columns);
  for (let k = 0; k < vectors.rows; k++) {
    const scale = values[k] > 0 ? 1 / Math.sqrt(values[k]) : 0;
    const axis = row(result, k);
    for (let i = 0; i < points.rows; i++) {
      const share = vectors.data[k * points.rows + i] * scale;
      for (let c = 0; c < axis.length; c++) axis[c] += share * points.data[i * axis.length + c];
    }
  }
  return { values, vectors: result };
}

/** Subtracts the mean row in place and returns it. */
function centre(points: Matrix): Float64Array {
  const { rows, columns, data } = points;
  const mean = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) mean[i % columns] += data[i] / rows;
  for (let i = 0; i < data.length; i++) data[i] -= mean[i % columns];
  return mean;
}

function withPositivePeak(axis: Float64Array): Float64Array {
  const peak = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return peak < 0 ? axis.map((value) => -value) : axis;
}
