/** Summaries of lists: exact on small ones, and the same as sorting. */
import { expect, it } from 'vitest';
import { random } from '../../src/numerics/random.ts';
import { median } from '../../src/numerics/statistics.ts';

it('the median is the middle of the sorted list, with ties, for any length', () => {
  const stream = random(5);
  for (let n = 1; n < 60; n++)
    for (const values of [
      Array.from({ length: n }, () => stream.uniform()),
      Array.from({ length: n }, () => stream.integer(4)),
    ]) {
      const rising = values.toSorted((a, b) => a - b);
      const middle = (rising[Math.ceil(n / 2) - 1] + rising[Math.floor(n / 2)]) / 2;
      expect(median(values)).toBe(middle);
    }
});

it('the median of nothing is no number', () => {
  expect(median([])).toBeNaN();
});
