/** Where a function falls to zero: exact places, jumps, and how few values it takes. */
import { describe, expect, it } from 'vitest';
import { onset } from '../../src/numerics/onset.ts';

describe('where a value falls to zero', () => {
  const jump = (x: number) => (x < Math.SQRT1_2 ? 1 : -1e-9);
  it.each<[string, (x: number) => number, number, number]>([
    ['a line', (x) => 0.3 - x, 0.3, 10],
    ['decay', (x) => Math.exp(-2 * x) - 0.4, -Math.log(0.4) / 2, 10],
    ['near the start', (x) => 1e-7 - x, 1e-7, 10],
    ['near the end', (x) => 1 - 1e-7 - x, 1 - 1e-7, 10],
    ['fast decay', (x) => Math.exp(-20 * x) - 1e-5, Math.log(1e5) / 20, 31],
    ['a jump', jump, Math.SQRT1_2, 31],
    ['a touch', (x) => (1 - x) ** 3, 1, 31],
  ])('%s', (_, value, expected, most) => {
    let count = 0;
    const counted = (x: number) => {
      count++;
      return value(x);
    };
    const found = onset(counted, 1e-8);
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(1.001e-8);
    expect(value(found)).toBeLessThanOrEqual(0);
    // ⌈log₂ 10⁸⌉ = 27 of bisection, one more, and both ends.
    expect(count).toBeLessThanOrEqual(most);
  });
});
