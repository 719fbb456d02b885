/** Turns of both sides against the plain loops, to the bits, and what they must keep. */
import { expect, it } from 'vitest';
import { type Matrix, matrix, product, transposed } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { gram } from '../../src/numerics/spectrum.ts';
import { symmetricEigenvalues } from '../../src/numerics/tridiagonal.ts';
import { turnBothSides, turnRows, turnVector } from '../../src/numerics/turns.ts';

function normal(seed: number, rows: number, columns: number): Matrix {
  const { gaussian } = random(seed);
  return matrix(rows, columns, Float64Array.from({ length: rows * columns }, gaussian));
}

function turnsOf(seed: number, n: number, count: number) {
  const draws = random(seed);
  const places = new Int32Array(2 * count);
  const angles = new Float64Array(2 * count);
  for (let k = 0; k < 2 * count; k += 2) {
    places[k] = draws.integer(n);
    places[k + 1] = (places[k] + 1 + draws.integer(n - 1)) % n;
    const angle = 7 * draws.uniform();
    angles.set([Math.cos(angle), Math.sin(angle)], k);
  }
  return { places, angles };
}

it.each([2, 3, 8, 21, 64])('of %d axes', (n) => {
  const symmetric = gram(normal(n, n, n + 2));
  const turns = turnsOf(n, n, 5 * n);
  const out = matrix(n, n);
  turnBothSides(symmetric, turns, out);
  const half = new Float64Array(n * n);
  const plain = new Float64Array(n * n);
  turnRows(symmetric.data, turns, half);
  turnRows(half, turns, plain);
  expect(out.data).toEqual(plain);
  // R A Rᵀ, R itself from the turned axes
  const rotation = matrix(n, n);
  for (let j = 0; j < n; j++) {
    const axis = new Float64Array(n);
    axis[j] = 1;
    turnVector(axis, turns);
    for (let i = 0; i < n; i++) rotation.data[i * n + j] = axis[i];
  }
  const wanted = product(product(rotation, symmetric), transposed(rotation));
  expect(out.data).toBeAllClose(wanted.data, { absolute: 1e-12 * n });
  const [own, other] = [symmetric, out].map(symmetricEigenvalues);
  expect(other).toBeAllClose(own, { absolute: 1e-12 * own[0] });
});
