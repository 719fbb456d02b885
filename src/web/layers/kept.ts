/** How much of the distances between particles a picture keeps. */
import { distance } from '../../numerics/vectors.ts';

type Places = readonly (readonly number[])[];

/** Of the distances from particle i to each, the share that is left in the picture, [n]; 1 for the same place. */
export function keptFrom(states: Places, shown: Places, i: number): number[] {
  return states.map((_, j) => {
    const whole = distance(states[i], states[j]);
    return whole > 0 ? Math.min(1, distance(shown[i], shown[j]) / whole) : 1;
  });
}

export interface Kept {
  /** Mean over all pairs. */
  readonly mean: number;
  /** The pair that looks closest for what it is. */
  readonly least: { readonly pair: readonly [number, number]; readonly share: number } | null;
}

export function keptOf(states: Places, shown: Places): Kept {
  let [sum, count] = [0, 0];
  let least: { pair: readonly [number, number]; share: number } | null = null;
  for (const i of states.keys())
    for (const [j, share] of keptFrom(states, shown, i).entries()) {
      if (j <= i) continue;
      sum += share;
      count++;
      if (share < (least?.share ?? 2)) least = { pair: [i, j], share };
    }
  return { mean: count > 0 ? sum / count : 1, least };
}
