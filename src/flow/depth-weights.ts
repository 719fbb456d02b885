/** Weights as functions θ(t) of depth-time t ∈ [0, 1], piecewise linear between equally spaced knots. */
import type { AttentionWeights } from '../attention/scores.ts';
import type { Algebra } from '../numerics/algebra.ts';
import { betweenKnots } from '../numerics/knots.ts';

/** θ(t) between its knots (at least one). t is clamped to [0, 1]. */
export function weightsAt<A>(
  algebra: Pick<Algebra<A>, 'interpolate'>,
  knots: readonly AttentionWeights<A>[],
  t: number,
): AttentionWeights<A> {
  return betweenKnots(knots, t, (a, b, fraction) => ({
    query: algebra.interpolate(a.query, b.query, fraction),
    key: algebra.interpolate(a.key, b.key, fraction),
    value: algebra.interpolate(a.value, b.value, fraction),
    output: algebra.interpolate(a.output, b.output, fraction),
  }));
}
