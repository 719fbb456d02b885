/**
 * The coupling e^{β⟨x,y⟩} as a series in circular (d = 2) or spherical (d = 3) harmonics, everything
 * times e^{−|β|} so that nothing overflows, and how many terms an accuracy needs. Not the sums over particles.
 *
 * Circle, t = cos θ: e^{βt} = Σ_k C_k cos kθ with C_k = 2 I_k(β), C_0 = I_0. Its pull towards y,
 * −(1/β) d/dθ, has the coefficients k C_k/β = I_{k−1} − I_{k+1} of sin kθ, and t e^{βt} the
 * derivatives dC_k/dβ = I_{k−1} + I_{k+1}.
 *
 * Sphere (Funk and Hecke), t = cos θ: e^{βt} = Σ_l C_l P_l(t) with C_l = (2l+1) i_l(β). The pull has
 * C_l/β = i_{l−1} − i_{l+1} and dC_l/dβ = l i_{l−1} + (l+1) i_{l+1}. By the addition theorem and
 * Cauchy–Schwarz |P_l| ≤ 1 and |dP_l/dθ| ≤ √(l(l+1)/2): the squares of the (2l+1) harmonics sum to
 * 1, those of their derivatives in one direction to l(l+1)/2.
 *
 * Past degree K a couplings' sum is off by at most S = Σ_{k>K} C_k, its pull by S' = Σ_{k>K} (C_k/β) max|d/dθ|
 * and its radial part by S'' = Σ_{k>K} dC_k/dβ, whatever the particles, because masses sum to 1.
 * K is the least degree with S + S' + S'' within a tolerance. Below β = 0 coefficients of odd degree change their
 * sign; in S, S' and S'' all count with their size.
 */
import { scaledBesselI, scaledSphericalBesselI } from '../../numerics/special.ts';

/** Coefficients by degree 0 … K, times e^{−|β|}. */
export interface Expansion {
  readonly degree: number;
  /** Of the couplings' sum; the first is that of the uniform law. */
  readonly sum: Float64Array;
  /** Of what pulls along the surface. */
  readonly pull: Float64Array;
  /** Of what lies along the particle itself. */
  readonly radial: Float64Array;
  /** S + S' + S'' */
  readonly tail: number;
}

/** Highest degrees: work grows with the degree on the circle, with its square on the sphere. */
export const MOST_DEGREE = { 2: 512, 3: 128 } as const;
export type Dimension = keyof typeof MOST_DEGREE;

/** Coefficients looked at beyond the highest degree. */
const BEYOND = 64;

/** The shortest series with a tail within `tolerance`; null where it is longer than MOST_DEGREE. */
export function expand(d: Dimension, beta: number, tolerance: number): Expansion | null {
  const most = MOST_DEGREE[d];
  // The degree is several times √β, so there is no need to look.
  if (Math.abs(beta) > most * most) return null;
  const [sum, pull, radial] = d === 2 ? circle(beta, most + BEYOND) : sphere(beta, most + BEYOND);
  let [degree, tail] = [sum.length - 1, 0];
  for (; degree >= 1; degree--) {
    const here = [sum[degree], pull[degree] * steepest(d, degree), radial[degree]];
    const longer = here.reduce((total, part) => total + Math.abs(part), tail);
    if (longer > tolerance) break;
    tail = longer;
  }
  if (degree > most) return null;
  degree = Math.max(1, degree);
  const head = (values: Float64Array) => values.slice(0, degree + 1);
  return { degree, sum: head(sum), pull: head(pull), radial: head(radial), tail };
}

/** The share of the uniform law: e^{−|β|} I_0(β), or e^{−|β|} sinh(β)/β. */
export function uniformSum(d: Dimension, beta: number): number {
  return (d === 2 ? scaledBesselI : scaledSphericalBesselI)(beta, 0)[0];
}

/** max |d/dθ| of the harmonic, over its coefficient of `pull`: the circle's already has its k. */
const steepest = (d: Dimension, l: number) => (d === 2 ? 1 : Math.sqrt((l * (l + 1)) / 2));

type Families = [sum: Float64Array, pull: Float64Array, radial: Float64Array];

function circle(beta: number, most: number): Families {
  const bessel = scaledBesselI(beta, most + 1);
  const byDegree = (entry: (k: number) => number) =>
    Float64Array.from({ length: most + 1 }, (_, k) => entry(k));
  return [
    byDegree((k) => (k === 0 ? 1 : 2) * bessel[k]),
    byDegree((k) => overBeta(2 * k * bessel[k], k, beta)),
    byDegree((k) => (k === 0 ? bessel[1] : bessel[k - 1] + bessel[k + 1])),
  ];
}

function sphere(beta: number, most: number): Families {
  const bessel = scaledSphericalBesselI(beta, most + 1);
  const byDegree = (entry: (l: number) => number) =>
    Float64Array.from({ length: most + 1 }, (_, l) => entry(l));
  return [
    byDegree((l) => (2 * l + 1) * bessel[l]),
    byDegree((l) => (l === 0 ? 0 : overBeta((2 * l + 1) * bessel[l], l, beta))),
    byDegree((l) => (l === 0 ? 0 : l * bessel[l - 1]) + (l + 1) * bessel[l + 1]),
  ];
}

/** At β = 0 only the first degree pulls, with 1. */
const overBeta = (value: number, degree: number, beta: number) =>
  beta === 0 ? Number(degree === 1) : value / beta;
