/** The couplings of a frame where they are attention: rows of shares. Not those of linear attention. */
import type { Matrix } from '../numerics/matrix.ts';
import type { PreparedFrame } from './diagnostic.ts';

/** The heads' matrices; null where there are none or where an entry is negative and so no share. */
export function readCouplings({ couplings }: PreparedFrame): readonly Matrix[] | null {
  if (!couplings?.length) return null;
  return couplings.every(({ data }) => data.every((share) => share >= 0)) ? couplings : null;
}
