import { describe, expect, it } from 'vitest';
import { matrix, product, transposed } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { symmetricEigen } from '../../src/numerics/spectrum.ts';
import { symmetricEigenvalues } from '../../src/numerics/tridiagonal.ts';

describe('symmetricEigenvalues', () => {
  it('are those of a chain of springs, 2 − 2 cos(kπ/(n + 1))', () => {
    const n = 40;
    const chain = matrix(n, n);
    for (let i = 0; i < n; i++) {
      chain.data[i * n + i] = 2;
      if (i > 0) chain.data[i * n + i - 1] = -1;
    }
    const wanted = Array.from(
      { length: n },
      (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)),
    );
    expect(symmetricEigenvalues(chain)).toBeAllClose(wanted, { absolute: 1e-13 });
  });

  it('are those of the decomposition with vectors, of full and of low rank', () => {
    for (const [seed, n, rank] of [
      [1, 1, 1],
      [2, 2, 2],
      [3, 17, 17],
      [4, 30, 3],
      [5, 30, 30],
    ]) {
      const draws = random(seed);
      const x = matrix(
        n,
        rank,
        Float64Array.from({ length: n * rank }, () => draws.gaussian()),
      );
      const gram = product(x, transposed(x));
      const { values } = symmetricEigen(gram);
      expect(symmetricEigenvalues(gram)).toBeAllClose(values, { absolute: 1e-12 * values[0] });
    }
  });

  it('of 0 and of the identity', () => {
    expect([...symmetricEigenvalues(matrix(5, 5))]).toEqual([0, 0, 0, 0, 0]);
    const one = matrix(3, 3, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
    expect([...symmetricEigenvalues(one)]).toEqual([1, 1, 1]);
  });
});
