/**
 * Two particles on the circle under self-attention with Q = K = V = I: the angle between them obeys
 * φ̇ = −2 sin φ / (1 + e^{β(1 − cos φ)}) exactly (two tokens of arXiv 2312.10794, its flow (SA)).
 */

/** φ̇ at angle φ, in radians a unit of time. */
export function pairRate(beta: number, phi: number): number {
  return (-2 * Math.sin(phi)) / (1 + Math.exp(beta * (1 - Math.cos(phi))));
}

/** The time from angle `from` down to `to`, 0 < to ≤ from < π: the integral of −1/φ̇ over log tan(φ/2). */
export function pairTime(beta: number, from: number, to: number, intervals = 2_000): number {
  // With u = log tan(φ/2), dφ = sin φ du: the integrand (1 + e^{β(1 − cos φ)})/2 is smooth and bounded.
  const u = (phi: number) => Math.log(Math.tan(phi / 2));
  const integrand = (at: number) => (1 + Math.exp(beta * (1 + Math.tanh(at)))) / 2;
  return simpson(integrand, u(to), u(from), intervals);
}

/** Simpson's rule with `count` (even) intervals. */
function simpson(f: (x: number) => number, from: number, to: number, count: number): number {
  const step = (to - from) / count;
  let sum = f(from) + f(to);
  for (let k = 1; k < count; k++) sum += (k % 2 === 1 ? 4 : 2) * f(from + k * step);
  return (sum * step) / 3;
}

/** Points (t, φ) of the fall from `from` to `to`, evenly spaced in log tan(φ/2). */
export function pairPath(
  beta: number,
  from: number,
  to: number,
  count: number,
): [number, number][] {
  const u = (phi: number) => Math.log(Math.tan(phi / 2));
  const angles = Array.from(
    { length: count + 1 },
    (_, k) => 2 * Math.atan(Math.exp(u(from) + ((u(to) - u(from)) * k) / count)),
  );
  const intervals = 2 * Math.ceil(1_000 / count);
  let time = 0;
  return angles.map((phi, k) => {
    if (k > 0) time += pairTime(beta, angles[k - 1], phi, intervals);
    return [time, phi];
  });
}
