/** How far the end of a flow cut into layers is from the flow's own. Not the runs: depth.ts. */
import { hypot } from '../../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../../numerics/matrix.ts';
import { distance, largestDifference, largestOf } from '../../numerics/vectors.ts';
import { assignmentDistance, MOST_ASSIGNED } from '../../transport/assignment.ts';
import { squaredDistances } from '../../transport/measure.ts';

/** One entry a depth; null where it is not defined. */
export type Column = readonly (number | null)[];

export interface DepthErrors {
  /** Largest distance of a particle to its place in the flow, and the root mean square of all. */
  readonly positionMax: Column;
  readonly positionRms: Column;
  /** W_2 of the two empirical measures; null beyond 2,000 particles, or with masses that are or become unequal. */
  readonly w2: Column;
  /** positionMax of the extrapolation (2^p x_L − x_{L/2}) / (2^p − 1), p the scheme's order. */
  readonly richardson: Column;
  /** Largest difference of a mass, where the dynamics change masses. */
  readonly massMax?: Column;
}

export interface FlowEnd {
  readonly positions: Matrix;
  /** Times inside of the run where the field has a kink or a jump. */
  readonly breakpoints: readonly number[];
  /** Whether all particles have the same mass. */
  readonly equal: boolean;
  /** [n], where the dynamics change them. */
  readonly masses: Float64Array | null;
}

/** Errors of the ends of a scheme of order p at rising depths against the flow's own. */
export function depthErrors(
  exact: FlowEnd,
  ends: readonly FlowEnd[],
  depths: readonly number[],
  order: number,
): DepthErrors {
  const each = ends.map(({ positions }) => distances(exact.positions, positions));
  return {
    positionMax: each.map((errors) => largestOf(errors, 0)),
    positionRms: each.map((some) => hypot(some) / Math.sqrt(some.length)),
    w2: ends.map((end) =>
      exact.equal && end.equal ? measureDistance(exact.positions, end.positions) : null,
    ),
    richardson: ends.map(({ positions }, i) => {
      const half = ends[depths.indexOf(depths[i] / 2)];
      if (!half) return null;
      const better = extrapolated(positions, half.positions, order);
      return largestOf(distances(exact.positions, better), 0);
    }),
    ...(exact.masses && { massMax: ends.map(({ masses }) => massError(exact.masses, masses)) }),
  };
}

const massError = (exact: Float64Array | null, found: Float64Array | null): number | null =>
  exact && found && largestDifference(exact, found);

/** Of every particle. */
export function distances(a: Matrix, b: Matrix): number[] {
  return Array.from({ length: a.rows }, (_, i) => distance(row(a, i), row(b, i)));
}

function measureDistance(a: Matrix, b: Matrix): number | null {
  return a.rows <= MOST_ASSIGNED ? assignmentDistance(squaredDistances(a, b), 2) : null;
}

function extrapolated(fine: Matrix, coarse: Matrix, order: number): Matrix {
  const gain = 2 ** order;
  const data = fine.data.map((value, at) => (gain * value - coarse.data[at]) / (gain - 1));
  return matrix(fine.rows, fine.columns, data);
}
