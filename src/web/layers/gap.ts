/** How far apart two runs of the same particles end. */
import type { Trace } from '../api.ts';

type Run = Pick<Trace, 'hidden_states'>;

/** The particle whose ends are farthest apart, and their distance; the sphere has radius 1. */
export function largestGap(one: Run, other: Run): { token: number; distance: number } {
  const [here, there] = [one, other].map(({ hidden_states }) => hidden_states.at(-1) ?? []);
  const gaps = here.map((point, i) => Math.hypot(...point.map((value, k) => value - there[i][k])));
  const distance = Math.max(...gaps);
  return { token: gaps.indexOf(distance), distance };
}
