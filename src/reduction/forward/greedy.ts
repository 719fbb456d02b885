/** Greedy barycentres: snapshots chosen one by one, each time the one that those before approximate worst. */
import { type Matrix, row } from '../../numerics/matrix.ts';
import { argmax } from '../../numerics/vectors.ts';
import { barycentre, quantileDistance, snapshotsOf } from '../quantiles.ts';
import { nearestBarycentre } from './nearest.ts';

export interface GreedyChoice {
  /** Rows of the training snapshots, in the order of their choice. */
  readonly chosen: readonly number[];
  /** W_2 of each training snapshot to its best barycentre of the first 1, 2, … chosen ones. */
  readonly errors: readonly (readonly number[])[];
}

/** Below this share of the largest distance what is left is rounding. */
const ROUNDING = 1e-12;

/**
 * At most `most` of the training snapshots [m, N] (Ehrlacher, Lombardi, Mula, Vialard, arXiv 1909.06626). The
 * first is the one farthest from the mean of all; the choice ends where nothing is left.
 */
export function greedyChoice(training: Matrix, most: number): GreedyChoice {
  const mean = barycentre(training);
  let worst = Array.from({ length: training.rows }, (_, i) =>
    quantileDistance(mean, row(training, i)),
  );
  const scale = Math.max(...worst);
  const chosen: number[] = [];
  const errors: number[][] = [];
  while (chosen.length < most && (chosen.length === 0 || Math.max(...worst) > ROUNDING * scale)) {
    chosen.push(argmax(worst));
    worst = barycentreErrors(training, chosen, training);
    errors.push(worst);
  }
  return { chosen, errors };
}

/** W_2 of each target [t, N] to its best barycentre of the chosen snapshots. */
export function barycentreErrors(
  snapshots: Matrix,
  chosen: readonly number[],
  targets: Matrix,
): number[] {
  const basis = snapshotsOf(chosen.map((i) => row(snapshots, i)));
  return Array.from(
    { length: targets.rows },
    (_, i) => nearestBarycentre(basis, row(targets, i)).distance,
  );
}
