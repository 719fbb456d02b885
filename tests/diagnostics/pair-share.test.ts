/** The share of pairs above 1 − δ: against all pairs one by one, known configurations, masses, the origin, options. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnostics/catalogue.ts';
import type { DiagnosticFrame } from '../../src/diagnostics/diagnostic.ts';
import { pairShare, shareOfPairs } from '../../src/diagnostics/pair-share.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { type Matrix, matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { fromRows, onCircle, scattered } from './configurations.ts';

const shareOf = (frame: DiagnosticFrame) =>
  diagnose([frame], [pairShare]).diagnostics.pair_share[0];

/** By the definition, cosine by cosine. */
function slowly(positions: Matrix, delta: number, w = (_: number) => 1): number {
  let [near, all] = [0, 0];
  for (let i = 0; i < positions.rows; i++)
    for (let j = 0; j < i; j++) {
      const [x, y] = [row(positions, i), row(positions, j)];
      const cosine =
        x.reduce((sum, value, k) => sum + value * y[k], 0) / (Math.hypot(...x) * Math.hypot(...y));
      all += w(i) * w(j);
      if (cosine >= 1 - delta) near += w(i) * w(j);
    }
  return near / all;
}

describe('the share of pairs above 1 − δ', () => {
  it('counts pairs: 1 where all coincide, 3 of 10 for groups of three and two', () => {
    expect(shareOf({ positions: onCircle([1, 1, 1]) })).toBe(1);
    expect(shareOf({ positions: onCircle([0, 0, 0, 2, 4]) })).toBe(0.3);
    expect(shareOf({ positions: onCircle([0.1]) })).toBeNull();
  });

  it('reaches across −π, and as far as δ says', () => {
    const positions = onCircle([Math.PI - 0.01, -Math.PI + 0.01, 0]);
    // cos 0.02 = 1 − 2.0e-4
    expect(shareOf({ positions, delta: 2.1e-4 })).toBe(1 / 3);
    expect(shareOf({ positions, delta: 1.9e-4 })).toBe(0);
    expect(shareOf({ positions, delta: 1e-3 })).toBe(1 / 3);
  });

  it('tells angles apart of which the cosine keeps no digit', () => {
    for (const d of [2, 3]) {
      const at = (angle: number) => [Math.cos(angle), Math.sin(angle), 0].slice(0, d);
      const positions = fromRows([at(0), at(1e-7)]);
      expect(shareOf({ positions, delta: 5.1e-15 })).toBe(1);
      expect(shareOf({ positions, delta: 4.9e-15 })).toBe(0);
    }
  });

  it('is what all pairs give one by one', () => {
    const setting = fc.record({
      n: fc.integer({ min: 2, max: 40 }),
      d: fc.integer({ min: 2, max: 4 }),
      seed: fc.integer({ min: 0, max: 1000 }),
      delta: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      space: fc.constantFrom('sphere' as const, 'euclidean' as const),
      weighted: fc.boolean(),
    });
    fc.assert(
      fc.property(setting, ({ n, d, seed, delta, space, weighted }) => {
        const { uniform } = random(seed);
        const scale = Array.from({ length: n }, () => (space === 'sphere' ? 1 : 0.1 + uniform()));
        const unit = scattered(n, d, seed);
        const data = unit.data.map((value, at) => value * scale[Math.floor(at / d)]);
        const positions = matrix(n, d, data);
        const weights = weighted ? Float64Array.from({ length: n }, () => 0.1 + uniform()) : null;
        const found = shareOfPairs(positions, delta, { space, ...(weights && { weights }) });
        const expected = slowly(positions, delta, (i) => weights?.[i] ?? 1);
        if (weights) expect(found).toBeCloseTo(expected, 12);
        else expect(found).toBe(expected);
      }),
    );
  });

  it('leaves pairs with the origin out, for their cosine is 0', () => {
    const positions = fromRows([
      [0, 0, 0],
      [0, 0, 0],
      [2, 0, 0],
      [5, 0, 0],
    ]);
    expect(shareOf({ positions, space: 'euclidean', delta: 0.9 })).toBe(1 / 6);
    const plane = fromRows([
      [0, 0],
      [0, 0],
      [2, 0],
      [5, 0],
    ]);
    expect(shareOf({ positions: plane, space: 'euclidean', delta: 0.9 })).toBe(1 / 6);
  });

  it('is exact for many on the circle, and read in part in higher dimension', () => {
    const n = 6000;
    const polygon = onCircle(Array.from({ length: n }, (_, k) => (2 * Math.PI * (k + 0.5)) / n));
    // Neighbours up to the tenth lie within 10.5 · 2π/n.
    const delta = 1 - Math.cos((10.5 * 2 * Math.PI) / n);
    const plane = diagnose([{ positions: polygon, delta }], [pairShare]);
    expect(plane.diagnostics.pair_share).toEqual([(10 * n) / ((n * (n - 1)) / 2)]);
    expect(plane.notes).toEqual({});
    const space = diagnose([{ positions: scattered(n, 3, 1), delta: 0.5 }], [pairShare]);
    expect(space.notes.pair_share).toMatch(/2,000 of 6,000/);
    // The cap of cosine ≥ 1 − δ has the share δ/2 of the sphere.
    expect(space.diagnostics.pair_share[0]).toBeCloseTo(0.25, 2);
  });

  it('has its δ from the options of a simulation', async () => {
    const options = { n: 9, d: 3, time: 1, diagnostics: ['pair_share'], seed: 4 };
    for (const delta of [0.001, 0.3]) {
      const { frames, settings } = await simulate({ ...options, delta });
      expect(settings.delta).toBe(delta);
      for (const { positions, diagnostics } of frames)
        expect(diagnostics.pair_share).toBe(slowly(positions, delta));
    }
    await expect(simulate({ ...options, delta: 1 })).rejects.toThrow(/delta is 1/);
  });
});
