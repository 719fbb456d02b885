/** Functions of depth given at equally spaced knots of [0, 1]. What stands at a knot is the caller's. */

/**
 * What is at t ∈ [0, 1], clamped: what a knot holds (there is at least one), or `mix(a, b, fraction)` of its
 * two neighbours a and b.
 */
export function betweenKnots<K>(
  knots: readonly K[],
  t: number,
  mix: (a: K, b: K, fraction: number) => K,
): K {
  const place = Math.min(Math.max(t, 0), 1) * (knots.length - 1);
  const index = Math.min(Math.floor(place), Math.max(0, knots.length - 2));
  const fraction = place - index;
  if (fraction === 0) return knots[index];
  if (fraction === 1) return knots[index + 1];
  return mix(knots[index], knots[index + 1], fraction);
}

/** The knots as times of a flow over the given horizon: where an integrator must not step across. */
export function knotTimes(knots: number, horizon: number): number[] {
  return Array.from({ length: knots }, (_, i) => (horizon * i) / Math.max(1, knots - 1));
}
