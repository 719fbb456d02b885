/** The order of convergence that errors show, where they show any. */
import { exp, log } from '../numerics/elementary.ts';
import { fitLine } from '../numerics/regression.ts';

/** error ≈ C L^{−order}, with the 95 % interval of the order. */
export interface FittedOrder {
  readonly order: number;
  readonly low: number;
  readonly high: number;
  /** C */
  readonly constant: number;
  /** The L that the line goes through. */
  readonly used: readonly number[];
}

/** Why there is no order. */
export interface NoOrder {
  readonly order: null;
  readonly problem: string;
}

export type Order = FittedOrder | NoOrder;

/** Errors this close to the floor feel it. */
const ABOVE_FLOOR = 100;
/** The deepest points alone: the others are not asymptotic yet. */
const MOST_POINTS = 5;
const FEWEST_POINTS = 3;
/** Between points that are asymptotic the slopes differ by no more than this share. */
const SETTLED = 0.1;

/**
 * The slope of log error against log L over the deepest five points whose error is a hundred times the
 * floor (of round-off, or of the reference) or more. Fewer than three give no order but the reason.
 * Errors without noise may ask for `settled` points: of those five, the ones from which on the slope
 * hardly changes; where that is not three of them there is no order yet.
 */
export function fitOrder(
  depths: readonly number[],
  errors: readonly number[],
  floor: number,
  { settled = false } = {},
): Order {
  const deepest = depths
    .map((depth, i) => ({ depth, error: errors[i] }))
    .filter(({ error }) => Number.isFinite(error) && error > ABOVE_FLOOR * floor)
    .sort((a, b) => a.depth - b.depth)
    .slice(-MOST_POINTS);
  const slopes = slopesOf(deepest);
  const points = settled ? deepest.slice(firstSettled(slopes)) : deepest;
  if (points.length < FEWEST_POINTS && deepest.length >= FEWEST_POINTS)
    return {
      order: null,
      problem: `the slope still changes at the deepest depths, from ${(-slopes[slopes.length - 2]).toFixed(2)} to ${(-slopes[slopes.length - 1]).toFixed(2)}: take more layers`,
    };
  if (points.length < FEWEST_POINTS)
    return {
      order: null,
      problem: `${points.length} of ${depths.length} errors lie above the floor of ${(ABOVE_FLOOR * floor).toPrecision(2)}: a fit needs ${FEWEST_POINTS}, take other depths`,
    };
  const { slope, intercept, low, high } = fitLine(
    points.map(({ depth }) => log(depth)),
    points.map(({ error }) => log(error)),
  );
  return {
    order: 0 - slope,
    low: -high,
    high: -low,
    constant: exp(intercept),
    used: points.map(({ depth }) => depth),
  };
}

interface DepthError {
  readonly depth: number;
  readonly error: number;
}

/** Between neighbours. */
const slopesOf = (points: readonly DepthError[]): number[] =>
  points
    .slice(1)
    .map((fine, i) => log(fine.error / points[i].error) / log(fine.depth / points[i].depth));

/** Where the points begin whose slopes stay within a share of the last one's. */
function firstSettled(slopes: readonly number[]): number {
  const last = slopes[slopes.length - 1];
  return slopes.findLastIndex((slope) => !(Math.abs(slope / last - 1) <= SETTLED)) + 1;
}
