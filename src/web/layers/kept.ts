/** How much of the distances between particles a picture keeps. */

/** Of the distance of each pair, the share that is left in the picture, [n][n]; 1 for the same place. */
export function keptShares(
  states: readonly (readonly number[])[],
  shown: readonly (readonly number[])[],
): number[][] {
  const distance = (of: readonly (readonly number[])[], i: number, j: number) =>
    Math.hypot(...of[i].map((value, c) => value - of[j][c]));
  return states.map((_, i) =>
    states.map((_, j) => {
      const whole = distance(states, i, j);
      return whole > 0 ? Math.min(1, distance(shown, i, j) / whole) : 1;
    }),
  );
}

export interface Kept {
  /** Mean over all pairs. */
  readonly mean: number;
  /** The pair that looks closest for what it is. */
  readonly least: { readonly pair: readonly [number, number]; readonly share: number } | null;
}

export function keptOf(shares: readonly (readonly number[])[]): Kept {
  let [sum, count] = [0, 0];
  let least: { pair: readonly [number, number]; share: number } | null = null;
  for (const [i, row] of shares.entries())
    for (let j = 0; j < i; j++) {
      sum += row[j];
      count++;
      if (row[j] < (least?.share ?? 2)) least = { pair: [j, i], share: row[j] };
    }
  return { mean: count > 0 ? sum / count : 1, least };
}
