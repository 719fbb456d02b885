/**
 * How much a product of triangular factors stretches: the singular values of R_m ⋯ R_1, as logarithms, since
 * those of long times lie beyond what a number holds. Not the factors: variation.ts.
 */
import { exp, hypot, log } from '../../numerics/elementary.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { norm, unitVector } from '../../numerics/vectors.ts';

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
  // the longest first: they take the shorter ones' parts along them in the first sweep
  const order = [...product].sort((a, b) => b.log - a.log);
  const rows = order.map(({ direction }) => direction.slice());
  const logs = Float64Array.from(order, ({ log }) => log);
  let turned = true;
  for (let sweep = 0; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let a = 0; a < rows.length; a++)
      for (let b = a + 1; b < rows.length; b++) {
        const [long, short] = logs[a] >= logs[b] ? [a, b] : [b, a];
        if (separate(rows, logs, long, short)) turned = true;
      }
  }
  return [...logs].sort((a, b) => b - a);
}

/**
 * Turns two rows p and q, the longer first, within their plane until they are orthogonal, in place; false where they
 * are already. With ρ = |q|/|p| and the tangent ρτ of the angle, p ← c(p − ρτ q) and q ← c(ρτ p + q): what each
 * gains is of its own size, so that ρ may be 0.
 */
function separate(
  rows: readonly Float64Array[],
  logs: Float64Array,
  long: number,
  short: number,
): boolean {
  const [p, q] = [rows[long], rows[short]];
  const cosine = product4(p, q);
  // what rounding leaves of a sum of so many terms (LAPACK, dgesvj)
  if (!(Math.abs(cosine) > Math.max(4, Math.sqrt(p.length)) * Number.EPSILON)) return false;
  const ratio = exp(logs[short] - logs[long]);
  const slant = (ratio * ratio - 1) / (2 * cosine);
  const tau = (slant < 0 ? -1 : 1) / (Math.abs(slant) + hypot([ratio, slant]));
  const shrink = 1 / hypot([1, ratio * tau]);
  const [taken, given] = [shrink * ratio * ratio * tau, shrink * tau];
  for (let at = 0; at < p.length; at++) {
    const [x, y] = [p[at], q[at]];
    p[at] = shrink * x - taken * y;
    q[at] = given * x + shrink * y;
  }
  logs[long] += resize(p);
  logs[short] += resize(q);
  return true;
}

/** Makes a row of length 1, and says the logarithm of what it was; the zero vector stays. */
function resize(row: Float64Array): number {
  const length = Math.sqrt(product4(row, row));
  if (length === 0) return Number.NEGATIVE_INFINITY;
  const factor = 1 / length;
  for (let at = 0; at < row.length; at++) row[at] *= factor;
  return log(length);
}

/** ⟨x, y⟩ in four sums: one alone would wait for itself at every term. */
function product4(x: Float64Array, y: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 3 < x.length; at += 4) {
    s0 += x[at] * y[at];
    s1 += x[at + 1] * y[at + 1];
    s2 += x[at + 2] * y[at + 2];
    s3 += x[at + 3] * y[at + 3];
  }
  for (; at < x.length; at++) s0 += x[at] * y[at];
  return s0 + s1 + (s2 + s3);
}

/** e^{size} · vector; the zero vector as one of length 0. */
function scaled(size: number, vector: Float64Array): ScaledRow {
  const length = norm(vector);
  if (length === 0) return { log: Number.NEGATIVE_INFINITY, direction: vector };
  return { log: size + log(length), direction: vector.map((value) => value / length) };
}
