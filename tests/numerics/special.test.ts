import { describe, expect, it } from 'vitest';
import {
  exponentialIntegral,
  exponentialIntegral1,
  logGamma,
  scaledBesselI,
  scaledSphericalBesselI,
} from '../../src/numerics/special.ts';

/** Digits from 30-digit arithmetic. */
describe('modified Bessel functions', () => {
  it.each([
    [0, 1, 0.46575960759364043],
    [3, 1, 0.008155307772814294],
    [1, 5, 0.16397226694454237],
    [10, 5, 3.086009654986542e-5],
    [0, 25, 0.0801967735474367],
    [40, 25, 4.955018032607674e-14],
    [7, 100, 0.031229165630467612],
    [60, 100, 9.185241027673011e-10],
    [2, 0.001, 1.248750728854274e-7],
    [0, 10_000, 0.003989472674604732],
    [300, 10_000, 4.43240236722815e-5],
    [20, 0.5, 2.2741587160374395e-31],
  ])('e^−x I_%i(%f)', (k, x, expected) => {
    const close = { absolute: 0, relative: 3e-15 };
    expect([scaledBesselI(x, k)[k]]).toBeAllClose([expected], close);
    expect([scaledBesselI(x, k + 37)[k]]).toBeAllClose([expected], close);
  });

  it.each([
    [0, 1, 0.43233235838169365],
    [4, 1, 0.0004073295305119781],
    [1, 8, 0.054687507912629475],
    [25, 8, 7.727867282708225e-15],
    [0, 100, 0.005],
    [50, 100, 1.763669776790721e-8],
    [3, 0.001, 9.514291003175277e-12],
    [2, 0.5, 0.01029061774259589],
    [100, 1000, 3.2101923796404596e-6],
  ])('spherical, e^−x i_%i(%f)', (l, x, expected) => {
    const close = { absolute: 0, relative: 3e-15 };
    expect([scaledSphericalBesselI(x, l)[l]]).toBeAllClose([expected], close);
  });

  it('at zero and next to it', () => {
    expect([...scaledBesselI(0, 3)]).toEqual([1, 0, 0, 0]);
    expect([...scaledSphericalBesselI(0, 2)]).toEqual([1, 0, 0]);
    expect([...scaledBesselI(1e-200, 2)]).toEqual([1, 5e-201, 0]);
    expect(scaledBesselI(1e-90, 3)).toBeAllClose([1, 5e-91, 1.25e-181, 0], { relative: 1e-15 });
    expect(scaledSphericalBesselI(3e-9, 60)[60]).toBe(0);
  });

  it('generate e^{x cos θ} and e^{xt}', () => {
    const [x, angle] = [9, 0.7];
    const circle = scaledBesselI(x, 60).reduce(
      (sum, value, k) => sum + (k ? 2 : 1) * value * Math.cos(k * angle),
      0,
    );
    const legendre = [1, Math.cos(angle)];
    for (let l = 2; l <= 60; l++)
      legendre[l] = ((2 * l - 1) * legendre[1] * legendre[l - 1] - (l - 1) * legendre[l - 2]) / l;
    const sphere = scaledSphericalBesselI(x, 60).reduce(
      (sum, value, l) => sum + (2 * l + 1) * value * legendre[l],
      0,
    );
    const expected = Math.exp(x * (Math.cos(angle) - 1));
    expect([circle, sphere]).toBeAllClose([expected, expected], { absolute: 4e-16 });
  });

  it('of negative arguments have the parity of their order', () => {
    for (const of of [scaledBesselI, scaledSphericalBesselI])
      for (const x of [1e-3, 2, 40])
        expect([...of(-x, 7)]).toEqual([...of(x, 7)].map((value, k) => (k % 2 ? -value : value)));
  });

  it('do not exist for infinite arguments here', () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(() => scaledBesselI(x, 3)).toThrow(RangeError);
  });
});

describe('exponential integrals', () => {
  it.each([
    [1e-10, -22.448635264938925, 22.448635265138925],
    [0.1, -1.6228128139692766, 1.8229239584193906],
    [1, 1.8951178163559368, 0.21938393439552026],
    [2.5, 7.0737658945786, 0.024914917870269736],
    [10, 2492.2289762418777, 4.156968929685325e-6],
    [39, 2280446200301902.5, 2.888779301522701e-19],
    [41, 1.600664914324504e16, 3.723166776459978e-20],
    [100, 2.71555274485388e41, 3.683597761682032e-46],
    [600, 6.298882891387932e257, 4.409989794509838e-264],
  ])('Ei and E1 at ±%f', (x, ei, e1) => {
    const found = [
      exponentialIntegral(x),
      exponentialIntegral1(x),
      exponentialIntegral(-x),
      exponentialIntegral1(-x),
    ];
    expect(found).toBeAllClose([ei, e1, -e1, -ei], { absolute: 0, relative: 4e-15 });
  });

  it('at their zero and pole', () => {
    expect(exponentialIntegral(0.3725074107813666)).toBeCloseTo(0, 15);
    expect(exponentialIntegral(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(exponentialIntegral1(0)).toBe(Number.POSITIVE_INFINITY);
    expect(exponentialIntegral1(800)).toBe(0);
  });
});

describe('ln Γ', () => {
  it.each([
    [1e-5, 11.512919692895826],
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247001],
    [1, 0],
    [1.5, -0.12078223763524522],
    [2, 0],
    [3, Math.LN2],
    [5.5, 3.9578139676187165],
    [10, 12.80182748008147],
    [100.5, 361.4355404677776],
    [1e6, 12815504.569147613],
  ])('at %f', (x, expected) => {
    expect([logGamma(x)]).toBeAllClose([expected], { absolute: 1e-14, relative: 1e-15 });
  });

  it('does not exist here for x ≤ 0', () => {
    for (const x of [0, -1, Number.NaN]) expect(() => logGamma(x)).toThrow(RangeError);
  });
});
