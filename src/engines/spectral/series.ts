/**
 * From moments of the particles to the series that the kernels evaluate, laid out as
 * assembly/spectral.ts reads them. Not the kernels, nor the coefficients of the coupling.
 */
import type { Dimension, Expansion } from './expansion.ts';

/** Numbers of an entry: two each for two series that both velocities need, and one for v itself. */
export const SERIES_WIDTH = 6;

/** Moments and terms by dimension and degree. */
export function entryCount(d: Dimension, degree: number): number {
  return d === 2 ? degree + 1 : ((degree + 1) * (degree + 2)) / 2;
}

/** Sums the rows [blocks][width] into the first one, in pairs and in an order that `blocks` fixes. */
export function sumBlocks(rows: Float64Array, blocks: number, width: number): void {
  for (let count = blocks; count > 1; ) {
    const half = Math.ceil(count / 2);
    for (let at = 0; at < (count - half) * width; at++) rows[at] += rows[half * width + at];
    count = half;
  }
}

/**
 * Circle: [k][sum: cos, sin; pull: cos, sin; radial: cos, sin] for moments c_k = Σ_j w_j e^{ikθ_j}.
 * The pull is Σ_k pull_k Im(c_k e^{−ikθ}).
 */
export function circleSeries(
  { degree, sum, pull, radial }: Expansion,
  moments: Float64Array,
  out: Float64Array,
): void {
  for (let k = 0; k <= degree; k++) {
    const [real, imaginary] = [moments[2 * k], moments[2 * k + 1]];
    out.set([sum[k] * real, sum[k] * imaginary], SERIES_WIDTH * k);
    out.set([pull[k] * imaginary, -pull[k] * real], SERIES_WIDTH * k + 2);
    out.set([radial[k] * real, radial[k] * imaginary], SERIES_WIDTH * k + 4);
  }
}

/** What does not change between evaluations on the sphere, by entry (l, m), m by m. */
export interface SphereTables {
  /** (l² − m²)/(4l² − 1), of the recurrence of R_lm. */
  readonly steps: Float64Array;
  /** P_l(⟨x,y⟩) = Σ_m norms_lm R_lm(z) R_lm(z') Re[(x+iy)^m (x'−iy')^m]. */
  readonly norms: Float64Array;
}

export function sphereTables(degree: number): SphereTables {
  const steps = new Float64Array(entryCount(3, degree));
  const norms = new Float64Array(steps.length);
  // Of (l, m) for the present m, by l: ((2l)!/(2^l l!))² / ((l−m)! (l+m)!), twice for m > 0.
  const norm = new Float64Array(degree + 1).fill(1);
  for (let l = 1; l <= degree; l++) norm[l] = norm[l - 1] * ((2 * l - 1) / l) ** 2;
  let at = 0;
  for (let m = 0; m <= degree; m++)
    for (let l = m; l <= degree; l++, at++) {
      steps[at] = (l * l - m * m) / (4 * l * l - 1);
      norms[at] = norm[l];
      norm[l] *= ((m === 0 ? 2 : 1) * (l - m)) / (l + m + 1);
    }
  return { steps, norms };
}

/**
 * Sphere: [l, m][pull: cos, sin; its derivative in z for m − 1: cos, sin; radial: cos, sin]. The
 * derivative of R_{l,m−1} is (l − m + 1) R_lm. The couplings' sum is β times the pull's potential and
 * a constant, so it needs no series of its own.
 */
export function sphereSeries(
  { degree, pull, radial }: Expansion,
  { norms }: SphereTables,
  moments: Float64Array,
  out: Float64Array,
): void {
  let at = 0;
  for (let m = 0; m <= degree; m++)
    for (let l = m; l <= degree; l++, at++) {
      const to = SERIES_WIDTH * at;
      // Entry (l, m − 1): the row of m − 1 has one entry more before l.
      const before = to - SERIES_WIDTH * (degree + 1 - m);
      for (let part = 0; part < 2; part++) {
        const moment = norms[at] * moments[2 * at + part];
        out[to + part] = pull[l] * moment;
        out[to + 2 + part] = m === 0 ? 0 : (l - m + 1) * out[before + part];
        out[to + 4 + part] = radial[l] * moment;
      }
    }
}
