/** The closed form that equiangular tokens follow. Not the experiments that hold runs against it. */
import { exp, log } from '../numerics/elementary.ts';
import { exponentialIntegral, exponentialIntegral1 } from '../numerics/special.ts';

/**
 * The time in which n orthonormal tokens come to the cosine u < 1 of all pairs, under softmax attention with
 * Q = K = V = I (arXiv 2312.10794, section 6, integrated): (e^β/2n) ΔJ + ((n−1)/2n) ΔΛ from 0 to u, and ½ ΔΛ at β = 0.
 */
export function closingTime(u: number, n: number, beta: number): number {
  const lambda = (rho: number) => log((1 + (n - 1) * rho) / (1 - rho));
  const dl = lambda(u) - lambda(0);
  if (beta === 0) return dl / 2;
  const j = (rho: number) =>
    -exp(-beta) * exponentialIntegral(beta * (1 - rho)) -
    exp(beta / (n - 1)) * exponentialIntegral1(beta * (rho + 1 / (n - 1)));
  return (exp(beta) * (j(u) - j(0)) + (n - 1) * dl) / (2 * n);
}
