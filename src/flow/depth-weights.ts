/** Weights as functions θ(t) of depth-time t ∈ [0, 1], piecewise linear between equally spaced knots. */
import type { AttentionWeights } from '../attention/scores.ts';
import type { Algebra } from '../numerics/algebra.ts';

/** θ(t) between its knots (at least one). t is clamped to [0, 1]. */
export function weightsAt<A>(
  algebra: Pick<Algebra<A>, 'interpolate'>,
  knots: readonly AttentionWeights<A>[],
  t: number,
): AttentionWeights<A> {
  const place = Math.min(Math.max(t, 0), 1) * (knots.length - 1);
  const index = Math.min(Math.floor(place), Math.max(0, knots.length - 2));
  const fraction = place - index;
  if (fraction === 0) return knots[index];
  if (fraction === 1) return knots[index + 1];
  const [a, b] = [knots[index], knots[index + 1]];
  return {
    query: algebra.interpolate(a.query, b.query, fraction),
    key: algebra.interpolate(a.key, b.key, fraction),
    value: algebra.interpolate(a.value, b.value, fraction),
    output: algebra.interpolate(a.output, b.output, fraction),
  };
}

/** The knots as times of a flow over the given horizon: where an integrator must not step across. */
export function knotTimes(knots: number, horizon: number): number[] {
  return Array.from({ length: knots }, (_, i) => (horizon * i) / Math.max(1, knots - 1));
}
