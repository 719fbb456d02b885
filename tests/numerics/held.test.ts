/** Products with matrices that are held, and between two of them: the bits of the plain loops. */
import { expect, it } from 'vitest';
import { between, entryOf, hold, multiplyHeld } from '../../src/numerics/held.ts';
import { matrix } from '../../src/numerics/matrix.ts';
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

it.each([
  [1, 8, 8],
  [3, 24, 40],
  [7, 192, 192],
  // more than fit into the memory at once
  [900, 48, 32],
])('%d × %d times %d columns, at either matrix and between', (rows, inner, columns) => {
  const [left, right] = [1, 2].map((seed) => drawn(inner, columns, seed));
  const [near, far] = hold([left, right]);
  const a = drawn(rows, inner, 3).data;
  const out = new Float64Array(rows * columns);
  expect(multiplyHeld(a, matrix(inner, columns, far), out)).toBe(true);
  expect(out).toEqual(plain(a, right.data, columns));
  for (const t of [0.3, 0.9999]) {
    const mixed = left.data.map((value, at) => (1 - t) * value + t * right.data[at]);
    const found = between(matrix(inner, columns, near), far, t);
    if (!found) throw new Error('they are held together');
    expect(multiplyHeld(a, found, out)).toBe(true);
    expect(out).toEqual(plain(a, mixed, columns));
    expect(entryOf(found, 5)).toBe(mixed[5]);
    expect(found.data).toEqual(mixed);
  }
});

it('leaves alone what is not held together', () => {
  const [one, other] = [drawn(8, 8, 1), drawn(8, 8, 2)];
  const out = new Float64Array(8);
  expect(multiplyHeld(new Float64Array(8), one, out)).toBe(false);
  const [[held], [apart]] = [hold([one]), hold([other])];
  expect(between(matrix(8, 8, held), apart, 0.5)).toBeNull();
  expect(between(one, other.data, 0.5)).toBeNull();
  const odd = drawn(8, 6, 3);
  expect(hold([odd])).toEqual([odd.data]);
});
