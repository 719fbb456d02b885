/**
 * Eigenvalues of a symmetric matrix without its vectors, or with few of them, in a tenth of their time: Householder's
 * reduction to three diagonals, then implicit QL steps with Wilkinson's shift (Golub and Van Loan, Matrix computations,
 * §8.3). Vectors are what the rotations and reflections make of axes: as orthogonal as those of all.
 */
import { largestPlaces } from './largest.ts';
import { type Matrix, matrix } from './matrix.ts';
import { heapOf, sharedKernels } from './matrix-kernels.ts';

/** Steps for one eigenvalue, of which two or three are usual. */
const MOST_STEPS = 60;

/** Falling. O(n³). */
export const symmetricEigenvalues = (symmetric: Matrix): Float64Array =>
  tridiagonalEigenvalues(tridiagonal(symmetric));

/**
 * All eigenvalues, falling, and unit eigenvectors of the largest `count`, a row each. O(n³), and n² a vector. Only the
 * symmetric part of the matrix is meaningful.
 */
export function largestEigenvectors(
  symmetric: Matrix,
  count: number,
): { readonly values: Float64Array; readonly vectors: Matrix } {
  const n = symmetric.rows;
  const reflections: Reflection[] = [];
  const rotations: number[] = [];
  const values = diagonalised(tridiagonal(symmetric, reflections), rotations);
  const vectors = matrix(Math.min(count, n), n);
  for (const [k, place] of largestPlaces(values, count).entries()) {
    const axis = vectors.data.subarray(k * n, (k + 1) * n);
    axis[place] = 1;
    for (let at = rotations.length - 3; at >= 0; at -= 3) {
      const [i, sine, cosine] = [rotations[at], rotations[at + 1], rotations[at + 2]];
      const [one, other] = [axis[i], axis[i + 1]];
      axis[i] = cosine * one + sine * other;
      axis[i + 1] = cosine * other - sine * one;
    }
    for (const { first, vector, squared } of reflections.toReversed()) {
      let along = 0;
      for (let i = 0; i < vector.length; i++) along += vector[i] * axis[first + i];
      along /= squared;
      for (let i = 0; i < vector.length; i++) axis[first + i] -= along * vector[i];
    }
  }
  return { values: values.sort().reverse(), vectors };
}

/** 1 − v vᵀ / squared, v of zeros before `first`. */
interface Reflection {
  readonly first: number;
  readonly vector: Float64Array;
  readonly squared: number;
}

/** Falling. O(n²). */
export const tridiagonalEigenvalues = (of: Tridiagonal): Float64Array =>
  diagonalised(of).sort().reverse();

/** Eigenvalues as they come; every rotation of two neighbouring axes is told by its place, sine and cosine. */
function diagonalised(of: Tridiagonal, rotations?: number[]): Float64Array {
  const [diagonal, beside] = [of.diagonal.slice(), of.beside.slice()];
  const n = diagonal.length;
  // what the reduction has rounded off: less does not hold two blocks together, in the zeros of a low rank above all
  const rounded = Number.EPSILON * diagonal.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
  for (let first = 0; first < n; first++)
    for (let step = 0; ; step++) {
      let last = first;
      while (last < n - 1) {
        const size = Math.abs(diagonal[last]) + Math.abs(diagonal[last + 1]);
        if (Math.abs(beside[last]) <= Math.max(rounded, Number.EPSILON * size)) break;
        last++;
      }
      if (last === first) break;
      if (step === MOST_STEPS)
        throw new RangeError(`eigenvalue ${first} of ${n} did not converge in ${MOST_STEPS} steps`);
      sweep(diagonal, beside, first, last, rotations);
    }
  return diagonal;
}

/** Three diagonals of a symmetric matrix with its eigenvalues: [n], and [n] with a 0 behind. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

/** A, and the four vectors of a step, in one array: the kernel’s memory, or any other. */
interface Step {
  readonly heap: Float64Array;
  /** An even number, at least n: rows and columns of 0 fill up. */
  readonly width: number;
  /** A ← A − (u wᵀ + w uᵀ), p ← A v, in rows and columns from the even number `first` on. */
  down(first: number): void;
}

/**
 * Qᵀ A Q of three diagonals, Q orthogonal and without effect on the first axis: without its first row and column it is
 * that of A without its own. What a step subtracts is subtracted while the next one multiplies: A is read once a step.
 */
export function tridiagonal({ rows: n, data }: Matrix, reflections?: Reflection[]): Tridiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const step = stepsOf(n);
  const { heap, width } = step;
  const size = width * width;
  heap.fill(0, 0, size + 4 * width);
  for (let i = 0; i < n; i++) heap.set(data.subarray(i * n, (i + 1) * n), i * width);
  const [v, u, w, p] = [0, 1, 2, 3].map((k) =>
    heap.subarray(size + k * width, size + (k + 1) * width),
  );
  for (let k = 0; k < n; k++) {
    diagonal[k] = heap[k * width + k] - 2 * u[k] * w[k];
    if (k === n - 1) break;
    let sum = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = heap[i * width + k] - (u[i] * w[k] + w[i] * u[k]);
      if (i > k + 1) sum += v[i] * v[i];
    }
    v[k] = 0;
    const begun = v[k + 1];
    if (sum === 0) {
      beside[k] = begun;
      v.fill(0, k + 1);
    } else {
      const length = Math.sqrt(sum + begun * begun);
      beside[k] = begun > 0 ? -length : length;
      v[k + 1] = begun - beside[k];
    }
    step.down((k + 1) & ~1);
    u.set(v);
    if (sum === 0) {
      w.fill(0);
      continue;
    }
    const squared = (sum + v[k + 1] * v[k + 1]) / 2;
    reflections?.push({ first: k + 1, vector: v.slice(k + 1, n), squared });
    let along = 0;
    for (let i = k + 1; i < n; i++) {
      p[i] /= squared;
      along += p[i] * v[i];
    }
    along /= 2 * squared;
    w.fill(0, 0, k + 1);
    for (let i = k + 1; i < n; i++) w[i] = p[i] - along * v[i];
  }
  return { diagonal, beside };
}

function stepsOf(n: number): Step {
  const width = n + (n % 2);
  const size = width * width;
  const kernels = sharedKernels();
  if (!kernels) {
    const heap = new Float64Array(size + 4 * width);
    return { heap, width, down: (first) => plainStep(heap, width, first) };
  }
  const [v, u, w, p] = [0, 1, 2, 3].map((k) => 8 * (size + k * width));
  return {
    heap: heapOf(kernels, size + 4 * width),
    width,
    down: (first) => kernels.stepDown(0, v, u, w, p, first, width),
  };
}

/** The sums of the kernel in their order: those over even and over odd columns apart, of two rows at a time. */
export function plainStep(heap: Float64Array, width: number, first: number): void {
  const [v, u, w, p] = [0, 1, 2, 3].map((k) => width * (width + k));
  heap.fill(0, p + first, p + width);
  for (let i = first; i < width; i++) {
    const row = i * width;
    const square = i & ~1;
    const own = [0, 0];
    for (let j = first; j < square + 2; j++) {
      const value = heap[row + j] - (heap[u + i] * heap[w + j] + heap[w + i] * heap[u + j]);
      heap[row + j] = value;
      own[j & 1] += value * heap[v + j];
      if (j < square) heap[p + j] += value * heap[v + i];
    }
    heap[p + i] = own[0] + own[1];
  }
}

/** One implicit QL step on first … last. */
function sweep(
  d: Float64Array,
  e: Float64Array,
  first: number,
  last: number,
  rotations?: number[],
): void {
  let shift = (d[first + 1] - d[first]) / (2 * e[first]);
  let radius = Math.sqrt(shift * shift + 1);
  shift = d[last] - d[first] + e[first] / (shift + (shift < 0 ? -radius : radius));
  let [sine, cosine, taken] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const [f, b] = [sine * e[i], cosine * e[i]];
    radius = Math.sqrt(f * f + shift * shift);
    e[i + 1] = radius;
    if (radius === 0) {
      d[i + 1] -= taken;
      e[last] = 0;
      return;
    }
    [sine, cosine] = [f / radius, shift / radius];
    rotations?.push(i, sine, cosine);
    shift = d[i + 1] - taken;
    const turned = (d[i] - shift) * sine + 2 * cosine * b;
    taken = sine * turned;
    d[i + 1] = shift + taken;
    shift = cosine * turned - b;
  }
  d[first] -= taken;
  e[first] = shift;
  e[last] = 0;
}
