/** The law of a Brownian step on spheres, by quadrature over its length: no random numbers here. */
import { describe, expect, it } from 'vitest';
import { moveOnSphere, tangentVariance } from '../../src/geometry/brownian.ts';
import { random } from '../../src/numerics/random.ts';

/** E f(r) for r = √v · |ξ|, ξ standard normal in m directions: trapezoids in r. */
function meanOver(v: number, m: number, f: (r: number) => number): number {
  const end = Math.sqrt(v) * (Math.sqrt(m) + 9);
  let [sum, total] = [0, 0];
  for (let k = 1; k < 20_000; k++) {
    const r = (end * k) / 20_000;
    const density = r ** (m - 1) * Math.exp((-r * r) / (2 * v));
    sum += density * f(r);
    total += density;
  }
  // on the circle the density is not 0 at r = 0
  return m === 1 ? (sum + 0.5 * f(0)) / (total + 0.5) : sum / total;
}

/** The zonal harmonics of degree 1 and 2 on S^{d−1}, 1 at the pole. */
const zonal = (l: 1 | 2, d: number) => (r: number) =>
  l === 1 ? Math.cos(r) : (d * Math.cos(r) ** 2 - 1) / (d - 1);
const eigenvalue = (l: number, d: number) => l * (l + d - 2);

describe.each([2, 3, 8, 40])('on S^{d−1}, d = %d', (d) => {
  it.each([1e-9, 1e-3, 0.025, 0.5, 20])(
    'the first harmonics fall as they should, τ = %d',
    (tau) => {
      const v = tangentVariance(tau, d);
      const fallen = meanOver(v, d - 1, (r) => 2 * Math.sin(r / 2) ** 2);
      const expected = -Math.expm1(-(d - 1) * tau);
      expect(Math.abs(fallen / expected - 1)).toBeLessThan(1e-6);
    },
  );

  it('the second ones too, with an error of the third order at least', () => {
    const error = (steps: number) => {
      const tau = 0.5 / d / steps;
      const v = tangentVariance(tau, d);
      return meanOver(v, d - 1, zonal(2, d)) ** steps - Math.exp((-eigenvalue(2, d) * 0.5) / d);
    };
    const errors = [4, 8, 16].map((steps) => Math.abs(error(steps)));
    if (d === 2) for (const one of errors) expect(one).toBeLessThan(1e-10);
    else {
      expect(errors[0]).toBeLessThan(2e-4);
      expect(Math.log2(errors[0] / errors[1])).toBeGreaterThan(2);
      expect(Math.log2(errors[1] / errors[2])).toBeGreaterThan(2);
    }
  });
});

it('moves along the great circle of the tangent part, by its length', () => {
  const { gaussian } = random(5);
  for (const d of [2, 3, 7]) {
    const x = new Float64Array(d);
    x[0] = 1;
    const increment = Float64Array.from({ length: d }, () => gaussian());
    const length = 0.3 * Math.sqrt(increment.reduce((sum, one, k) => sum + (k ? one * one : 0), 0));
    moveOnSphere(x, increment, d, 0.3);
    const expected = increment.map((one, k) =>
      k === 0 ? Math.cos(length) : (Math.sin(length) * 0.3 * one) / length,
    );
    expect(x).toBeAllClose(expected, { absolute: 1e-15 });
  }
});

it('stays where the increment has no tangent part, and on S⁰', () => {
  const x = Float64Array.of(0.6, 0.8, -1, 0);
  moveOnSphere(x, Float64Array.of(0, 0, 3, 0), 2, 1);
  expect([...x]).toEqual([0.6, 0.8, -1, 0]);
  const ends = Float64Array.of(1, -1);
  moveOnSphere(ends, Float64Array.of(0.4, 2), 1, 1);
  expect([...ends]).toEqual([1, -1]);
});
