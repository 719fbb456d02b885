/** Largest singular values and rightmost eigenvalues of maps whose spectra are known. */
import { describe, expect, it } from 'vitest';
import {
  largestSingularValue,
  rightmostEigenvalue,
  type SquareMap,
} from '../../src/numerics/krylov.ts';
import { type Matrix, matrix, transposed } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { eigenvalues, singularValues } from '../../src/numerics/spectrum.ts';
import { norm } from '../../src/numerics/vectors.ts';

const times = ({ rows, columns, data }: Matrix, x: Float64Array) => {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[i] += data[i * columns + j] * x[j];
  return out;
};

const mapOf = (square: Matrix): SquareMap => {
  const turned = transposed(square);
  return { size: square.rows, push: (v) => times(square, v), pull: (u) => times(turned, u) };
};

/** Blocks [[a, b], [−b, a]] and numbers on the diagonal, with `above` everywhere above the blocks. */
function known(numbers: readonly number[], pairs: readonly [number, number][], above = 0): Matrix {
  const size = numbers.length + 2 * pairs.length;
  const out = matrix(size, size);
  numbers.forEach((value, i) => {
    out.data[i * size + i] = value;
  });
  pairs.forEach(([re, im], k) => {
    const i = numbers.length + 2 * k;
    out.data.set([re, im], i * size + i);
    out.data.set([-im, re], (i + 1) * size + i);
  });
  if (above !== 0)
    for (let i = 0; i < size; i++)
      for (let j = i + 2; j < size; j++) out.data[i * size + j] += above;
  return out;
}

const asked = { tolerance: 1e-10, products: 5000, seed: 3 };
const rightmost = (square: Matrix) =>
  rightmostEigenvalue(mapOf(square), asked, singularValues(square)[0]);

const gaussian = (size: number, seed: number) => {
  const stream = random(seed);
  return matrix(
    size,
    size,
    Float64Array.from({ length: size ** 2 }, () => stream.gaussian()),
  );
};

describe('the largest singular value', () => {
  it('of a diagonal map is its largest modulus, in its direction', () => {
    const numbers = Array.from({ length: 200 }, (_, i) => (i === 70 ? -5 : 2 + i / 200));
    const found = largestSingularValue(mapOf(known(numbers, [])), asked);
    expect(found.converged).toBe(true);
    expect(Math.abs(found.value - 5)).toBeLessThan(1e-12);
    expect(Math.abs(Math.abs(found.right[70]) - 1)).toBeLessThan(1e-12);
  });

  it.each([1, 2, 7, 40, 150])('of a random map of size %d is that of its matrix', (size) => {
    const square = gaussian(size, size);
    const { value, right, residual, converged } = largestSingularValue(mapOf(square), asked);
    const [exact] = singularValues(square);
    expect(converged).toBe(true);
    expect(Math.abs(value - exact) / exact).toBeLessThan(1e-12);
    expect(residual).toBeLessThanOrEqual(1e-10 * value);
    expect(Math.abs(norm(times(square, right)) / norm(right) - exact) / exact).toBeLessThan(1e-12);
  });

  it('of the map to zero is 0, of the identity 1, of one of rank one its length', () => {
    const of = (square: Matrix) => largestSingularValue(mapOf(square), asked);
    expect(of(matrix(9, 9))).toMatchObject({ value: 0, residual: 0, converged: true });
    expect(of(known(new Array(9).fill(1), [])).value).toBeCloseTo(1, 14);
    const one = matrix(
      6,
      6,
      Float64Array.from({ length: 36 }, (_, at) => (at % 6 === 4 ? 3 : 0)),
    );
    expect(of(one).value).toBeCloseTo(3 * Math.sqrt(6), 12);
  });

  it('goes on behind a full basis, and says where it has not got there', () => {
    // singular values close together
    const numbers = Array.from({ length: 400 }, (_, i) => 2 - i / 400);
    const map = mapOf(known(numbers, []));
    const far = largestSingularValue(map, asked);
    expect(far.products).toBeGreaterThan(120);
    expect(far.converged).toBe(true);
    expect(Math.abs(far.value - 2)).toBeLessThan(1e-12);
    const near = largestSingularValue(map, { ...asked, products: 20 });
    expect(near.converged).toBe(false);
    expect(near.products).toBeLessThanOrEqual(20);
    expect(near.residual).toBeGreaterThan(1e-10 * near.value);
    expect(Math.abs(near.value - 2)).toBeLessThan(near.residual);
  });
});

describe('the rightmost eigenvalue', () => {
  it('is that of the largest real part, not of the largest modulus', () => {
    const numbers = Array.from({ length: 120 }, (_, i) => -9 + (i * 8) / 119);
    const { value, converged } = rightmost(known([...numbers, 0.25], [[-3, 40]]));
    expect(converged).toBe(true);
    expect(value.re).toBeCloseTo(0.25, 9);
    expect(value.im).toBe(0);
  });

  it('of a pair is the one above the axis', () => {
    const numbers = Array.from({ length: 90 }, (_, i) => Math.sin(i));
    const { value, converged } = rightmost(known(numbers, [[1.5, 2]]));
    expect(converged).toBe(true);
    expect(value.re).toBeCloseTo(1.5, 9);
    expect(value.im).toBeCloseTo(2, 9);
  });

  it('of a map that is not normal is on its diagonal', () => {
    const numbers = Array.from({ length: 60 }, (_, i) => -i / 10);
    const { value, converged } = rightmost(known([...numbers, 1], [[0.5, 3]], 0.05));
    expect(converged).toBe(true);
    expect(value.re).toBeCloseTo(1, 6);
  });

  it.each([1, 2, 7, 40, 150])('of a random map of size %d is that of its matrix', (size) => {
    const square = gaussian(size, size + 1);
    const { value, residual, converged } = rightmost(square);
    const [exact] = eigenvalues(square);
    expect(converged).toBe(true);
    expect(value.re).toBeCloseTo(exact.re, 8);
    expect(value.im).toBeCloseTo(exact.im, 8);
    expect(residual).toBeLessThanOrEqual(1e-10 * singularValues(square)[0]);
  });

  it('says where it has not got there', () => {
    const square = gaussian(150, 4);
    const [scale] = singularValues(square);
    const found = rightmostEigenvalue(mapOf(square), { ...asked, products: 10 }, scale);
    expect(found).toMatchObject({ converged: false, products: 10 });
    expect(found.residual).toBeGreaterThan(1e-10 * scale);
  });

  it('of the map to zero is 0', () => {
    expect(rightmost(matrix(8, 8))).toMatchObject({ value: { re: 0, im: 0 }, converged: true });
  });
});
