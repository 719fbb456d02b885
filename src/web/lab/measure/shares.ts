/** How the mass of particles on a circle is spread over its angles. Not a density that moves (limits/). */
import { atan2 } from '../../../numerics/elementary.ts';
import type { Matrix } from '../../../numerics/matrix.ts';

/** The share of the mass in each of `bins` equal sectors from angle −π on; equal masses if null. */
export function sectorShares(
  { rows: n, data }: Matrix,
  masses: ArrayLike<number> | null,
  bins: number,
): Float64Array {
  const shares = new Float64Array(bins);
  const scale = bins / (2 * Math.PI);
  for (let i = 0; i < n; i++) {
    const angle = atan2(data[2 * i + 1], data[2 * i]);
    // π itself is −π.
    const sector = Math.floor((angle + Math.PI) * scale) % bins;
    shares[sector] += masses ? masses[i] : 1 / n;
  }
  return shares;
}
