/** Equiangular tokens under layers of any size: the exact map of their cosine (docs/theory.md §4.1), and its flow. */
import { integrate } from '../../integrators/integrate.ts';
import { exp } from '../../numerics/elementary.ts';

export interface Equiangular {
  readonly n: number;
  readonly beta: number;
  /** V = I or V = −I. */
  readonly sign: 1 | -1;
}

/**
 * ρ⁺ after one layer x ← normalise(x + h v) of SA with Q = K = I, V = ±I, for n unit vectors with all
 * cosines ρ: with p = e^β/Z, q = e^{βρ}/Z, Z = e^β + (n−1)e^{βρ}, s = 1 + (n−1)ρ, b = 2(p−q)qs + q²ns,
 * ρ⁺ = [ρ + 2h((p−q)ρ + qs) + h²((p−q)²ρ + b)] / [1 + 2h((p−q) + qs) + h²((p−q)² + b)].
 */
export function cosineAfterLayer(rho: number, h: number, { n, beta, sign }: Equiangular): number {
  const step = sign * h;
  const { own, along, both } = partsOf(rho, n, beta);
  const top = rho + 2 * step * (own * rho + along) + step ** 2 * (own ** 2 * rho + both);
  const bottom = 1 + 2 * step * (own + along) + step ** 2 * (own ** 2 + both);
  return top / bottom;
}

/**
 * ρ⁺ after attention without a residual connection, x ← normalise(v): [(p−q)²ρ + b] / [(p−q)² + b], where h → ∞
 * above. Any real n ≥ 1, so that limits of n → ∞ can be looked at.
 */
export function cosineAfterAttention(rho: number, { n, beta }: Omit<Equiangular, 'sign'>): number {
  const { own, both } = partsOf(rho, n, beta);
  return (own ** 2 * rho + both) / (own ** 2 + both);
}

/** p − q, q s and b. */
function partsOf(rho: number, n: number, beta: number) {
  const others = (n - 1) * exp(beta * (rho - 1));
  const p = 1 / (1 + others);
  const q = exp(beta * (rho - 1)) * p;
  const s = 1 + (n - 1) * rho;
  return { own: p - q, along: q * s, both: 2 * (p - q) * q * s + q * q * n * s };
}

/** ρ after so many layers. */
export function cosineAfterLayers(
  start: number,
  h: number,
  layers: number,
  tokens: Equiangular,
): number {
  let rho = start;
  for (let k = 0; k < layers; k++) rho = cosineAfterLayer(rho, h, tokens);
  return rho;
}

/** ρ(t) of the flow, ρ̇ = ±2e^{βρ}(1−ρ)(1+(n−1)ρ) / (e^β + (n−1)e^{βρ}). */
export function cosineOfFlow(start: number, time: number, { n, beta, sign }: Equiangular): number {
  const problem = {
    size: 1,
    velocity(_: number, [rho]: Float64Array, out: Float64Array) {
      const weight = exp(beta * (rho - 1));
      out[0] = (sign * 2 * weight * (1 - rho) * (1 + (n - 1) * rho)) / (1 + (n - 1) * weight);
    },
  };
  const settings = { scheme: 'dopri5', tolerance: 1e-12, end: time, times: [time] };
  const frames = [...integrate(problem, Float64Array.of(start), settings)];
  return frames[frames.length - 1].state[0];
}

/**
 * What one layer multiplies small differences of collapsed tokens by: 1/|1 + h| with V = I, which is
 * below 1 for every h as e^{−h} of the flow is; 1/|1 − h| with V = −I, which lets the flow's unstable
 * state become stable for h > 2, the tokens changing side with every layer.
 */
export const collapseFactor = (h: number, sign: 1 | -1): number => 1 / Math.abs(1 + sign * h);
