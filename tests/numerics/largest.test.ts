import { describe, expect, it } from 'vitest';
import { fallingPlaces, largestPlaces } from '../../src/numerics/largest.ts';
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

describe('fallingPlaces', () => {
  it('are those of a stable sort, from subnormal to huge numbers', () => {
    const draws = random(6);
    for (const size of [0, 1, 2, 9, 300, 5000]) {
      const values = Float64Array.from({ length: size }, () => {
        const kind = draws.integer(4);
        if (kind === 0) return draws.integer(5);
        if (kind === 1) return 5e-324 * draws.integer(3);
        return Math.abs(draws.gaussian()) * 10 ** (300 * draws.gaussian() * (kind - 2));
      }).map((value) => (Number.isFinite(value) ? value : Number.MAX_VALUE));
      const sorted = [...values.keys()].sort((a, b) => values[b] - values[a]);
      expect([...fallingPlaces(values)]).toEqual(sorted);
    }
  });

  it('are those of a part of an array', () => {
    const values = Float64Array.of(9, 0.25, 1, 0.5, 0.25).subarray(1);
    expect([...fallingPlaces(values)]).toEqual([1, 2, 0, 3]);
  });
});
