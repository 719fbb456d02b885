import { describe, expect, it } from 'vitest';
import { erf } from '../../src/numerics/erf.ts';

/** By Python's math.erf (glibc). */
const VALUES: [number, number][] = [
  [1e-300, 1.1283791670955126e-300],
  [0.3, 0.3286267594591274],
  [0.84375, 0.7672256612323416],
  [1, 0.8427007929497149],
  [1.25, 0.9229001282564582],
  [1.9, 0.9927904292352575],
  [2.8571428571428577, 0.9999466876886117],
  [3.5, 0.9999992569016276],
  [5.5, 0.9999999999999927],
];

describe('the error function', () => {
  it.each(VALUES)('of %d, to the last place, and odd', (x, value) => {
    expect([erf(x)]).toBeAllClose([value], { absolute: 0, relative: 2 ** -52 });
    expect(erf(-x)).toBe(-erf(x));
  });

  it('goes from −1 to 1', () => {
    expect([-Infinity, -40, 0, 40, Infinity].map(erf)).toEqual([-1, -1, 0, 1, 1]);
    expect(erf(Number.NaN)).toBeNaN();
  });
});
