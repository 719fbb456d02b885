/**
 * Measures as densities on a grid, and back: what linear model reduction works with. The distribution function
 * is the line through the quantiles at their levels, and half a level longer at both ends.
 */
import { levelsOf } from './families/family.ts';

export interface Grid {
  readonly low: number;
  readonly high: number;
  readonly cells: number;
}

/** The grid over all of these measures. A tiny width is left where all is one point. */
export function gridOver(measures: readonly Float64Array[], cells: number): Grid {
  const knots = measures.map((quantiles) => distributionOf(quantiles).knots);
  const low = Math.min(...knots.map((all) => all[0]));
  const high = Math.max(...knots.map((all) => all[all.length - 1]));
  return { low, high: high > low ? high : low + 1e-9 * (1 + Math.abs(low)), cells };
}

/** The density on each cell, of mass 1 altogether. */
export function densityOf(quantiles: Float64Array, grid: Grid): Float64Array {
  const { knots, shares } = distributionOf(quantiles);
  const distribution = boundaries(grid).map((x) => interpolate(knots, shares, x));
  const width = (grid.high - grid.low) / grid.cells;
  return Float64Array.from(
    { length: grid.cells },
    (_, c) => (distribution[c + 1] - distribution[c]) / width,
  );
}

/** Quantiles of a density: what is negative is cut off, and the rest brought to mass 1. */
export function quantilesOfDensity(
  density: Float64Array,
  grid: Grid,
  levels: number,
): Float64Array {
  const distribution = new Float64Array(grid.cells + 1);
  for (let c = 0; c < grid.cells; c++)
    distribution[c + 1] = distribution[c] + Math.max(0, density[c]);
  const total = distribution[grid.cells];
  const edges = boundaries(grid);
  return levelsOf(levels).map((level) => interpolate(distribution, edges, level * total));
}

const boundaries = ({ low, high, cells }: Grid): Float64Array =>
  Float64Array.from({ length: cells + 1 }, (_, c) =>
    c === cells ? high : low + ((high - low) * c) / cells,
  );

function distributionOf(quantiles: Float64Array) {
  const [last, levels] = [quantiles.length - 1, levelsOf(quantiles.length)];
  const before = quantiles[0] - (quantiles[1] - quantiles[0]) / 2;
  const beyond = quantiles[last] + (quantiles[last] - quantiles[last - 1]) / 2;
  return {
    knots: Float64Array.of(before, ...quantiles, beyond),
    shares: Float64Array.of(0, ...levels, 1),
  };
}

/** The line through (xs, ys), xs rising, at x; constant beyond its ends, the upper value at a jump. */
function interpolate(xs: Float64Array, ys: Float64Array, x: number): number {
  let [low, high] = [-1, xs.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  if (low < 0) return ys[0];
  if (high === xs.length) return ys[low];
  return ys[low] + ((ys[high] - ys[low]) * (x - xs[low])) / (xs[high] - xs[low]);
}
