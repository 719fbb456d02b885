import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestHullDistance } from '../../src/diagnostics/convex.ts';
import { row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { greedyChoice } from '../../src/reduction/forward/greedy.ts';
import { nearestBarycentre } from '../../src/reduction/forward/nearest.ts';
import { barycentre, quantileDistance, snapshotsOf } from '../../src/reduction/quantiles.ts';
import '../matchers.ts';

describe('the nearest barycentre, by hand', () => {
  // (0, 0), (2, 2) and (0, 4): a triangle of quantiles
  const snapshots = snapshotsOf([
    [0, 0],
    [2, 2],
    [0, 4],
  ]);

  it.each([
    { place: 'inside', target: [0.5, 1.5], weights: [0.5, 0.25, 0.25], distance: 0 },
    { place: 'beyond an edge', target: [-3, 1], weights: [0.75, 0, 0.25], distance: 3 },
    { place: 'beyond a corner', target: [5, 3], weights: [0, 1, 0], distance: Math.sqrt(10) },
  ])('$place', ({ target, weights, distance }) => {
    const found = nearestBarycentre(snapshots, target);
    expect(found.weights).toBeAllClose(weights, { absolute: 1e-13 });
    expect(found.distance).toBeCloseTo(distance / Math.SQRT2, 13);
  });

  it('of one snapshot is that one', () => {
    expect(nearestBarycentre(snapshotsOf([[0, 1]]), [3, 5]).weights).toBeAllClose([1]);
  });

  it('refuses a target of other levels', () => {
    expect(() => nearestBarycentre(snapshots, [1])).toThrow(/target has 1 quantiles: expected 2/);
  });

  it('copes with snapshots that are there twice', () => {
    const twice = snapshotsOf([
      [0, 0],
      [0, 0],
      [2, 2],
      [2, 2],
    ]);
    const { weights, distance } = nearestBarycentre(twice, [1.5, 1.5]);
    expect(distance).toBeLessThan(1e-14);
    expect(weights[2] + weights[3]).toBeCloseTo(0.75, 13);
  });
});

const rising = fc
  .array(fc.integer({ min: 0, max: 1e9 }), { minLength: 6, maxLength: 6 })
  .map((steps) =>
    steps.map((_, k) => steps.slice(0, k + 1).reduce((sum, step) => sum + 1e-9 * step, 0)),
  );

it('meets the conditions of Karush, Kuhn and Tucker to rounding', () => {
  const { uniform } = random(5);
  const drawn = () => Array.from({ length: 30 }, uniform).sort((a, b) => a - b);
  const rows = Array.from({ length: 12 }, drawn);
  const target = drawn();
  const { weights, gap, distance } = nearestBarycentre(snapshotsOf(rows), target);
  expect(gap).toBeLessThan(1e-12);
  const other = largestHullDistance(snapshotsOf(rows), snapshotsOf([target]));
  expect(distance).toBeCloseTo(other / Math.sqrt(30), 9);
  const used = weights.filter((weight) => weight > 0).length;
  expect(used).toBeGreaterThan(2);
  expect(used).toBeLessThan(12);
  const x = barycentre(snapshotsOf(rows), weights).map((value, k) => value - target[k]);
  const slope = (one: readonly number[]) =>
    x.reduce((sum, value, k) => sum + value * (one[k] - target[k]), 0);
  const square = x.reduce((sum, value) => sum + value * value, 0);
  rows.forEach((one, i) => {
    if (weights[i] > 0) expect(slope(one)).toBeCloseTo(square, 11);
    else expect(slope(one)).toBeGreaterThan(square - 1e-12);
  });
});

it('meets them for any snapshots, nearly dependent ones too', () => {
  fc.assert(
    fc.property(fc.array(rising, { minLength: 1, maxLength: 8 }), rising, (rows, target) => {
      const snapshots = snapshotsOf(rows);
      const { weights, distance } = nearestBarycentre(snapshots, target);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      const x = barycentre(snapshots, weights).map((value, k) => value - target[k]);
      expect(quantileDistance(x, new Float64Array(6))).toBeCloseTo(distance, 12);
      const square = x.reduce((sum, value) => sum + value * value, 0);
      for (const quantiles of rows) {
        const slope = x.reduce((sum, value, k) => sum + value * (quantiles[k] - target[k]), 0);
        expect(slope).toBeGreaterThan(square - 1e-5 * (1 + square));
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

describe('the greedy choice', () => {
  it('takes the ends of a segment, and then nothing is left', () => {
    const training = snapshotsOf(
      [0.3, 0, 0.7, 1, 0.5].map((shift) => [shift, 1 + shift, 3 + shift]),
    );
    const { chosen, errors } = greedyChoice(training, 5);
    expect(chosen).toEqual([1, 3]);
    expect(Math.max(...errors[1])).toBeLessThan(1e-15);
    // the error of one snapshot is the distance to it
    expect(errors[0]).toBeAllClose([0.3, 0, 0.7, 1, 0.5]);
  });

  it('of one measure given several times is that one', () => {
    expect(
      greedyChoice(
        snapshotsOf([
          [1, 2],
          [1, 2],
        ]),
        2,
      ).chosen,
    ).toEqual([0]);
  });

  it('errors fall: each choice widens the hull', () => {
    const training = snapshotsOf(
      Array.from({ length: 12 }, (_, i) =>
        Array.from({ length: 20 }, (_, k) => Math.atan(k - 10 + i) + 0.1 * k),
      ),
    );
    const { chosen, errors } = greedyChoice(training, 8);
    expect(new Set(chosen).size).toBe(8);
    for (let n = 1; n < 8; n++)
      for (let i = 0; i < 12; i++)
        expect(errors[n][i]).toBeLessThanOrEqual(errors[n - 1][i] + 1e-12);
    for (const i of chosen)
      expect(nearestBarycentre(training, row(training, i)).distance).toBeLessThan(1e-13);
  });
});
