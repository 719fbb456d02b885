/** Vectors as arrays of numbers: products, lengths, sums. Not matrices, and nothing about spheres. */

/** ⟨x, y⟩ of two vectors of one length. */
export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < x.length; k++) total += x[k] * y[k];
  return total;
}

/** |x|² */
export const squaredNorm = (x: ArrayLike<number>): number => dot(x, x);

/** |x|, Euclidean; of a matrix's entries Frobenius. `hypot` (elementary.ts) where squares would overflow. */
export const norm = (x: ArrayLike<number>): number => Math.sqrt(squaredNorm(x));

/** |x − y| */
export function distance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let square = 0;
  for (let k = 0; k < x.length; k++) square += (x[k] - y[k]) ** 2;
  return Math.sqrt(square);
}

/** Σ x_k, 0 for an empty list. */
export function sumOf(x: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < x.length; k++) total += x[k];
  return total;
}

/** The place of the first number that is not finite, or −1. */
export function notFiniteAt(x: ArrayLike<number>): number {
  // 0 · x is 0, or NaN where x is not finite: one sum instead of a question a number
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += 0 * x[k];
  if (sum === 0) return -1;
  let at = 0;
  while (Number.isFinite(x[at])) at++;
  return at;
}

/** The largest value, and at least `least`: lists of any length, which `Math.max(...)` does not take. */
export function largestOf(x: ArrayLike<number>, least = Number.NEGATIVE_INFINITY): number {
  let most = least;
  for (let k = 0; k < x.length; k++) most = Math.max(most, x[k]);
  return most;
}

/** max |x_k − y_k| */
export function largestDifference(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < x.length; k++) most = Math.max(most, Math.abs(x[k] - y[k]));
  return most;
}

/** Where the largest value stands, the first of equal ones. */
export function argmax(x: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < x.length; k++) if (x[k] > x[best]) best = k;
  return best;
}

/** e_k of R^d. */
export function unitVector(k: number, d: number): Float64Array {
  const axis = new Float64Array(d);
  axis[k] = 1;
  return axis;
}

/** How many numbers an array of this shape has, 1 for none. */
export const shapeSize = (shape: readonly number[]): number =>
  shape.reduce((size, length) => size * length, 1);
