import { describe, expect, it } from 'vitest';
import { largestPlaces } from '../../src/numerics/largest.ts';
import { random } from '../../src/numerics/random.ts';

describe('largestPlaces', () => {
  it('are those of a whole sort, equal values in their order', () => {
    const draws = random(5);
    for (const size of [1, 2, 3, 10, 257, 1000])
      for (const count of [0, 1, 2, 7, size - 1, size, size + 3]) {
        const values = Float64Array.from({ length: size }, () => Math.floor(draws.uniform() * 40));
        const sorted = [...values.keys()].sort((a, b) => values[b] - values[a]);
        expect(largestPlaces(values, Math.max(0, count))).toEqual(
          sorted.slice(0, Math.max(0, count)),
        );
      }
  });
});
