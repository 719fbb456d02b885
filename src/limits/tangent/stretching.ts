/**
 * How much a product of triangular factors stretches: the singular values of R_m ⋯ R_1, as logarithms, since
 * those of long times lie beyond what a number holds. Not the factors: variation.ts.
 */
import { exp, hypot, log } from '../../numerics/elementary.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { dot, norm, unitVector } from '../../numerics/vectors.ts';

/** Row a of the product is e^{log} · direction, with a direction of length 1. */
interface ScaledRow {
  readonly log: number;
  readonly direction: Float64Array;
}

export type ScaledRows = readonly ScaledRow[];

/** The product of no factors: the identity. */
export function noFactors(size: number): ScaledRows {
  return Array.from({ length: size }, (_, a) => ({ log: 0, direction: unitVector(a, size) }));
}

/** R · rows for an upper triangle R, which keeps the product one: row b begins at its column b. */
export function withFactor(factor: Matrix, rows: ScaledRows): ScaledRows {
  return rows.map((_, a) => {
    const share = row(factor, a);
    let largest = Number.NEGATIVE_INFINITY;
    for (let b = a; b < rows.length; b++)
      if (share[b] !== 0) largest = Math.max(largest, rows[b].log);
    const sum = new Float64Array(rows.length);
    for (let b = a; b < rows.length; b++) {
      const { direction } = rows[b];
      const weight = share[b] * exp(rows[b].log - largest);
      for (let at = b; at < sum.length; at++) sum[at] += weight * direction[at];
    }
    return scaled(largest, sum);
  });
}

const MOST_SWEEPS = 30;

/**
 * ln σ_a of the product, the largest first, by one-sided Jacobi rotations of its rows (Demmel & Veselić, SIAM J.
 * Matrix Anal. Appl. 13, 1992): rows are of very different sizes, and each value is good relative to itself.
 */
export function logStretchings(product: ScaledRows): number[] {
  const rows = [...product];
  let turned = true;
  for (let sweep = 0; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let a = 0; a < rows.length; a++)
      for (let b = a + 1; b < rows.length; b++) {
        const [long, short] = rows[a].log >= rows[b].log ? [a, b] : [b, a];
        const apart = separated(rows[long], rows[short]);
        if (!apart) continue;
        [rows[long], rows[short]] = apart;
        turned = true;
      }
  }
  return rows.map(({ log }) => log).sort((a, b) => b - a);
}

/**
 * Two rows p and q, the longer first, turned within their plane until they are orthogonal; null where they are
 * already. With ρ = |q|/|p| and the tangent ρτ of the angle, p ← c(p − ρτ q) and q ← c(ρτ p + q): what each
 * gains is of its own size, so that ρ may be 0.
 */
function separated(p: ScaledRow, q: ScaledRow): [ScaledRow, ScaledRow] | null {
  const cosine = dot(p.direction, q.direction);
  if (!(Math.abs(cosine) > 4 * Number.EPSILON)) return null;
  const ratio = exp(q.log - p.log);
  const slant = (ratio * ratio - 1) / (2 * cosine);
  const tau = (slant < 0 ? -1 : 1) / (Math.abs(slant) + hypot([ratio, slant]));
  const shrink = 1 / hypot([1, ratio * tau]);
  const long = p.direction.map(
    (value, at) => shrink * (value - ratio * ratio * tau * q.direction[at]),
  );
  const short = q.direction.map((value, at) => shrink * (tau * p.direction[at] + value));
  return [scaled(p.log, long), scaled(q.log, short)];
}

/** e^{size} · vector; the zero vector as one of length 0. */
function scaled(size: number, vector: Float64Array): ScaledRow {
  const length = norm(vector);
  if (length === 0) return { log: Number.NEGATIVE_INFINITY, direction: vector };
  return { log: size + log(length), direction: vector.map((value) => value / length) };
}
