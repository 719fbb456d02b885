/**
 * The soft minimum over a row of costs, and how far the sums of a plan are from their masses: the parts
 * of which every entropic transport is made. Not the iterations: those are sinkhorn.ts and the barycentres.
 */
import { exp, expm1, log } from '../numerics/elementary.ts';

/**
 * out_i = −ε log Σ_j b_j e^{(g_j − C_ij)/ε}, costs [n, m] row by row. At a penalty ρ on wrong sums (see
 * `entropicTransport`) divided by 1 + ε/ρ: the best potentials f to given g.
 */
export function softMinimum(
  costs: Float64Array,
  g: Float64Array,
  b: Float64Array,
  epsilon: number,
  out: Float64Array,
  penalty = Number.POSITIVE_INFINITY,
): void {
  const m = g.length;
  for (let i = 0; i < out.length; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) if (b[j] > 0) largest = Math.max(largest, g[j] - costs[i * m + j]);
    let sum = 0;
    for (let j = 0; j < m; j++)
      if (b[j] > 0) sum += b[j] * exp((g[j] - costs[i * m + j] - largest) / epsilon);
    out[i] = (-largest - epsilon * log(sum)) / (1 + epsilon / penalty);
  }
}

/**
 * Σ_i |sum of row i − what is asked of it|, where `next` are the potentials that would make the sums
 * exact; asked of row i is a_i, at a penalty ρ only a_i e^{−f_i/ρ}.
 */
export function sumError(
  f: Float64Array,
  next: Float64Array,
  a: Float64Array,
  epsilon: number,
  penalty = Number.POSITIVE_INFINITY,
): number {
  const sharpness = 1 / epsilon + 1 / penalty;
  return a.reduce((sum, mass, i) => {
    if (mass === 0) return sum;
    const asked = mass * exp(-f[i] / penalty);
    return sum + asked * Math.abs(expm1((f[i] - next[i]) * sharpness));
  }, 0);
}

/**
 * π_ij = a_i b_j e^{(f_i + g_j − C_ij)/ε}. Nothing goes to a point without mass, whose potential is known up
 * to what others do not see and may be far too large.
 */
export function planMass(mass: number, potentials: number, cost: number, epsilon: number): number {
  return mass > 0 ? mass * exp((potentials - cost) / epsilon) : 0;
}

/** How far sums are from their masses. */
export type SumError = typeof sumError;

/** The largest |sum of row i / a_i − 1|, without a penalty: small masses count like large ones. */
export const largestSumError: SumError = (f, next, a, epsilon) =>
  a.reduce(
    (most, mass, i) =>
      mass > 0 ? Math.max(most, Math.abs(expm1((f[i] - next[i]) / epsilon))) : most,
    0,
  );

/** Costs [n, m] with rows and columns exchanged: [m, n]. */
export function transposedCosts(costs: Float64Array, n: number): Float64Array {
  const m = costs.length / n;
  return costs.map((_, at) => costs[(at % n) * m + Math.floor(at / n)]);
}
