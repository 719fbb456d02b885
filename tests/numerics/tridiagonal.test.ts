import { describe, expect, it } from 'vitest';
import { matrix } from '../../src/numerics/matrix.ts';
import { heapOf, type MatrixKernels, ownKernels } from '../../src/numerics/matrix-kernels.ts';
import { random } from '../../src/numerics/random.ts';
import { gram, symmetricEigen } from '../../src/numerics/spectrum.ts';
import {
  largestEigenvectors,
  plainStep,
  symmetricEigenvalues,
  tridiagonal,
  tridiagonalEigenvalues,
} from '../../src/numerics/tridiagonal.ts';

describe('symmetricEigenvalues', () => {
  it('are those of a chain of springs, 2 − 2 cos(kπ/(n + 1))', () => {
    const n = 40;
    const chain = matrix(n, n);
    for (let i = 0; i < n; i++) {
      chain.data[i * n + i] = 2;
      if (i > 0) chain.data[i * n + i - 1] = chain.data[(i - 1) * n + i] = -1;
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
      [6, 200, 48],
      [10, 300, 2],
    ]) {
      const draws = random(seed);
      const x = matrix(
        n,
        rank,
        Float64Array.from({ length: n * rank }, () => draws.gaussian()),
      );
      const products = gram(x);
      const { values } = symmetricEigen(products);
      expect(symmetricEigenvalues(products)).toBeAllClose(values, { absolute: 1e-12 * values[0] });
    }
  });

  it('of 0 and of the identity', () => {
    expect([...symmetricEigenvalues(matrix(5, 5))]).toEqual([0, 0, 0, 0, 0]);
    const one = matrix(3, 3, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
    expect([...symmetricEigenvalues(one)]).toEqual([1, 1, 1]);
  });
});

describe('largestEigenvectors', () => {
  const residual = (of: ReturnType<typeof gram>, value: number, vector: Float64Array) => {
    let most = 0;
    for (let i = 0; i < of.rows; i++) {
      let sum = -value * vector[i];
      for (let j = 0; j < of.rows; j++) sum += of.data[i * of.rows + j] * vector[j];
      most = Math.max(most, Math.abs(sum));
    }
    return most;
  };
  const rowsOf = ({ rows, columns, data }: ReturnType<typeof gram>) =>
    Array.from({ length: rows }, (_, k) => data.subarray(k * columns, (k + 1) * columns));

  it.each([
    [1, 1, 1],
    [2, 2, 5],
    [3, 17, 17],
    [4, 40, 2],
    [5, 300, 200],
  ])('are orthonormal, and those of their values (seed %i, %i points of R^%i)', (seed, n, d) => {
    const { gaussian } = random(seed);
    const products = gram(matrix(n, d, Float64Array.from({ length: n * d }, gaussian)));
    const { values, vectors } = largestEigenvectors(products, 3);
    expect(values).toEqual(symmetricEigenvalues(products));
    expect(vectors.rows).toBe(Math.min(3, n));
    expect(gram(vectors).data).toBeAllClose(
      Float64Array.from({ length: vectors.rows ** 2 }, (_, at) =>
        at % (vectors.rows + 1) === 0 ? 1 : 0,
      ),
      { absolute: 1e-13 },
    );
    for (const [k, vector] of rowsOf(vectors).entries())
      expect(residual(products, values[k], vector)).toBeLessThan(1e-12 * values[0]);
  });

  it('are orthonormal where eigenvalues coincide: of a simplex, of the identity, of 0', () => {
    const n = 9;
    const simplex = matrix(n, n, new Float64Array(n * n).fill(-1 / (n - 1)));
    for (let i = 0; i < n; i++) simplex.data[i * (n + 1)] = 1;
    const one = matrix(n, n);
    for (let i = 0; i < n; i++) one.data[i * (n + 1)] = 1;
    for (const of of [simplex, one, matrix(n, n)]) {
      const { values, vectors } = largestEigenvectors(of, 4);
      expect(gram(vectors).data).toBeAllClose(
        Float64Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0)),
        { absolute: 1e-14 },
      );
      for (const [k, vector] of rowsOf(vectors).entries())
        expect(residual(of, values[k], vector)).toBeLessThan(1e-14);
    }
  });
});

describe('tridiagonal', () => {
  it('without its first row and column is that of the matrix without its own', () => {
    const n = 23;
    const { gaussian } = random(7);
    const x = matrix(n, 30, Float64Array.from({ length: n * 30 }, gaussian));
    const { diagonal, beside } = tridiagonal(gram(x));
    const rest = gram(matrix(n - 1, 30, x.data.slice(30)));
    const values = symmetricEigenvalues(rest);
    expect(
      tridiagonalEigenvalues({ diagonal: diagonal.slice(1), beside: beside.slice(1) }),
    ).toBeAllClose(values, { absolute: 1e-13 * values[0] });
  });

  it('takes a step to the bits of the plain loop', () => {
    const kernels = ownKernels() as MatrixKernels;
    for (const [width, first] of [
      [2, 0],
      [6, 0],
      [24, 4],
      [40, 38],
    ]) {
      const { gaussian } = random(width, first);
      const size = width * width;
      const begun = Float64Array.from({ length: size + 4 * width }, gaussian);
      const plain = begun.slice();
      plainStep(plain, width, first);
      const heap = heapOf(kernels, begun.length);
      heap.set(begun);
      const [v, u, w, p] = [0, 1, 2, 3].map((k) => 8 * (size + k * width));
      kernels.stepDown(0, v, u, w, p, first, width);
      expect(heap.slice(0, begun.length)).toEqual(plain);
    }
  });
});
