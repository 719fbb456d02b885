/** The algebra on tfjs tensors: once in plain tfjs operations, once with our fused ones. */
import * as tf from '@tensorflow/tfjs';
import { GELU } from '../../numerics/activations.ts';
import type { Candidates, TrainingAlgebra } from '../training-engine.ts';
import { columnPotentials, lifted } from './balance.ts';
import * as fused from './operations.ts';

/** [B, n, H·k] → [B, H, n, k]; a missing batch axis becomes 1. */
function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, n, width] = batched(x);
  return x.reshape([batch, n, heads, width / heads]).transpose([0, 2, 1, 3]);
}

function batched(x: tf.Tensor): [number, number, number] {
  const [batch, n, width] = x.rank === 2 ? [1, ...x.shape] : x.shape;
  return [batch, n, width];
}

/** Drops the batch axis again where the input had none. */
const like = (x: tf.Tensor, result: tf.Tensor) =>
  x.rank === 2 ? result.reshape(result.shape.slice(1)) : result;

function project(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const rows = x.size / w.shape[0];
  const flat = tf.matMul(x.reshape([rows, w.shape[0]]) as tf.Tensor2D, w as tf.Tensor2D);
  return flat.reshape([...x.shape.slice(0, -1), w.shape[1] as number]);
}

/** 0 where the mask is 1, −1e9 where it is 0, as [B or 1, 1, n, m]. */
function maskBias(mask: tf.Tensor): tf.Tensor {
  const [batch, n, m] = batched(mask);
  return mask.sub(1).mul(1e9).reshape([batch, 1, n, m]);
}

const lengths = (x: tf.Tensor) => x.square().sum(-1, true).sqrt();

/** The readout of the candidates alone: [C, d] and [C]. */
function amongst(
  { output, bias }: { output: tf.Tensor; bias: tf.Tensor },
  candidates: Candidates | undefined,
  gather: (table: tf.Tensor, ids: Int32Array) => tf.Tensor,
): { output: tf.Tensor; bias: tf.Tensor } {
  if (!candidates) return { output, bias };
  const { ids, offsets } = candidates;
  const own = gather(bias.reshape([-1, 1]), ids).reshape([ids.length]);
  return { output: gather(output, ids), bias: own.add(tf.tensor1d(offsets)) };
}

const stockRows = (table: tf.Tensor, ids: Int32Array) =>
  tf.gather(table, tf.tensor1d(ids, 'int32'));

const flattened = (x: tf.Tensor) => x.reshape([-1, x.shape[x.rank - 1] as number]);

const ones = (beta: readonly number[]) => beta.map(() => 1);

/** Plain tfjs operations, as anybody would write them: the baseline of the benchmark. */
export const stockAlgebra: TrainingAlgebra<tf.Tensor> = {
  array: (values, shape) => tf.tensor(Float32Array.from(values), [...shape], 'float32'),
  project,
  headScores: (q, k, heads) =>
    like(q, tf.matMul(splitHeads(q, heads), splitHeads(k, heads), false, true)),
  softmax(scores, beta, mask, potentials) {
    if (potentials) return stockAlgebra.softmax(lifted(scores, beta, potentials), ones(beta), mask);
    const four = scores.rank === 3 ? scores.expandDims(0) : scores;
    const scaled = four.mul(tf.tensor(Float32Array.from(beta), [1, beta.length, 1, 1]));
    const masked = mask ? scaled.add(maskBias(mask)) : scaled;
    return tf.softmax(masked).reshape(scores.shape);
  },
  columnPotentials: (scores, beta, mask, { sweeps }) =>
    columnPotentials(scores, beta, mask, sweeps),
  headMix(coupling, v, heads) {
    const four = coupling.rank === 3 ? coupling.expandDims(0) : coupling;
    const mixed = tf.matMul(four, splitHeads(v, heads)).transpose([0, 2, 1, 3]);
    const [batch, n] = mixed.shape;
    return like(v, mixed.reshape([batch, n, v.shape[v.rank - 1] as number]));
  },
  addScaled: (x, y, scale) => x.add(y.mul(scale)),
  interpolate: (a, b, t) => a.mul(1 - t).add(b.mul(t)),
  normalise: (x) => x.div(lengths(x)),
  tangent: (x, v) => v.sub(x.mul(x.mul(v).sum(-1, true))),
  gather: (table, ids, shape) =>
    stockRows(table, ids).reshape([...shape, table.shape[1] as number]),
  rows: (x, indices) => stockRows(flattened(x), indices),
  crossEntropy(x, readout, targets, weights, candidates) {
    const { output, bias } = amongst(readout, candidates, stockRows);
    const logits = tf
      .matMul(x.mul(readout.scale) as tf.Tensor2D, output as tf.Tensor2D, false, true)
      .add(bias);
    const truth = tf.oneHot(tf.tensor1d(targets, 'int32'), output.shape[0]);
    const losses = tf.logSoftmax(logits).mul(truth).sum(-1).neg();
    return losses.mul(tf.tensor1d(weights)).sum();
  },
  add: (a, b) => a.add(b),
  multiply: (a, b) => a.mul(b),
  tanh: (x) => x.tanh(),
  relu: (x) => x.relu(),
  gelu: (x) =>
    x.mul(x.add(x.square().mul(x).mul(GELU.cubic)).mul(GELU.scale).tanh().add(1)).mul(0.5),
};

/** The same operations on the kernels of assembly/, each with its own gradient. */
export const fusedAlgebra: TrainingAlgebra<tf.Tensor> = {
  ...stockAlgebra,
  headScores: fused.headScores,
  softmax: (scores, beta, mask, potentials) =>
    potentials
      ? fused.maskedSoftmax(lifted(scores, beta, potentials), ones(beta), mask)
      : fused.maskedSoftmax(scores, beta, mask),
  headMix: fused.headMix,
  addScaled: fused.addScaled,
  interpolate: fused.interpolate,
  normalise: fused.normaliseRows,
  gather: (table, ids, shape) =>
    fused.gatherRows(table, ids).reshape([...shape, table.shape[1] as number]),
  rows: (x, indices) => fused.gatherRows(flattened(x), indices),
  crossEntropy(x, readout, targets, weights, candidates) {
    const { output, bias } = amongst(readout, candidates, fused.gatherRows);
    const scaled = x.mul(readout.scale) as tf.Tensor2D;
    const logits = tf.matMul(scaled, output as tf.Tensor2D, false, true);
    return fused.softmaxCrossEntropy(logits, bias, targets, weights);
  },
};
