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
import type { Random } from '../../numerics/random.ts';
import { turnBothSides, turnVector } from '../../numerics/turns.ts';

/** What a surrogate is made of: ⟨y_i, y_j⟩ of centred points, ⟨m, y_i⟩, and |m|², in axes of which 1 is the first. */
export interface Cloud {
  readonly inner: Matrix;
  readonly along: Float64Array;
  readonly mean: number;
}

/** The hub of points with products ⟨x_i, x_j⟩ [n, n]. */
export function hubOf(gram: Matrix, random: Random): Cloud {
  const n = gram.rows;
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sums[i] += gram.data[i * n + j] / n;
  const mean = sums.reduce((sum, value) => sum + value, 0) / n;
  const inner = matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      inner.data[i * n + j] = gram.data[i * n + j] - sums[i] - sums[j] + mean;
  const along = sums.map((sum) => sum - mean);
  const { axis, shift, reflected } = reflection(inner, along);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) inner.data[i * n + j] += shift[i] * axis[j] + axis[i] * shift[j];
  return turned({ inner, along: reflected, mean }, random, matrix(n, n));
}

/** Products of points: |x_i|², and ⟨x_i, x_j⟩ of one point with others, written into `out`. */
export interface Products {
  readonly squares: Float64Array;
  readonly from: (i: number, others: Int32Array, out: Float64Array) => void;
}

/** Those of a surrogate's points, for as long as no other is made in `room` [n, n]. */
export function surrogateOf(hub: Cloud, random: Random, room: Matrix): Products {
  const { inner, along, mean } = turned(hub, random, room);
  const { axis, shift, reflected } = reflection(inner, along);
  const { rows: n, data } = inner;
  const from = (i: number, others: Int32Array, out: Float64Array) => {
    const [own, across, constant] = [shift[i], axis[i], reflected[i] + mean];
    for (let k = 0; k < others.length; k++) {
      const j = others[k];
      out[k] = data[i * n + j] + own * axis[j] + across * shift[j] + (reflected[j] + constant);
    }
  };
  const squares = new Float64Array(n);
  for (let i = 0; i < n; i++) from(i, Int32Array.of(i), squares.subarray(i));
  return { squares, from };
}

/**
 * The reflection that exchanges 1/√n and the first axis, so that the rest of the axes are free of 1: H G H is
 * G + s vᵀ + v sᵀ, and H b.
 */
function reflection({ rows: n, data }: Matrix, b: Float64Array) {
  const axis = new Float64Array(n).fill(1 / Math.sqrt(n));
  axis[0] -= 1;
  const factor = 2 / axis.reduce((sum, value) => sum + value * value, 0);
  const shift = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const scale = -factor * axis[i];
    for (let j = 0; j < n; j++) shift[j] += scale * data[i * n + j];
  }
  const [whole, onto] = [shift, b].map((x) =>
    x.reduce((sum, value, i) => sum + value * axis[i], 0),
  );
  for (let i = 0; i < n; i++) shift[i] -= (factor * whole * axis[i]) / 2;
  return { axis, shift, reflected: b.map((value, i) => value - factor * onto * axis[i]) };
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
