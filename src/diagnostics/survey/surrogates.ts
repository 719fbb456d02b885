/**
 * Clouds of points with the mean and the spectrum of given ones and no other structure: X' = 1m + Q(X − 1m), Q a random
 * orthogonal matrix that keeps 1. Mean, covariance and singular values are those of X; which points are near each other
 * is chance. Only products of pairs are needed: n × n numbers, whatever the dimension.
 */
import { log2 } from '../../numerics/elementary.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import type { Random } from '../../numerics/random.ts';

/** What a surrogate is made of: ⟨y_i, y_j⟩ of centred points, ⟨m, y_i⟩, and |m|², in axes of which 1 is the first. */
export interface Cloud {
  readonly inner: Matrix;
  readonly along: Float64Array;
  readonly mean: number;
}

/** Of the products ⟨x_i, x_j⟩ [n, n]. */
export function cloudOf(gram: Matrix): Cloud {
  const n = gram.rows;
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sums[i] += gram.data[i * n + j] / n;
  const mean = sums.reduce((sum, value) => sum + value, 0) / n;
  const inner = matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      inner.data[i * n + j] = gram.data[i * n + j] - sums[i] - sums[j] + mean;
  const along = sums.map((sum) => sum - mean);
  reflect(inner, along);
  return { inner, along, mean };
}

/** ⟨x'_i, x'_j⟩ [n, n] of a surrogate's points. */
export function surrogateGram({ inner, along, mean }: Cloud, random: Random): Matrix {
  const n = inner.rows;
  const gram = matrix(n, n, inner.data.slice());
  const b = along.slice();
  for (let round = 0; round < Math.ceil(log2(Math.max(2, n))) + 2; round++) turn(gram, b, random);
  reflect(gram, b);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) gram.data[i * n + j] += b[i] + b[j] + mean;
  return gram;
}

/** Their cosines; 0 of a point that is 0. Overwrites the products. */
export function cosinesOfGram(gram: Matrix): Matrix {
  const { rows: n, data } = gram;
  const lengths = Float64Array.from({ length: n }, (_, i) =>
    Math.sqrt(Math.max(0, data[i * n + i])),
  );
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const scale = lengths[i] * lengths[j];
      const value = scale > 0 ? data[i * n + j] / scale : 0;
      data[i * n + j] = Math.max(-1, Math.min(1, value));
    }
  return gram;
}

/** Both sides by the reflection that exchanges 1/√n and the first axis, so that the rest of the axes are free of 1. */
function reflect({ rows: n, data }: Matrix, b: Float64Array): void {
  const v = new Float64Array(n).fill(1 / Math.sqrt(n));
  v[0] -= 1;
  const squared = v.reduce((sum, value) => sum + value * value, 0);
  if (squared === 0) return;
  const products = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += data[i * n + j] * v[j];
    products[i] = sum;
  }
  let whole = 0;
  let along = 0;
  for (let i = 0; i < n; i++) {
    whole += v[i] * products[i];
    along += v[i] * b[i];
  }
  const factor = 2 / squared;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      data[i * n + j] +=
        factor * (factor * whole * v[i] * v[j] - v[i] * products[j] - products[i] * v[j]);
  for (let i = 0; i < n; i++) b[i] -= factor * along * v[i];
}

/**
 * All axes but the first in random pairs, each pair turned by a random angle (Kac's walk on rotations, all pairs of a
 * round at once): log₂ n rounds bring every axis to every other, two more stir.
 */
function turn({ rows: n, data }: Matrix, b: Float64Array, random: Random): void {
  const order = Int32Array.from({ length: n - 1 }, (_, k) => k + 1);
  for (let k = order.length - 1; k > 0; k--) {
    const other = random.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  const pairs = order.length >> 1;
  const cosines = new Float64Array(pairs);
  const sines = new Float64Array(pairs);
  for (let k = 0; k < pairs; k++) {
    // a direction of two normal numbers is uniform
    const [x, y] = [random.gaussian(), random.gaussian()];
    const length = Math.sqrt(x * x + y * y) || 1;
    [cosines[k], sines[k]] = [x / length, y / length];
  }
  for (let k = 0; k < pairs; k++) {
    const [p, q] = [order[2 * k], order[2 * k + 1]];
    const [c, s] = [cosines[k], sines[k]];
    for (let j = 0, one = p * n, two = q * n; j < n; j++, one++, two++) {
      const [x, y] = [data[one], data[two]];
      data[one] = c * x - s * y;
      data[two] = s * x + c * y;
    }
    const [x, y] = [b[p], b[q]];
    b[p] = c * x - s * y;
    b[q] = s * x + c * y;
  }
  for (let i = 0; i < n; i++) {
    const from = i * n;
    for (let k = 0; k < pairs; k++) {
      const [one, two] = [from + order[2 * k], from + order[2 * k + 1]];
      const [x, y] = [data[one], data[two]];
      data[one] = cosines[k] * x - sines[k] * y;
      data[two] = sines[k] * x + cosines[k] * y;
    }
  }
}
