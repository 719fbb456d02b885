/** Products with matrices that are held, and between two of them: the bits of the plain loops. */
import { expect, it } from 'vitest';
import { between, entryOf, hold, multiplyHeld } from '../../src/numerics/held.ts';
import { type Matrix, matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

function drawn(rows: number, columns: number, seed: number) {
  const { gaussian } = random(seed);
  return matrix(rows, columns, Float64Array.from({ length: rows * columns }, gaussian));
}

function plain(a: Float64Array, b: Float64Array, columns: number): Float64Array {
  const inner = b.length / columns;
  return Float64Array.from({ length: (a.length / inner) * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let l = 0; l < inner; l++) sum += a[i * inner + l] * b[l * columns + j];
    return sum;
  });
}

/** Rounded to float32, as stored weights are. */
const rounded = ({ rows, columns, data }: Matrix) => matrix(rows, columns, data.map(Math.fround));

const SIZES = [
  [1, 8, 8],
  [3, 24, 40],
  [7, 192, 192],
  // more than fit into the memory at once
  [900, 48, 32],
] as const;

it.each(
  SIZES.flatMap((size) => [
    [...size, 'float32', rounded] as const,
    [...size, 'float64', (given: Matrix) => given] as const,
  ]),
)('%d × %d times %d columns of %s, at either matrix and between', (rows, inner, columns, _, as) => {
  const [left, right] = [1, 2].map((seed) => as(drawn(inner, columns, seed)));
  hold([left, right]);
  const a = drawn(rows, inner, 3).data;
  const out = new Float64Array(rows * columns);
  for (const held of [left, right]) {
    expect(multiplyHeld(a, held, out)).toBe(true);
    expect(out).toEqual(plain(a, held.data, columns));
  }
  for (const [one, other] of [
    [left, right],
    [right, left],
  ])
    for (const t of [0.3, 0.9999]) {
      const mixed = one.data.map((value, at) => (1 - t) * value + t * other.data[at]);
      const found = between(one, other.data, t);
      if (!found) throw new Error('they are held together');
      expect(multiplyHeld(a, found, out)).toBe(true);
      expect(out).toEqual(plain(a, mixed, columns));
      expect(entryOf(found, 5)).toBe(mixed[5]);
      expect(found.data).toEqual(mixed);
    }
});

it('leaves alone what is not held together', () => {
  const [one, other, odd] = [drawn(8, 8, 1), drawn(8, 8, 2), drawn(8, 6, 3)];
  const out = new Float64Array(8);
  expect(multiplyHeld(new Float64Array(8), one, out)).toBe(false);
  hold([one]);
  expect(between(one, other.data, 0.5)).toBeNull();
  hold([other]);
  expect(between(one, other.data, 0.5)).toBeNull();
  hold([odd]);
  expect(multiplyHeld(new Float64Array(8), odd, new Float64Array(6))).toBe(false);
});
