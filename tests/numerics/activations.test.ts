/** Activations by known values, and functions of depth between their knots. */
import { describe, expect, it } from 'vitest';
import { activations } from '../../src/numerics/activations.ts';
import { betweenKnots, knotTimes } from '../../src/numerics/knots.ts';

describe('activations', () => {
  it('are tanh, the positive part, and nearly x Φ(x)', () => {
    expect(activations.tanh(1)).toBe(Math.tanh(1));
    expect([-2, 0, 3].map(activations.relu)).toEqual([0, 0, 3]);
    // x Φ(x) at 1 is 0.84134; the tanh form is 1.6e-4 below
    expect([activations.gelu(1)]).toBeAllClose([0.8411919906], { absolute: 1e-10 });
    expect([activations.gelu(-1)]).toBeAllClose([0.8411919906 - 1], { absolute: 1e-10 });
    expect(activations.gelu(0)).toBe(0);
  });

  it('let a value that is none show', () => {
    for (const activation of Object.values(activations))
      expect(activation(Number.NaN)).toBe(Number.NaN);
  });
});

describe('betweenKnots', () => {
  const mix = (a: number, b: number, part: number) => (1 - part) * a + part * b;

  it.each([
    [-1, 1],
    [0, 1],
    [0.25, 3],
    [0.5, 5],
    [0.75, 4],
    [1, 3],
    [7, 3],
  ])('at %d', (t, expected) => {
    expect(betweenKnots([1, 5, 3], t, mix)).toBe(expected);
  });

  it('is constant with one knot', () => {
    expect(betweenKnots([4], 0.3, mix)).toBe(4);
  });

  it('has its knots at equal times', () => {
    expect(knotTimes(3, 8)).toEqual([0, 4, 8]);
    expect(knotTimes(1, 8)).toEqual([0]);
  });
});
