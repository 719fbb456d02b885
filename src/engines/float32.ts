/**
 * Attention on Float32 arrays: the operations of numerics/algebra.ts that a softmax step is made of. Sums run in
 * float64 and are rounded once. Not training, nor other couplings: those have engines of their own.
 */
import type { Algebra } from '../numerics/algebra.ts';
import { exp } from '../numerics/elementary.ts';

export interface Float32Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Of a whole text, without a batch: shapes as in the algebra. */
export type SoftmaxAlgebra<A> = Pick<Algebra<A>, 'headScores' | 'softmax' | 'headMix'>;

const zeros = (shape: readonly number[]): Float32Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, length) => product * length, 1)),
});

function headScores(q: Float32Tensor, k: Float32Tensor, heads: number): Float32Tensor {
  const [n, width] = q.shape;
  const [m] = k.shape;
  const size = width / heads;
  const out = zeros([heads, n, m]);
  const [queries, keys, scores] = [q.data, k.data, out.data];
  let at = 0;
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < m; j++) {
        const [qi, kj] = [i * width + h * size, j * width + h * size];
        let sum = 0;
        for (let c = 0; c < size; c++) sum += queries[qi + c] * keys[kj + c];
        scores[at++] = sum;
      }
  return out;
}

function softmax(
  scores: Float32Tensor,
  beta: readonly number[],
  mask: Float32Tensor | null,
): Float32Tensor {
  const [, n, m] = scores.shape;
  const out = zeros(scores.shape);
  const [from, to] = [scores.data, out.data];
  for (let r = 0; r < from.length / m; r++) {
    const shown = (j: number) => mask?.data[(r % n) * m + j] !== 0;
    const [start, own] = [r * m, beta[Math.floor(r / n)]];
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) if (shown(j)) top = Math.max(top, own * from[start + j]);
    let sum = 0;
    for (let j = 0; j < m; j++)
      if (shown(j)) sum += to[start + j] = exp(own * from[start + j] - top);
    if (sum !== 0) for (let j = 0; j < m; j++) to[start + j] /= sum;
  }
  return out;
}

function headMix(coupling: Float32Tensor, v: Float32Tensor, heads: number): Float32Tensor {
  const [, n, m] = coupling.shape;
  const [, width] = v.shape;
  const size = width / heads;
  const out = zeros([n, width]);
  const row = new Float64Array(size);
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < n; i++) {
      row.fill(0);
      for (let j = 0; j < m; j++) {
        const weight = coupling.data[(h * n + i) * m + j];
        if (weight === 0) continue; // hidden keys add nothing, not even round-off
        const source = j * width + h * size;
        for (let c = 0; c < size; c++) row[c] += weight * v.data[source + c];
      }
      out.data.set(row, i * width + h * size);
    }
  return out;
}

export const float32Algebra: SoftmaxAlgebra<Float32Tensor> = { headScores, softmax, headMix };
