/** Points in coordinates of their span: inner products stay, and dependent rows add no axis. */
import { describe, expect, it } from 'vitest';
import { type Matrix, matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { spanOf, split } from '../../src/numerics/span.ts';
import { gram } from '../../src/numerics/spectrum.ts';

function gaussian(rows: number, columns: number, seed: number): Matrix {
  const stream = random(seed);
  const data = Float64Array.from({ length: rows * columns }, () => stream.gaussian());
  return matrix(rows, columns, data);
}

const largestGap = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k])), 0);

describe('the span', () => {
  it.each([
    [5, 40, 5],
    [7, 7, 7],
    [9, 3, 3],
  ])('of %i points in d = %i has %i axes and keeps inner products', (n, d, axes) => {
    const points = gaussian(n, d, n);
    const { basis, coordinates } = spanOf(points);
    expect(basis).toHaveLength(axes);
    expect(coordinates.columns).toBe(axes);
    expect(largestGap(gram(coordinates).data, gram(points).data)).toBeLessThan(1e-13 * d);
  });

  it('leaves out what depends on rows before', () => {
    const points = gaussian(3, 6, 1);
    row(points, 2).set(row(points, 0).map((value, k) => 2 * value - row(points, 1)[k]));
    expect(spanOf(points).basis).toHaveLength(2);
    expect(spanOf(matrix(4, 3)).basis).toHaveLength(0);
  });

  it('splits a point into what lies inside and what sticks out', () => {
    const { basis } = spanOf(matrix(1, 3, Float64Array.of(2, 0, 0)));
    const { inside, outside, rest } = split(Float64Array.of(5, 3, 4), basis);
    expect([...inside, outside, ...rest]).toEqual([5, 25, 0, 3, 4]);
  });
});
