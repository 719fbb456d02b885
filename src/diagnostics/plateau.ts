/** The longest plateau of a count: of clusters over tolerances, or over time. Not the counting (clusters.ts). */
import type { Dendrogram } from './clusters.ts';

/** A count that stays the same from one place to another. */
export interface Plateau {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** The tolerances between which clusters are looked for. */
export interface ToleranceRange {
  /** Particles this close are one. */
  readonly least: number;
  readonly most: number;
}

/** On the sphere: from a hundredth of a radian to all angles. */
export const angleRange: ToleranceRange = { least: 0.01, most: Math.PI };

/**
 * The number of clusters that a single linkage keeps over the largest ratio of tolerances within the
 * range; the larger number if two last as long.
 */
export function clusterPlateau(
  { size, merges }: Dendrogram,
  { least, most }: ToleranceRange = angleRange,
): Plateau {
  const clipped = merges.map(({ height }) => Math.min(most, Math.max(least, height)));
  const ends = [...clipped, most];
  return longest(ends.map((to, k) => ({ count: size - k, from: clipped[k - 1] ?? least, to })));
}

/**
 * The count that lasts longest in log time. `counts[k]` holds from `times[k]` until the next frame;
 * frames at time 0 are left out, having no logarithm. Throws RangeError without two later frames.
 */
export function timePlateau(times: readonly number[], counts: readonly number[]): Plateau {
  const runs: Plateau[] = [];
  for (let k = 0; k < times.length - 1; k++) {
    if (!(times[k] > 0)) continue;
    const last = runs.at(-1);
    const from = last?.count === counts[k] ? last.from : times[k];
    if (last && from === last.from) runs.pop();
    runs.push({ count: counts[k], from, to: times[k + 1] });
  }
  if (runs.length === 0)
    throw new RangeError(`a plateau in log time needs two frames after time 0, got ${times}`);
  return longest(runs);
}

/** The one of the largest ratio; the first of several. */
export function longest(plateaus: readonly Plateau[]): Plateau {
  const ratio = ({ from, to }: Plateau) => to / from;
  return plateaus.reduce((best, one) => (ratio(one) > ratio(best) ? one : best));
}
