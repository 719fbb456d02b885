import { describe, expect, it } from 'vitest';
import { densityOf, gridOver, quantilesOfDensity } from '../../src/reduction/cells.ts';
import { levelsOf } from '../../src/reduction/families/family.ts';
import {
  barycentre,
  monotone,
  quantileDistance,
  snapshotsOf,
} from '../../src/reduction/quantiles.ts';
import { barycentreOnLine } from '../../src/transport/barycentre-line.ts';
import { wassersteinOnLine } from '../../src/transport/line.ts';
import '../matchers.ts';

const SNAPSHOTS = [
  [0, 1, 4],
  [2, 2, 3],
];

it('distances and barycentres of quantiles are those of the measures', () => {
  const [a, b] = SNAPSHOTS.map((values) => ({ values }));
  expect(quantileDistance(a.values, b.values)).toBeCloseTo(wassersteinOnLine(a, b, 2), 14);
  const mean = barycentre(snapshotsOf(SNAPSHOTS), [0.25, 0.75]);
  expect(mean).toBeAllClose(barycentreOnLine([a, b], [0.25, 0.75]).values);
  expect(mean).toBeAllClose([1.5, 1.75, 3.25]);
});

describe('a row made rising', () => {
  it('pools what falls: by hand', () => {
    expect(monotone([1, 3, 2, 4, 3.5, 3.5, 5])).toBeAllClose([
      1,
      2.5,
      2.5,
      11 / 3,
      11 / 3,
      11 / 3,
      5,
    ]);
    expect(monotone([3, 2, 1])).toBeAllClose([2, 2, 2]);
    expect(monotone([1, 1, 2])).toBeAllClose([1, 1, 2]);
  });

  it('is no farther from any measure than it was', () => {
    const wild = [0, 2, 1, 5, 3, 3];
    const measure = [0.5, 1, 1.5, 2, 4, 6];
    expect(quantileDistance(monotone(wild), measure)).toBeLessThan(quantileDistance(wild, measure));
  });
});

describe('densities', () => {
  const quantiles = levelsOf(50).map((level) => level ** 2);
  const grid = gridOver([quantiles], 5000);

  it('have mass 1, and give the quantiles back on a fine grid', () => {
    const density = densityOf(quantiles, grid);
    const width = (grid.high - grid.low) / grid.cells;
    expect(density.reduce((sum, value) => sum + value * width, 0)).toBeCloseTo(1, 12);
    expect(quantilesOfDensity(density, grid, 50)).toBeAllClose(quantiles, { absolute: 1e-4 });
  });

  it('negative parts are cut off and the rest is a measure', () => {
    const cut = quantilesOfDensity(Float64Array.of(-1, 2, 2), { low: 0, high: 3, cells: 3 }, 4);
    expect(cut).toBeAllClose([1.25, 1.75, 2.25, 2.75]);
  });

  it('of one point keeps the point', () => {
    const point = Float64Array.of(2, 2, 2);
    const around = gridOver([point], 10);
    expect(quantilesOfDensity(densityOf(point, around), around, 3)).toBeAllClose(point, {
      absolute: 1e-8,
    });
  });
});

describe('refusals', () => {
  it.each([
    [[], /0 snapshots of 0 quantiles/],
    [[[1]], /1 snapshots of 1 quantiles/],
    [[[1, 2], [1]], /snapshot 1 has 1 quantiles: expected 2/],
    [[[2, 1]], /snapshot 0 has 1 at level 1: .* do not fall/],
    [[[0, Number.NaN]], /snapshot 0 has NaN at level 1/],
  ])('%j', (rows, message) => {
    expect(() => snapshotsOf(rows)).toThrow(message);
  });

  it.each([
    [[0.5, 0.6], /sum/],
    [[-0.5, 1.5], /weight 0 is -0.5/],
    [[1], /1 weights .* for 2/],
  ])('weights %j outside the simplex', (weights, message) => {
    expect(() => barycentre(snapshotsOf(SNAPSHOTS), weights)).toThrow(message);
  });
});
