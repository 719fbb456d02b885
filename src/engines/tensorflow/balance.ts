/** Sinkhorn's scaling in tfjs operations, every sweep with its gradient: for training. */
import * as tf from '@tensorflow/tfjs';

/**
 * g [B, H, n] of `columnPotentials` (numerics/algebra.ts) after so many sweeps, whatever is left of the
 * residual: a network unrolls a fixed number of them (arXiv 2110.11773, section 5). scores [B, H, n, n],
 * mask [n, n] or [B, n, n]; equal masses.
 */
export function columnPotentials(
  scores: tf.Tensor,
  beta: readonly number[],
  mask: tf.Tensor | null,
  sweeps: number,
): tf.Tensor {
  const n = scores.shape[scores.rank - 1] as number;
  const four = scores.reshape([-1, beta.length, n, n]);
  const scaled = four.mul(tf.tensor(Float32Array.from(beta), [1, beta.length, 1, 1]));
  const sees = mask ? mask.reshape([-1, 1, n, n]) : tf.ones([1, 1, n, n]);
  const mutual = sees.mul(sees.transpose([0, 1, 3, 2]));
  const together = tf.maximum(mutual.sum(-1, true), 1);
  // Padding sees nobody, not even itself: it takes no part.
  const present = mutual.max(-1, true);
  const kernel = scaled.add(mutual.sub(1).mul(1e9));
  const across = kernel.transpose([0, 1, 3, 2]);
  const logs = together.log();
  const other = (own: tf.Tensor, potentials: tf.Tensor) =>
    logs.sub(logSums(own, potentials.transpose([0, 1, 3, 2]))).mul(present);
  let g: tf.Tensor = tf.zeros([four.shape[0], beta.length, n, 1]);
  for (let sweep = 0; sweep < sweeps; sweep++) g = other(across, other(kernel, g));
  const middle = mutual
    .mul(g.transpose([0, 1, 3, 2]))
    .sum(-1, true)
    .div(together);
  return g.sub(middle).reshape(scores.shape.slice(0, -1));
}

/**
 * log Σ_j e^{kernel_ij + potential_j} [B, H, n, 1] of potentials [B, H, 1, n]. Its slope is the softmax, computed
 * from the result: tfjs would go back through the row maxima, which cancel.
 */
const logSums = tf.customGrad((...args) => {
  const [kernel, potentials, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  const value = kernel.add(potentials).logSumExp(-1, true);
  save([kernel, potentials, value]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [own, added, sums] = saved;
    const slope = own.add(added).sub(sums).exp().mul(dy);
    return [slope, slope.sum(-2, true)];
  };
  return { value, gradFunc };
}) as (kernel: tf.Tensor, potentials: tf.Tensor) => tf.Tensor;

/** β_h · scores_ij + g_j, [B, H, n, m]: its softmax is that of the scores with potentials. */
export function lifted(
  scores: tf.Tensor,
  beta: readonly number[],
  potentials: tf.Tensor,
): tf.Tensor {
  const factors = tf.tensor(Float32Array.from(beta), [beta.length, 1, 1]);
  return scores.mul(factors).add(potentials.expandDims(-2));
}
