/**
 * Measures as rows of quantiles at the levels (k + ½)/N: there W_2 is the Euclidean distance over √N, a
 * barycentre is an average, and measures are the rows that rise.
 */
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { simplexWeights } from '../transport/weights.ts';

/**
 * Quantiles of several measures as a matrix [measures, levels]. Throws InputError (field `snapshots`) for
 * none, for fewer than two levels, and for rows of different lengths or that fall.
 */
export function snapshotsOf(rows: readonly ArrayLike<number>[]): Matrix {
  const levels = rows[0]?.length ?? 0;
  if (rows.length === 0 || levels < 2)
    throw new InputError(
      'snapshots',
      `${rows.length} snapshots of ${levels} quantiles are given: expected one at least, of two levels or more`,
    );
  const all = matrix(rows.length, levels);
  rows.forEach((quantiles, i) => {
    checkRising(quantiles, i, levels);
    all.data.set(quantiles, i * levels);
  });
  return all;
}

function checkRising(quantiles: ArrayLike<number>, index: number, levels: number): void {
  if (quantiles.length !== levels)
    throw new InputError(
      'snapshots',
      `snapshot ${index} has ${quantiles.length} quantiles: expected ${levels}, as the first one has`,
    );
  for (let k = 0; k < levels; k++)
    if (!(Number.isFinite(quantiles[k]) && (k === 0 || quantiles[k] >= quantiles[k - 1])))
      throw new InputError(
        'snapshots',
        `snapshot ${index} has ${quantiles[k]} at level ${k}: expected finite numbers that do not fall; sort them`,
      );
}

/** Every row, as views. */
export const rowsOf = (snapshots: Matrix): Float64Array[] =>
  Array.from({ length: snapshots.rows }, (_, i) => row(snapshots, i));

/** W_2 of two measures by their quantiles at the same levels. */
export function quantileDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] - b[k]) ** 2;
  return Math.sqrt(sum / a.length);
}

/**
 * The barycentre Σ_i λ_i q_i of the snapshots [m, N] (Agueh, Carlier, SIAM J. Math. Anal. 43, 2011). Throws
 * InputError (field `weights`) for weights outside the simplex.
 */
export function barycentre(snapshots: Matrix, weights?: ArrayLike<number>): Float64Array {
  const shares = simplexWeights(snapshots.rows, weights);
  const mean = new Float64Array(snapshots.columns);
  shares.forEach((share, i) => {
    row(snapshots, i).forEach((value, k) => {
      mean[k] += share * value;
    });
  });
  return mean;
}

/**
 * The rising row closest to `values` in least squares, by pooling adjacent violators (Barlow, Bartholomew,
 * Bremner, Brunk, Statistical Inference under Order Restrictions, 1972). O(N).
 */
export function monotone(values: ArrayLike<number>): Float64Array {
  const blocks: { sum: number; count: number }[] = [];
  for (let k = 0; k < values.length; k++) {
    let block = { sum: values[k], count: 1 };
    for (;;) {
      const before = blocks.at(-1);
      if (!before || before.sum * block.count <= block.sum * before.count) break;
      block = { sum: before.sum + block.sum, count: before.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const means = blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  return Float64Array.from(means);
}
