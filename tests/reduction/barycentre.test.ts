/** Barycentres of measures that a caller brings: the method by where they lie, and what each is known to give. */
import { describe, expect, it } from 'vitest';
import { matrix } from '../../src/numerics/matrix.ts';
import { mean } from '../../src/numerics/statistics.ts';
import { measureBarycentre } from '../../src/reduction/barycentre/barycentre.ts';
import { gaussianMean } from '../../src/reduction/barycentre/gaussians.ts';
import { gaussiansReport } from '../../src/reduction/barycentre/gaussians-report.ts';
import type { BarycentreOptions } from '../../src/reduction/barycentre/options.ts';
import { barycentreReport } from '../../src/reduction/barycentre/report.ts';
import '../matchers.ts';

const column = (values: readonly number[], masses?: readonly number[]) => ({
  points: matrix(values.length, 1, Float64Array.from(values)),
  masses,
});

const plane = (...rows: (readonly [number, number])[]) => ({
  points: matrix(rows.length, 2, Float64Array.from(rows.flat())),
});

describe('by default it is', () => {
  it('exact on a line, whatever the masses', () => {
    const found = measureBarycentre([column([0, 8], [3, 1]), column([4])]);
    expect(found).toMatchObject({ space: 'line', method: 'exact', points: [[2], [6]] });
    expect(found.masses).toBeAllClose([0.75, 0.25]);
    // from {0, 8} to {2, 6}, and from 4 to it
    expect(found.distances).toBeAllClose([2, 2]);
  });

  it('exact for equally many angles, and free where they have masses', () => {
    const angles = [column([0.1]), column([6.2])];
    expect(measureBarycentre(angles, { space: 'circle' }).method).toBe('exact');
    const heavy = measureBarycentre([column([0.1, 6.2], [1, 3]), column([0, 0])], {
      space: 'circle',
    });
    expect(heavy.method).toBe('free');
    expect(heavy.quality).toMatch(/a local minimum with entropic plans/);
    for (const [angle] of heavy.points) expect(angle >= 0 && angle < 2 * Math.PI).toBe(true);
  });

  it('free in the plane: of translates the mean translate', () => {
    const found = measureBarycentre([plane([0, 0], [1, 0]), plane([0, 2], [1, 2])]);
    expect(found).toMatchObject({ space: 'euclidean', method: 'free', distances: null });
    expect(found.points.flat()).toBeAllClose([0, 1, 1, 1]);
  });
});

describe('on a fixed support', () => {
  it('of two Diracs on the circle it is between them, the short way', () => {
    const support = Array.from({ length: 60 }, (_, k) => [(2 * Math.PI * k) / 60]);
    const diracs = [column([support[58][0]]), column([support[4][0]])];
    const options = { space: 'circle', method: 'fixed', support, epsilon: 0.01 } as const;
    const { points, masses, quality } = measureBarycentre(diracs, options);
    expect(points[masses.indexOf(Math.max(...masses))]).toEqual(support[1]);
    expect(masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 12);
    expect(quality).toMatch(/^entropic at ε = 0.0100, spread by about 0.071/);
  });

  it('by default lies on the points of the measures, and may be debiased', () => {
    const [a, b] = [column([0, 1, 2]), column([2, 3, 4])];
    const blurred = measureBarycentre([a, b], { method: 'fixed', epsilon: 0.05 });
    expect(blurred.points.flat()).toEqual([0, 1, 2, 2, 3, 4]);
    const sharp = measureBarycentre([a, b], { method: 'fixed', epsilon: 0.05, debiased: true });
    const exact = measureBarycentre([a, b]).distances ?? [];
    expect(mean(blurred.distances ?? [])).toBeGreaterThan(mean(exact) - 1e-12);
    expect(sharp.quality).toMatch(/debiased/);
  });
});

it('is told as a table and a figure', () => {
  const measures = [column([0, 1]), column([4, 9])];
  const record = measureBarycentre(measures, { weights: [0.75, 0.25] });
  const { columns, findings, figure } = barycentreReport({
    ...record,
    measures,
    names: ['a', 'b'],
  });
  expect(columns.map(({ name }) => name)).toEqual(['x1', 'mass']);
  expect(findings[1]).toMatch(/W2 to a: 1.58114/);
  expect(figure.panels[0].series.map(({ name }) => name)).toEqual(['a', 'b', 'barycentre']);
});

describe('of Gaussians with the same moments', () => {
  it('on a line means and deviations are averaged', () => {
    const [a, b] = [column([-1, 1]), column([1, 7])];
    const found = gaussianMean([a, b], { weights: [0.25, 0.75] });
    expect(found.mean).toBeAllClose([3]);
    expect(found.covariance.flat()).toBeAllClose([2.5 ** 2]);
    // W₂² = (m − m′)² + (σ − σ′)²
    expect(found.distances).toBeAllClose([Math.hypot(3, 1.5), Math.hypot(1, 0.5)]);
  });

  it('in the plane with masses, reported with their ellipses', () => {
    const cross = { ...plane([2, 0], [-2, 0], [0, 1], [0, -1]), masses: [1, 1, 4, 4] };
    const found = gaussianMean([cross, cross]);
    expect(found.covariance.flat()).toBeAllClose([0.8, 0, 0, 0.8]);
    const { columns, figure } = gaussiansReport({ ...found, names: ['a', 'b'] });
    expect(columns.map(({ values }) => values.length)).toEqual([2, 2, 2, 2]);
    const [ellipse] = figure.panels[0].series;
    if (ellipse.kind !== 'line') throw new Error(`an ellipse is a line, got ${ellipse.kind}`);
    for (const [x, y] of ellipse.points) expect(x ** 2 + y ** 2).toBeCloseTo(0.8, 12);
  });
});

describe('refusals', () => {
  const [a, b] = [column([0, 1]), column([2, 3])];
  const flat = plane([0, 0], [1, 1]);
  it.each<[string, () => unknown, RegExp]>([
    ['weights', () => measureBarycentre([a, b], { weights: [0.5, 0.6] }), /sum 1.1: expected 1/],
    ['a weight', () => gaussianMean([a, b], { weights: [-1, 2] }), /weight 0 is -1/],
    ['dimensions', () => measureBarycentre([a, flat]), /points in R\^1 and in R\^2/],
    ['dimensions of Gaussians', () => gaussianMean([a, flat]), /Gaussian 1 has a mean of 2/],
    ['columns', () => measureBarycentre([flat], { space: 'circle' }), /points have 2 columns/],
    ['masses below 0', () => measureBarycentre([column([0, 1], [2, -1])]), /mass 1 is -1/],
    ['no masses', () => measureBarycentre([column([0, 1], [0, 0])]), /all masses are 0/],
    ['no masses of Gaussians', () => gaussianMean([column([0], [0])]), /all masses are 0/],
    ['a coordinate', () => measureBarycentre([column([Number.NaN])]), /coordinate NaN/],
    ['no measures', () => measureBarycentre([]), /no measures are given/],
    [
      'an exact one in the plane',
      () => measureBarycentre([flat], { method: 'exact' }),
      /expected it on a line/,
    ],
    [
      'masses on the circle',
      () => measureBarycentre([column([0], [1])], { space: 'circle', method: 'exact' }),
      /masses are given for the exact barycentre on the circle/,
    ],
    [
      'a support for free points',
      () => measureBarycentre([flat], { support: [[0, 0]] }),
      /support is given for the method free/,
    ],
    [
      'ε for the exact one',
      () => measureBarycentre([a], { epsilon: 1 }),
      /epsilon is given for the method exact/,
    ],
    [
      'a support elsewhere',
      () => measureBarycentre([a], { method: 'fixed', support: [[0, 0]] }),
      /row 0 of 2 numbers: expected one at least, of 1/,
    ],
    [
      'a name',
      () => measureBarycentre([a], { methd: 'fixed' } as BarycentreOptions),
      /did you mean "method"/,
    ],
  ])('of %s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

it('an entropic one converges, however small ε is beside the costs', () => {
  // In quantiles: a third each of 0, 1 and 2.5, half each of 0.3 and 5.
  for (const epsilon of [1e-3, 1e-5, 1e-7]) {
    const { points } = measureBarycentre([column([0, 1, 2.5]), column([0.3, 5])], {
      method: 'free',
      epsilon,
    });
    expect(points.flat()).toBeAllClose([0.15, 1.825, 3.75], { absolute: 1e-6 });
  }
});
