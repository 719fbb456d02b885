/** What operations on measures share: the help, and how many points a server takes. */
import { z } from 'zod';
import { LimitError } from '../../numerics/errors.ts';
import type { Matrix } from '../../numerics/matrix.ts';

export const MEASURES =
  'A file has a point a row, text or .npy [n, d] or [n]; with --masses the last number of a row is the point’s mass.';

const NUMBERS = { error: 'expected numbers' };

/** As `weightsOption`, in plain JSON. */
export const weights = z
  .array(z.number(NUMBERS), NUMBERS)
  .optional()
  .describe('λ_k ≥ 0 of sum 1, one a measure; absent: all equal');

/** Points of all measures together, and of a support. */
const MOST_POINTS = 1_000;

/** Throws LimitError for more points than a server takes. */
export function fewPoints(field: string, points: readonly Matrix[]): void {
  const count = points.reduce((sum, { rows }) => sum + rows, 0);
  if (count > MOST_POINTS)
    throw new LimitError(
      field,
      `${field} have ${count} points, expected at most ${MOST_POINTS}: take fewer, or the command line`,
    );
}
