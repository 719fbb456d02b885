/**
 * Our operations inside tfjs: each a kernel on the WASM backend's own memory with its gradient.
 * tfjs sees ordinary kernels; nothing is copied, because assembly/ works on the same heap.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { shapeSize } from '../../numerics/vectors.ts';
import { instantiateKernels, type TrainingKernels, wasmMemory } from './kernels.ts';

let shared: TrainingKernels | undefined;

/** The kernels on the running backend's memory, instantiated once a process. */
function kernels(backend: BackendWasm): TrainingKernels {
  shared ??= instantiateKernels(wasmMemory(backend.wasm));
  return shared;
}

/** Where a tensor lives in the heap, in bytes. */
const at = (backend: BackendWasm, info: tf.TensorInfo): number =>
  backend.dataIdMap.get(info.dataId as tf.DataId).memoryOffset;

interface Call {
  backend: BackendWasm;
  inputs: Record<string, tf.TensorInfo>;
  attrs: Record<string, unknown>;
}

/** Registers a kernel by name on the WASM backend. */
function register(kernelName: string, kernelFunc: (call: Call) => tf.TensorInfo): void {
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) =>
      kernelFunc({
        backend: backend as BackendWasm,
        inputs: inputs as Record<string, tf.TensorInfo>,
        attrs: (attrs ?? {}) as Record<string, unknown>,
      }),
  });
}

const run = (
  name: string,
  inputs: Record<string, tf.Tensor>,
  attrs: Record<string, unknown> = {},
) => tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;

/** Work space on the tfjs heap for the length of one call. */
function withScratch(backend: BackendWasm, bytes: number, use: (pointer: number) => void): void {
  const scratch = backend.makeOutput([Math.max(4, Math.ceil(bytes / 4))], 'float32');
  use(at(backend, scratch));
  backend.disposeData(scratch.dataId as object);
}

/** Adds what the WASM backend lacks for training at all: the gradient of gather. */
export function registerMissingKernels(): void {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm')) return;
  register('UnsortedSegmentSum', ({ backend, inputs: { x, segmentIds }, attrs }) => {
    const count = shapeSize(segmentIds.shape);
    const columns = shapeSize(x.shape) / count;
    const out = backend.makeOutput([attrs.numSegments as number, ...x.shape.slice(1)], 'float32');
    const sums = backend.typedArrayFromHeap(out) as Float32Array;
    const rows = backend.typedArrayFromHeap(x) as Float32Array;
    const ids = backend.typedArrayFromHeap(segmentIds) as Int32Array;
    sums.fill(0);
    for (let r = 0; r < count; r++)
      for (let c = 0, to = ids[r] * columns, from = r * columns; c < columns; c++)
        sums[to + c] += rows[from + c];
    return out;
  });
}

/** Replaces and adds kernels. Registration is global in tfjs, so this happens once a process. */
export function overrideKernels(): void {
  if (tf.getKernel('HeadScores', 'wasm')) return;
  overrideMatMul();
  overrideIdentity();
  registerGather();
  registerHeads();
  registerRows();
  registerCrossEntropy();
}

/** Whatever is kept for the way back passes through Identity. tfjs's own copies; tensors never change, so one more reference does. */
function overrideIdentity(): void {
  tf.unregisterKernel('Identity', 'wasm');
  register('Identity', ({ backend, inputs: { x } }) => {
    backend.incRef(x.dataId as tf.DataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  });
}

/** Rows of a table [V, d] and, backwards, sums of rows in a table of zeros: tfjs's own gathers entry by entry. */
function registerGather(): void {
  register('GatherRows', ({ backend, inputs: { table, ids } }) => {
    const [, columns] = table.shape;
    const count = shapeSize(ids.shape);
    const out = backend.makeOutput([count, columns], 'float32');
    const [from, rows, to] = [at(backend, table), at(backend, ids), at(backend, out)];
    kernels(backend).gatherRows(from, rows, to, count, columns);
    return out;
  });
  register('ScatterAddRows', ({ backend, inputs: { rows, ids }, attrs }) => {
    const [count, columns] = rows.shape;
    const out = backend.makeOutput([attrs.height as number, columns], 'float32');
    (backend.typedArrayFromHeap(out) as Float32Array).fill(0);
    const [to, places, from] = [at(backend, out), at(backend, ids), at(backend, rows)];
    kernels(backend).scatterAddRows(to, places, from, count, columns);
    return out;
  });
  tf.registerGradient({
    kernelName: 'GatherRows',
    inputsToSave: ['ids'],
    gradFunc: (dy, [ids], { height }) => ({
      table: () => run('ScatterAddRows', { rows: dy as tf.Tensor, ids }, { height }),
      ids: () => {
        throw new Error('the places of rows have no gradient');
      },
    }),
  });
}

/** C = op(A) · op(B): tfjs's own falls from 25 to 2 GFLOP/s when an argument is transposed or batched. */
function overrideMatMul(): void {
  tf.unregisterKernel('BatchMatMul', 'wasm');
  register('BatchMatMul', ({ backend, inputs: { a, b }, attrs }) => {
    const [transA, transB] = [attrs.transposeA as boolean, attrs.transposeB as boolean];
    const [aRows, aColumns] = a.shape.slice(-2);
    const [bRows, bColumns] = b.shape.slice(-2);
    const [m, inner, n] = [
      transA ? aColumns : aRows,
      transA ? aRows : aColumns,
      transB ? bRows : bColumns,
    ];
    const [aBatch, bBatch] = [a, b].map((x) => shapeSize(x.shape.slice(0, -2)));
    if (aBatch !== bBatch && aBatch !== 1 && bBatch !== 1)
      throw new RangeError(`cannot broadcast batches of [${a.shape}] and [${b.shape}]`);
    const batch = Math.max(aBatch, bBatch);
    const lead = aBatch >= bBatch ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
    const out = backend.makeOutput([...lead, m, n], 'float32');
    gemm(backend, { transA, transB, m, n, k: inner, outer: batch, inner: 1 }, [
      {
        at: at(backend, a),
        stride: aColumns,
        outer: aBatch === 1 ? 0 : aRows * aColumns,
        inner: 0,
      },
      {
        at: at(backend, b),
        stride: bColumns,
        outer: bBatch === 1 ? 0 : bRows * bColumns,
        inner: 0,
      },
      { at: at(backend, out), stride: n, outer: m * n, inner: 0 },
    ]);
    return out;
  });
}

interface GemmShape {
  transA: boolean;
  transB: boolean;
  m: number;
  n: number;
  k: number;
  outer: number;
  inner: number;
}

/** A matrix operand: address, row stride, and strides over the two batch axes, in elements. */
interface Operand {
  at: number;
  stride: number;
  outer: number;
  inner: number;
}

let operations = 0;

/** Floating-point operations of all matrix products so far: a multiplication and an addition for each m · n · k. */
export const productOperations = (): number => operations;

function gemm(backend: BackendWasm, s: GemmShape, [a, b, c]: [Operand, Operand, Operand]): void {
  operations += 2 * s.m * s.n * s.k * s.outer * s.inner;
  const { gemm: multiply, gemmScratchBytes } = kernels(backend);
  withScratch(
    backend,
    gemmScratchBytes(s.transA ? 1 : 0, s.transB ? 1 : 0, s.m, s.n, s.k),
    (scratch) =>
      multiply(
        s.transA ? 1 : 0,
        s.transB ? 1 : 0,
        s.m,
        s.n,
        s.k,
        s.outer,
        s.inner,
        a.at,
        a.stride,
        a.outer,
        a.inner,
        b.at,
        b.stride,
        b.outer,
        b.inner,
        c.at,
        c.stride,
        c.outer,
        c.inner,
        0,
        scratch,
      ),
  );
}

/** [B, n, H·k] seen as a batch of heads, without a transpose. */
const headsOf = (address: number, n: number, width: number, heads: number): Operand => ({
  at: address,
  stride: width,
  outer: n * width,
  inner: width / heads,
});

/** [B, H, n, m] seen as a batch of pair matrices. */
const pairsOf = (address: number, n: number, m: number, heads: number): Operand => ({
  at: address,
  stride: m,
  outer: heads * n * m,
  inner: n * m,
});

function registerHeads(): void {
  // q [B, n, H·k], k [B, m, H·k] → [B, H, n, m]
  register('HeadScores', ({ backend, inputs: { q, k }, attrs }) => {
    const heads = attrs.heads as number;
    const [batch, n, width] = q.shape;
    const m = k.shape[1];
    const out = backend.makeOutput([batch, heads, n, m], 'float32');
    const shape = {
      transA: false,
      transB: true,
      m: n,
      n: m,
      k: width / heads,
      outer: batch,
      inner: heads,
    };
    gemm(backend, shape, [
      headsOf(at(backend, q), n, width, heads),
      headsOf(at(backend, k), m, width, heads),
      pairsOf(at(backend, out), n, m, heads),
    ]);
    return out;
  });
  // pairs [B, H, n, m] (or its transpose over n, m), v [B, m, H·k] → [B, n, H·k]
  register('HeadMix', ({ backend, inputs: { pairs, v }, attrs }) => {
    const transA = attrs.transpose as boolean;
    const [batch, heads, n, m] = pairs.shape;
    const width = v.shape[2];
    const rows = transA ? m : n;
    const out = backend.makeOutput([batch, rows, width], 'float32');
    const shape = {
      transA,
      transB: false,
      m: rows,
      n: width / heads,
      k: transA ? n : m,
      outer: batch,
      inner: heads,
    };
    gemm(backend, shape, [
      pairsOf(at(backend, pairs), n, m, heads),
      headsOf(at(backend, v), v.shape[1], width, heads),
      headsOf(at(backend, out), rows, width, heads),
    ]);
    return out;
  });
  tf.registerGradient({
    kernelName: 'HeadScores',
    inputsToSave: ['q', 'k'],
    gradFunc: (dy, [q, k]) => ({
      q: () => run('HeadMix', { pairs: dy as tf.Tensor, v: k }, { transpose: false }),
      k: () => run('HeadMix', { pairs: dy as tf.Tensor, v: q }, { transpose: true }),
    }),
  });
  tf.registerGradient({
    kernelName: 'HeadMix',
    inputsToSave: ['pairs', 'v'],
    gradFunc: (dy, [pairs, v], attrs) => ({
      pairs: () => run('HeadScores', { q: dy as tf.Tensor, k: v }, { heads: pairs.shape[1] }),
      v: () => run('HeadMix', { pairs, v: dy as tf.Tensor }, { transpose: !attrs.transpose }),
    }),
  });
}

function registerRows(): void {
  register('MaskedSoftmax', ({ backend, inputs: { scores, mask }, attrs }) => {
    const [batch, heads, n, m] = scores.shape;
    const out = backend.makeOutput(scores.shape, 'float32');
    const maskStride = mask.shape.length > 2 ? n * m : 0;
    kernels(backend).softmaxRows(
      at(backend, scores),
      at(backend, mask),
      at(backend, out),
      batch,
      heads,
      n,
      m,
      maskStride,
      attrs.scale as number,
    );
    return out;
  });
  register('SoftmaxGradient', ({ backend, inputs: { y, dy }, attrs }) => {
    const out = backend.makeOutput(y.shape, 'float32');
    const columns = y.shape[y.shape.length - 1];
    kernels(backend).softmaxRowsGradient(
      at(backend, y),
      at(backend, dy),
      at(backend, out),
      shapeSize(y.shape) / columns,
      columns,
      attrs.scale as number,
    );
    return out;
  });
  tf.registerGradient({
    kernelName: 'MaskedSoftmax',
    outputsToSave: [true],
    gradFunc: (dy, [y], attrs) => ({
      scores: () => run('SoftmaxGradient', { y, dy: dy as tf.Tensor }, { scale: attrs.scale }),
      mask: () => {
        throw new Error('a mask has no gradient');
      },
    }),
  });
  registerNormalise();
  register('AddScaled', ({ backend, inputs: { x, y }, attrs }) => {
    const out = backend.makeOutput(x.shape, 'float32');
    const [to, a, b] = [at(backend, out), at(backend, x), at(backend, y)];
    kernels(backend).addScaled(to, a, b, attrs.scale as number, shapeSize(x.shape));
    return out;
  });
  tf.registerGradient({
    kernelName: 'AddScaled',
    gradFunc: (dy, _, attrs) => ({
      x: () => dy as tf.Tensor,
      y: () => (dy as tf.Tensor).mul(attrs.scale as number),
    }),
  });
  register('Interpolate', ({ backend, inputs: { a, b }, attrs }) => {
    const out = backend.makeOutput(a.shape, 'float32');
    const [to, from, other] = [at(backend, out), at(backend, a), at(backend, b)];
    kernels(backend).lerp(to, from, other, attrs.t as number, shapeSize(a.shape));
    return out;
  });
  tf.registerGradient({
    kernelName: 'Interpolate',
    gradFunc: (dy, _, attrs) => ({
      a: () => (dy as tf.Tensor).mul(1 - (attrs.t as number)),
      b: () => (dy as tf.Tensor).mul(attrs.t as number),
    }),
  });
}

function registerNormalise(): void {
  register('NormaliseRows', ({ backend, inputs: { x } }) => {
    const columns = x.shape[x.shape.length - 1];
    const rows = shapeSize(x.shape) / columns;
    const out = backend.makeOutput(x.shape, 'float32');
    withScratch(backend, 4 * rows, (norms) =>
      kernels(backend).normaliseRows(at(backend, x), at(backend, out), norms, rows, columns),
    );
    return out;
  });
  register('NormaliseRowsGradient', ({ backend, inputs: { x, dy } }) => {
    const columns = x.shape[x.shape.length - 1];
    const rows = shapeSize(x.shape) / columns;
    const out = backend.makeOutput(x.shape, 'float32');
    // The unit rows and their lengths are cheaper to compute again than to keep.
    withScratch(backend, 4 * rows * (columns + 1), (unit) => {
      const norms = unit + 4 * rows * columns;
      kernels(backend).normaliseRows(at(backend, x), unit, norms, rows, columns);
      kernels(backend).normaliseRowsGradient(
        unit,
        norms,
        at(backend, dy),
        at(backend, out),
        rows,
        columns,
      );
    });
    return out;
  });
  tf.registerGradient({
    kernelName: 'NormaliseRows',
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => run('NormaliseRowsGradient', { x, dy: dy as tf.Tensor }) }),
  });
}

/** Adds the batch axis that the kernels want, and takes it away from the result again. */
function withBatch(
  x: tf.Tensor,
  compute: (batched: tf.Tensor) => tf.Tensor,
  rank: number,
): tf.Tensor {
  if (x.rank === rank) return compute(x);
  const result = compute(x.expandDims(0));
  return result.reshape(result.shape.slice(1));
}

const batched = (x: tf.Tensor, rank: number) => (x.rank === rank ? x : x.expandDims(0));

/** [V, d] → [R, d] */
export const gatherRows = (table: tf.Tensor, ids: Int32Array) =>
  run('GatherRows', { table, ids: tf.tensor1d(ids, 'int32') }, { height: table.shape[0] });

export function headScores(q: tf.Tensor, k: tf.Tensor, heads: number): tf.Tensor {
  return withBatch(
    q,
    (queries) => run('HeadScores', { q: queries, k: batched(k, 3) }, { heads }),
    3,
  );
}

export function headMix(coupling: tf.Tensor, v: tf.Tensor, _heads: number): tf.Tensor {
  return withBatch(
    coupling,
    (pairs) => run('HeadMix', { pairs, v: batched(v, 3) }, { transpose: false }),
    4,
  );
}

export function maskedSoftmax(
  scores: tf.Tensor,
  beta: readonly number[],
  mask: tf.Tensor | null,
): tf.Tensor {
  const equal = beta.every((value) => value === beta[0]);
  const scale = equal ? beta[0] : 1;
  const scaled = equal
    ? scores
    : scores.mul(tf.tensor(Float32Array.from(beta), [beta.length, 1, 1]));
  const shown = mask ?? tf.ones(scores.shape.slice(-2));
  return withBatch(
    scaled,
    (four) => run('MaskedSoftmax', { scores: four, mask: shown }, { scale }),
    4,
  );
}

export const addScaled = (x: tf.Tensor, y: tf.Tensor, scale: number) =>
  run('AddScaled', { x, y }, { scale });
export const interpolate = (a: tf.Tensor, b: tf.Tensor, t: number) =>
  run('Interpolate', { a, b }, { t });
export const normaliseRows = (x: tf.Tensor) => run('NormaliseRows', { x });

function registerCrossEntropy(): void {
  tf.registerKernel({
    kernelName: 'SoftmaxCrossEntropy',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend: untyped }) => {
      const backend = untyped as BackendWasm;
      const { logits, bias, targets, weights } = inputs as Record<string, tf.TensorInfo>;
      const [rows, columns] = logits.shape;
      const losses = backend.makeOutput([rows], 'float32');
      const gradient = backend.makeOutput([rows, columns], 'float32');
      kernels(backend).softmaxCrossEntropy(
        at(backend, logits),
        at(backend, bias),
        at(backend, targets),
        at(backend, weights),
        at(backend, gradient),
        at(backend, losses),
        rows,
        columns,
      );
      return [losses, gradient];
    },
  });
  register('ColumnSums', ({ backend, inputs: { x } }) => {
    const [rows, columns] = x.shape;
    const out = backend.makeOutput([columns], 'float32');
    kernels(backend).columnSums(at(backend, x), at(backend, out), rows, columns);
    return out;
  });
}

/** Σ_r weights_r · (−log softmax(logits_r + bias)[targets_r]), its gradient found in the same pass. */
export function softmaxCrossEntropy(
  logits: tf.Tensor,
  bias: tf.Tensor,
  targets: Int32Array,
  weights: Float32Array,
): tf.Tensor {
  const operation = tf.customGrad((x, b, save) => {
    const constants = { targets: tf.tensor1d(targets, 'int32'), weights: tf.tensor1d(weights) };
    const [losses, gradient] = tf.engine().runKernel('SoftmaxCrossEntropy', {
      logits: x as tf.Tensor,
      bias: b as tf.Tensor,
      ...constants,
    }) as tf.Tensor[];
    (save as tf.GradSaveFunc)([gradient]);
    return {
      value: losses.sum(),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const scale = dy.dataSync()[0];
        const scaled = scale === 1 ? saved[0].clone() : saved[0].mul(scale);
        return [scaled, run('ColumnSums', { x: scaled })];
      },
    };
  });
  return operation(logits, bias);
}
