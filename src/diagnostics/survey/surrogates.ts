/**
 * Clouds of points with the mean and the spectrum of given ones and no other structure: X' = 1m + Q(X − 1m), Q a random
 * orthogonal matrix that keeps 1. Mean, covariance and singular values are those of X; which points are near each other
 * is chance. Only products of pairs are needed: n × n numbers, whatever the dimension.
 *
 * Q is a random walk on rotations (Kac's, all pairs of a round at once): from the cloud to a hub, and from the hub to
 * each surrogate, by equally many rounds. Were the cloud itself one of them, it and its surrogates could be exchanged,
 * however few the rounds are, so that shares of them are levels of a test (Besag and Clifford, Generalized Monte Carlo
 * significance tests, Biometrika 76, 1989, the parallel method). Between any two lie log₂ n + 3 rounds at least: log₂ n
 * bring every axis to every other.
 */
import { log2 } from '../../numerics/elementary.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import { heapOf, sharedKernels } from '../../numerics/matrix-kernels.ts';
import type { Random } from '../../numerics/random.ts';
import { turnBothSides, turnVector } from '../../numerics/turns.ts';
import { linkageHeights } from '../clusters.ts';

/** What a surrogate is made of: ⟨y_i, y_j⟩ of centred points, ⟨m, y_i⟩, and |m|², in axes of which 1 is the first. */
export interface Cloud {
  readonly inner: Matrix;
  readonly along: Float64Array;
  readonly mean: number;
}

/** The hub of points with products ⟨x_i, x_j⟩ [n, n]. */
export function hubOf(gram: Matrix, random: Random): Cloud {
  const n = gram.rows;
  const sums = times(gram, new Float64Array(n).fill(1 / n));
  const mean = sums.reduce((sum, value) => sum + value, 0) / n;
  const inner = matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0, at = i * n; j < n; j++, at++)
      inner.data[at] = gram.data[at] - sums[i] - sums[j] + mean;
  const { axis, shift, reflected } = reflection(
    inner,
    sums.map((sum) => sum - mean),
  );
  for (let i = 0; i < n; i++)
    for (let j = 0, at = i * n; j < n; j++, at++)
      inner.data[at] += shift[i] * axis[j] + axis[i] * shift[j];
  return turned({ inner, along: reflected, mean }, random, matrix(n, n));
}

/** A surrogate's points by their products, which are those of `inner` but for a change of rank two (`productOf`). */
export interface Surrogate extends Cloud {
  readonly axis: Float64Array;
  readonly shift: Float64Array;
}

/** A surrogate, for as long as no other is made in `room` [n, n]. */
export function surrogateOf(hub: Cloud, random: Random, room: Matrix): Surrogate {
  const { inner, along, mean } = turned(hub, random, room);
  const { axis, shift, reflected } = reflection(inner, along);
  return { inner, along: reflected, mean, axis, shift };
}

/** ⟨x'_i, x'_j⟩ */
export const productOf = (
  { inner: { rows: n, data }, along, mean, axis, shift }: Surrogate,
  i: number,
  j: number,
): number =>
  data[i * n + j] + shift[i] * axis[j] + axis[i] * shift[j] + (along[j] + (along[i] + mean));

/** Heights of single linkage of a surrogate's points, −cosines, rising; a point that is 0 has the cosine 0 with all. */
export function surrogateHeights(surrogate: Surrogate): Float64Array {
  const scales = Float64Array.from(surrogate.along, (_, i) => {
    const squared = productOf(surrogate, i, i);
    return squared > 0 ? 1 / Math.sqrt(squared) : 0;
  });
  return fastHeights(surrogate, scales) ?? plainHeights(surrogate, scales);
}

/** Of points with cosines [n, n] themselves. */
export function heightsOf(cosines: Matrix): Float64Array {
  const nothing = new Float64Array(cosines.rows);
  const own = { inner: cosines, along: nothing, mean: 0, axis: nothing, shift: nothing };
  const ones = nothing.map(() => 1);
  return fastHeights(own, ones) ?? plainHeights(own, ones);
}

/** To the bits of the kernel. */
export const plainHeights = (surrogate: Surrogate, scales: Float64Array): Float64Array =>
  linkageHeights(scales.length, (one, others, out) => {
    for (let k = 0; k < others.length; k++)
      out[k] = productOf(surrogate, one, others[k]) * (-scales[one] * scales[others[k]]);
  });

/** By the SIMD kernel; null where it is not to be had. */
function fastHeights(
  { inner, along, mean, axis, shift }: Surrogate,
  scales: Float64Array,
): Float64Array | null {
  const kernels = sharedKernels();
  if (!kernels) return null;
  const n = inner.rows;
  const width = n + (n % 2);
  const vectors = [shift, axis, along, scales];
  const [x, y, b, s, nearest, inside, heights] = Array.from(
    { length: 7 },
    (_, k) => 8 * width * (width + k),
  );
  const heap = heapOf(kernels, width * (width + 7));
  for (let i = 0; i < n; i++) heap.set(inner.data.subarray(i * n, (i + 1) * n), i * width);
  for (const [k, vector] of vectors.entries()) heap.set(vector, width * (width + k));
  kernels.linkageHeights(0, n, width, x, y, b, mean, s, nearest, inside, heights);
  return heap.slice(heights / 8, heights / 8 + n - 1).sort();
}

/**
 * The reflection that exchanges 1/√n and the first axis, so that the rest of the axes are free of 1: H G H is
 * G + s vᵀ + v sᵀ, and H b.
 */
function reflection(symmetric: Matrix, b: Float64Array) {
  const n = symmetric.rows;
  const axis = new Float64Array(n).fill(1 / Math.sqrt(n));
  axis[0] -= 1;
  const factor = 2 / axis.reduce((sum, value) => sum + value * value, 0);
  const shift = times(symmetric, axis).map((sum) => -factor * sum);
  const [whole, onto] = [shift, b].map((x) =>
    x.reduce((sum, value, i) => sum + value * axis[i], 0),
  );
  for (let i = 0; i < n; i++) shift[i] -= (factor * whole * axis[i]) / 2;
  return { axis, shift, reflected: b.map((value, i) => value - factor * onto * axis[i]) };
}

/** A v for a symmetric A, four rows at a time: memory is slower than their sums. */
function times({ rows: n, data }: Matrix, v: Float64Array): Float64Array {
  const out = new Float64Array(n);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const [a, b, c, d] = [v[i], v[i + 1], v[i + 2], v[i + 3]];
    for (let j = 0, at = i * n; j < n; j++, at++)
      out[j] += a * data[at] + b * data[at + n] + c * data[at + 2 * n] + d * data[at + 3 * n];
  }
  for (; i < n; i++) for (let j = 0; j < n; j++) out[j] += v[i] * data[i * n + j];
  return out;
}

/** All axes but the first in random pairs, each pair turned by a random angle, as many rounds as lead to the hub. */
function turned({ inner, along, mean }: Cloud, random: Random, room: Matrix): Cloud {
  const n = inner.rows;
  const rounds = Math.ceil((Math.ceil(log2(Math.max(2, n))) + 3) / 2);
  const pairs = (n - 1) >> 1;
  const places = new Int32Array(2 * pairs * rounds);
  const angles = new Float64Array(2 * pairs * rounds);
  const order = Int32Array.from({ length: n - 1 }, (_, k) => k + 1);
  for (let round = 0; round < rounds; round++) {
    for (let k = order.length - 1; k > 0; k--) {
      const other = random.integer(k + 1);
      const kept = order[k];
      order[k] = order[other];
      order[other] = kept;
    }
    places.set(order.subarray(0, 2 * pairs), 2 * pairs * round);
  }
  for (let k = 0; k < angles.length; k += 2) {
    // a direction of two normal numbers is uniform
    const [x, y] = [random.gaussian(), random.gaussian()];
    const length = Math.sqrt(x * x + y * y) || 1;
    angles[k] = x / length;
    angles[k + 1] = y / length;
  }
  const own = along.slice();
  turnVector(own, { places, angles });
  turnBothSides(inner, { places, angles }, room);
  return { inner: room, along: own, mean };
}
