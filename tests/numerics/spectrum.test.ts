import { describe, expect, it } from 'vitest';
import { fromRows, matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import {
  eigenvalues,
  principalAxes,
  singularValues,
  symmetricEigen,
} from '../../src/numerics/spectrum.ts';
import { entropy, histogram, mean } from '../../src/numerics/statistics.ts';

function gaussianMatrix(rows: number, columns: number, seed: number) {
  const { gaussian } = random(seed);
  return matrix(rows, columns, Float64Array.from({ length: rows * columns }, gaussian));
}

describe('spectrum', () => {
  it('eigenvectors reproduce the matrix, values falling', () => {
    const a = matrix(3, 3, Float64Array.from([2, 1, 0, 1, 3, 1, 0, 1, 4]));
    const { values, vectors } = symmetricEigen(a);
    expect(values).toBeAllClose([3 + Math.sqrt(3), 3, 3 - Math.sqrt(3)], { absolute: 1e-13 });
    const back = a.data.map((_, at) =>
      values.reduce((sum, value, k) => {
        const vector = row(vectors, k);
        return sum + value * vector[Math.floor(at / 3)] * vector[at % 3];
      }, 0),
    );
    expect(back).toBeAllClose(a.data, { absolute: 1e-13 });
  });

  it('singular values of a diagonal, wide or tall', () => {
    const wide = matrix(2, 3, Float64Array.from([3, 0, 0, 0, -4, 0]));
    const tall = matrix(3, 2, Float64Array.from([3, 0, 0, -4, 0, 0]));
    expect(singularValues(wide)).toBeAllClose([4, 3], { absolute: 1e-14 });
    expect(singularValues(tall)).toBeAllClose([4, 3], { absolute: 1e-14 });
  });

  it.each([
    [5, 30],
    [40, 6],
  ])('principal axes of %i points in R^%i are orthonormal and explain the variance', (n, d) => {
    const points = gaussianMatrix(n, d, 1);
    const { axes, explained } = principalAxes([points], 3);
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++) {
        const product = row(axes, a).reduce((sum, value, k) => sum + value * row(axes, b)[k], 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 12);
      }
    expect(explained).toEqual(explained.toSorted((a, b) => b - a));
    expect(explained[0]).toBeLessThan(1);
  });

  it('find the line that the points lie on', () => {
    const points = matrix(4, 3, Float64Array.from([0, 1, 0, 3, 1, 4, -3, 1, -4, 6, 1, 8]));
    const { axes, explained, mean: centre } = principalAxes([points], 3);
    expect(row(axes, 0)).toBeAllClose([0.6, 0, 0.8], { absolute: 1e-13 });
    expect(explained).toBeAllClose([1, 0, 0], { absolute: 1e-13 });
    expect(centre).toBeAllClose([1.5, 1, 2], { absolute: 1e-14 });
  });
});

describe('eigenvalues', () => {
  const flat = (square: number[][]) =>
    eigenvalues(fromRows(square)).flatMap(({ re, im }) => [re, im]);

  it('of a cycle whose links differ by 1e16 are the roots of their product', () => {
    const found = flat([
      [0, -5e7, 0],
      [0, 0, -5e-9],
      [-0.5, 0, 0],
    ]);
    const turn = Math.sqrt(3) / 4;
    expect(found).toBeAllClose([0.25, turn, 0.25, -turn, -0.5, 0], { absolute: 1e-15 });
  });

  it.each([10, 60, 300])('do not change with the units: random scalings up to 2^±%i', (reach) => {
    for (let seed = 0; seed < 50; seed++) {
      const stream = random(seed, reach);
      const n = 2 + stream.integer(12);
      const own = gaussianMatrix(n, n, seed);
      const units = Array.from({ length: n }, () => 2 ** (stream.integer(2 * reach + 1) - reach));
      const scaled = own.data.map(
        (value, at) => (value * units[Math.floor(at / n)]) / units[at % n],
      );
      const [plain, other] = [own, matrix(n, n, scaled)].map((square) =>
        eigenvalues(square).flatMap(({ re, im }) => [re, im]),
      );
      expect(other).toBeAllClose(plain, { absolute: 1e-11 });
    }
  });

  it('of triangles, in any order of their coordinates, are the diagonal to the last bit', () => {
    const order = [2, 0, 3, 1];
    const triangle = [
      [1, 0, 0, 0],
      [1e20, 2, 0, 0],
      [1, 1e20, 3, 0],
      [1e-20, 1, 1e20, 4],
    ];
    const mixed = order.map((i) => order.map((j) => triangle[i][j]));
    for (const square of [triangle, mixed]) expect(flat(square)).toEqual([4, 0, 3, 0, 2, 0, 1, 0]);
  });

  it('of 0, of a turn, and of a permutation', () => {
    expect(
      flat([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]),
    ).toEqual([0, 0, 0, 0, 0, 0]);
    expect(
      flat([
        [0, -2],
        [2, 0],
      ]),
    ).toBeAllClose([0, 2, 0, -2], { absolute: 1e-15 });
    const shift = [
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ];
    expect(flat(shift)).toBeAllClose([1, 0, 0, 1, 0, -1, -1, 0], { absolute: 1e-14 });
  });
});

describe('statistics', () => {
  it('mean, entropy and histogram', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(entropy([2, 2, 2, 2, 0])).toBeCloseTo(Math.log(4), 15);
    expect(entropy([0, 1])).toBe(0);
    expect(histogram([0, 0.49, 0.5, 1, 1.0001], [0, 1], 2)).toEqual([2, 3]);
  });
});
