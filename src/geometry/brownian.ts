/**
 * A step of Brownian motion on the unit sphere S^{d−1}, generator Δ/κ: along the geodesic of a Gaussian tangent
 * vector. Not where its increments come from, and not what else moves.
 *
 * A harmonic of degree l falls by e^{−l(l+m−1)τ} in a time h, with m = d − 1 and τ = h/κ. A geodesic of random
 * length r in a uniform direction multiplies it by E φ_λ(r), φ_λ the zonal function of the eigenvalue
 * λ = l(l+m−1), which solves φ'' + (m−1) cot r φ' = −λφ:
 *   φ_λ = 1 − λ r²/(2m) + (3λ² − 2(m−1)λ) r⁴/(24 m(m+2)) + …
 * So E r² = 2mτ(1 − (m−1)τ/3) and E r⁴ = 4m(m+2)τ² give every e^{−λτ} up to O(τ³): weak order 2. A Gaussian
 * vector of the variance v = 2τ − 2(m−1)τ²/3 + O(τ³) in each of its m directions has these moments. The v
 * taken is the one of E cos r = e^{−mτ}: then the first harmonics (l = 1) fall exactly as they should at every
 * τ. On the circle (m = 1) it is 2τ, and the step has the law of the heat kernel.
 */
import { cos, expm1, sin } from '../numerics/elementary.ts';

/**
 * The variance in each of m = d − 1 tangent directions of the step of time τ = h/κ, whose length r then has
 * E cos r = e^{−mτ}.
 */
export function tangentVariance(tau: number, d: number): number {
  const m = d - 1;
  if (m <= 1) return 2 * tau;
  const wanted = -expm1(-m * tau);
  let low = 0;
  // E cos r falls from 1 at v = 0 to below 0 at mv = 3.5, for every m ≥ 2.
  let high = Math.min(2 * tau, 3.5 / m);
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (lostCosine(middle, m) < wanted) low = middle;
    else high = middle;
  }
}

/** 1 − E cos|ξ| for Gaussian ξ of variance v in m directions: −Σ_{j≥1} (−v)^j m(m+2)…(m+2j−2)/(2j)!. */
function lostCosine(v: number, m: number): number {
  let term = -1;
  let sum = 0;
  for (let j = 1; Math.abs(term) > 1e-17 * sum; j++) {
    term *= (-v * (m + 2 * j - 2)) / ((2 * j - 1) * 2 * j);
    sum += term;
  }
  return sum;
}

/**
 * Moves rows x_i of the unit sphere, in place, along the geodesics of `factor` times the tangent parts of the
 * rows of `increments`.
 */
export function moveOnSphere(
  x: Float64Array,
  increments: Float64Array,
  d: number,
  factor: number,
): void {
  for (let from = 0; from < x.length; from += d) {
    let along = 0;
    for (let k = from; k < from + d; k++) along += x[k] * increments[k];
    let square = 0;
    for (let k = from; k < from + d; k++) square += (increments[k] - along * x[k]) ** 2;
    const length = Math.sqrt(square);
    const angle = factor * length;
    const cosine = cos(angle);
    const sine = length > 0 ? sin(angle) / length : 0;
    // y = cos r x + sin r ξ/|ξ|, brought back from rounding
    let norm = 0;
    for (let k = from; k < from + d; k++) {
      x[k] = (cosine - along * sine) * x[k] + sine * increments[k];
      norm += x[k] * x[k];
    }
    norm = Math.sqrt(norm);
    for (let k = from; k < from + d; k++) x[k] /= norm;
  }
}
