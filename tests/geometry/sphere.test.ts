import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { angle, retract, tangent } from '../../src/geometry/sphere.ts';

const vector = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
  minLength: 4,
  maxLength: 4,
});
const direction = vector.filter((v) => Math.hypot(...v) > 1e-3).map(retract);

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return Array.from(x).reduce((sum, value, k) => sum + value * y[k], 0);
}

describe('the sphere', () => {
  it('retraction lands on it and keeps the direction', () => {
    fc.assert(
      fc.property(direction, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (x, scale) => {
        expect(dot(x, x)).toBeCloseTo(1, 14);
        expect(retract(x.map((value) => value * scale))).toBeAllClose(x, { absolute: 1e-14 });
      }),
    );
  });

  it('the zero vector has no direction', () => {
    expect(() => retract([0, 0])).toThrow(/no direction/);
    expect(() => retract([Number.NaN, 0])).toThrow(RangeError);
  });

  it('the tangent part is orthogonal to x and projects to itself', () => {
    fc.assert(
      fc.property(direction, vector, (x, v) => {
        const part = tangent(x, v);
        expect(dot(x, part)).toBeCloseTo(0, 12);
        expect(tangent(x, part)).toBeAllClose(part, { absolute: 1e-12 });
      }),
    );
  });

  it.each([0, 1e-12, 1e-9, 1e-3, 1, Math.PI / 2, 3, Math.PI - 1e-6])('measures %d rad', (theta) => {
    expect(angle([1, 0], [Math.cos(theta), Math.sin(theta)])).toBeCloseTo(theta, 14);
  });

  it('keeps relative accuracy near 0', () => {
    expect(angle([1, 0], [1, 1e-12]) / 1e-12).toBeCloseTo(1, 12);
  });
});
