import { expect } from 'vitest';

/** Array-likes are equal to within absolute + relative · |expected|, entry by entry. */
interface CloseTo {
  toBeAllClose(
    expected: ArrayLike<number>,
    tolerance?: { absolute?: number; relative?: number },
  ): void;
}

declare module 'vitest' {
  interface Matchers<T> extends CloseTo {}
}

expect.extend({
  toBeAllClose(
    received: ArrayLike<number>,
    expected: ArrayLike<number>,
    { absolute = 1e-12, relative = 0 }: { absolute?: number; relative?: number } = {},
  ) {
    let worst = -1;
    let excess = received.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
    for (let i = 0; i < Math.min(received.length, expected.length); i++) {
      const difference = Math.abs(received[i] - expected[i]);
      const over = difference - absolute - relative * Math.abs(expected[i]);
      if (over > excess || Number.isNaN(difference)) {
        excess = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : over;
        worst = i;
      }
    }
    return {
      pass: excess <= 0,
      message: () =>
        received.length !== expected.length
          ? `lengths differ: ${received.length} and ${expected.length}`
          : `entry ${worst}: got ${received[worst]}, expected ${expected[worst]}, over the tolerance by ${excess}`,
    };
  },
});
