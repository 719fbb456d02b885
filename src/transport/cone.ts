/**
 * Two Diracs under Hellinger–Kantorovich, in closed form: a Dirac of mass a is the point of radius √a on
 * the cone over the space, and the distance is the cone's. Not measures of more points: those are
 * hellinger-kantorovich.ts, which is made of such pairs.
 */
import { atan2, cos, sin } from '../numerics/elementary.ts';

/** Apart by this or more, two Diracs do not transport: one fades, the other grows. */
export const REACH = Math.PI / 2;

/**
 * HK² = a + b − 2 √(ab) cos(min(θ, π/2)) of masses a, b ≥ 0 at a distance θ, for the cost ∫ (|v|² + g²/4)
 * (Liero, Mielke, Savaré, Invent. math. 211, 2018). Written as (√a − √b)² + 4 √a √b sin²(θ/2): exact near 0.
 */
export function squaredConeDistance(a: number, b: number, theta: number): number {
  const half = sin(Math.min(theta, REACH) / 2);
  return (Math.sqrt(a) - Math.sqrt(b)) ** 2 + 4 * Math.sqrt(a) * Math.sqrt(b) * half ** 2;
}

/** HK of two Diracs of masses a, b ≥ 0 at a distance θ. */
export function coneDistance(a: number, b: number, theta: number): number {
  return Math.sqrt(squaredConeDistance(a, b, theta));
}

export interface ConePoint {
  readonly mass: number;
  /** How far it has gone from the first Dirac, 0 … θ. */
  readonly angle: number;
}

/**
 * The geodesic from a to b at the time s ∈ [0, 1], θ < π/2: the segment of the plane in which the two stand
 * at radii √a, √b and the angle θ.
 */
export function conePoint(a: number, b: number, theta: number, s: number): ConePoint {
  const [near, far] = [(1 - s) * Math.sqrt(a), s * Math.sqrt(b)];
  const mass = near ** 2 + far ** 2 + 2 * near * far * cos(theta);
  return { mass, angle: atan2(far * sin(theta), near + far * cos(theta)) };
}
