/** The SIMD product against the plain sum: the same bits, or nothing done. */
import { expect, it } from 'vitest';
import { gramFast, multiplyFast, residentProduct } from '../../src/numerics/product.ts';
import { random } from '../../src/numerics/random.ts';

function plain(a: Float64Array, b: Float64Array, rows: number, columns: number): Float64Array {
  const inner = b.length / columns;
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let l = 0; l < inner; l++) sum += a[i * inner + l] * b[l * columns + j];
    return sum;
  });
}

it.each([
  [4, 8, 8],
  [5, 3, 16],
  [15, 128, 128],
  [33, 192, 8],
  [7, 1, 24],
  [300, 256, 256],
])('%d × %d times %d columns', (rows, inner, columns) => {
  const { gaussian } = random(rows, inner);
  const a = Float64Array.from({ length: rows * inner }, gaussian);
  const b = Float64Array.from({ length: inner * columns }, gaussian);
  const out = new Float64Array(rows * columns);
  expect(multiplyFast(a, b, out, columns)).toBe(true);
  expect(out).toEqual(plain(a, b, rows, columns));
});

it('leaves small and odd products to the plain loop', () => {
  const out = new Float64Array(3 * 8).fill(7);
  expect(multiplyFast(new Float64Array(6), new Float64Array(16), out, 8)).toBe(false);
  expect(multiplyFast(new Float64Array(20), new Float64Array(50), out, 10)).toBe(false);
  expect(out.every((value) => value === 7)).toBe(true);
});

it.each([
  [1, 5, 3],
  [2, 192, 8],
  [7, 64, 6259],
  [300, 24, 100],
])('%d × %d times the transpose of %d rows that stay', (rows, inner, columns) => {
  const { gaussian } = random(rows, columns);
  const w = Float64Array.from({ length: columns * inner }, gaussian);
  const across = w.map((_, at) => w[(at % columns) * inner + Math.floor(at / columns)]);
  const product = residentProduct(w, inner);
  for (let turn = 0; turn < 2; turn++) {
    const x = Float64Array.from({ length: rows * inner }, gaussian);
    expect(product?.(x)).toEqual(plain(x, across, rows, columns));
  }
});

it.each([
  [4, 5],
  [8, 3],
  [13, 40],
  [64, 7],
])('%d rows of %d numbers times themselves', (n, inner) => {
  const { gaussian } = random(n, inner);
  const x = Float64Array.from({ length: n * inner }, gaussian);
  const across = x.map((_, at) => x[(at % n) * inner + Math.floor(at / n)]);
  expect(gramFast(x, inner)).toEqual(plain(x, across, n, n));
});
