/**
 * What a network's states are computed with: arrays of one precision, attention's algebra on them, and the maps,
 * norms and sums of a block. Weights stay as wide as their file has them, whatever the precision.
 */
import {
  type Float32Tensor,
  type Float32Threads,
  float32Engine,
  type SoftmaxAlgebra,
} from '../engines/float32/engine.ts';
import { referenceAlgebra } from '../engines/reference.ts';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { shapeSize } from '../numerics/vectors.ts';
import { type ActivationName, activationOf } from './activations.ts';
import type { Precision } from './precision.ts';
import type { TensorEntry } from './safetensors.ts';
import { type Numbers, overBytes, readStored, type Stored, widen } from './stored.ts';

/** Numbers of the network's precision in row-major order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

export interface Arithmetic {
  readonly precision: Precision;
  /** Attention: takes tensors that `zeros` of the same arithmetic has made. */
  readonly algebra: SoftmaxAlgebra<Tensor>;
  /** A tensor of zeros. */
  zeros(shape: readonly number[]): Tensor;
  /** The numbers of a tensor, changed where a change is given, read to where `linear` multiplies them. */
  hold(entry: TensorEntry, change?: (stored: Stored) => Stored): Stored;
  /** x [n, in] through a map whose weight it holds: [n, out]. */
  linear(x: Tensor, map: Linear): Tensor;
  /** Every row of x through a norm: rows as long as the gain, so that the heads of [n, heads · size] are rows too. */
  normalised(x: Tensor, norm: Norm): Tensor;
  /** An activation of every number, in place. */
  activate(x: Tensor, name: ActivationName): void;
  /** Ends the threads that it has started; it goes on with the caller's. */
  close(): void;
}

/** y = x Wᵀ + b, W [out, in] and b [out] as libraries store them. */
export interface Linear {
  readonly weight: Stored;
  readonly bias: Float64Array | null;
}

/** y = gain · (x − mean) / √(variance + ε) + bias, or for `rms` y = gain · x / √(mean of squares + ε). */
export interface Norm {
  readonly kind: 'layer' | 'rms';
  readonly gain: Float64Array;
  readonly bias: Float64Array | null;
  readonly epsilon: number;
}

const zeros32 = (shape: readonly number[]) => ({ shape, data: new Float32Array(shapeSize(shape)) });

/** By the kernels of engines/float32. Weights of 64 bits are rounded, others stay as wide as they are. */
function float32(platform: Float32Threads): Arithmetic {
  const engine = float32Engine(platform);
  const { headScores, softmax, headMix } = engine;
  const algebra: SoftmaxAlgebra<Float32Tensor> = { headScores, softmax, headMix };
  const held = (stored: Stored): Stored => {
    const narrow = stored.type !== 'F64' ? stored : rounded(stored);
    const bytes = engine.reserve(narrow.data.byteLength);
    bytes.set(new Uint8Array(narrow.data.buffer, narrow.data.byteOffset, bytes.length));
    return overBytes(narrow.type, narrow.shape, bytes);
  };
  return {
    precision: 'float32',
    algebra: algebra as SoftmaxAlgebra<Tensor>,
    zeros: zeros32,
    hold(entry, change) {
      if (change) return held(change(readStored(entry)));
      if (entry.type === 'F64') return held(readStored(entry));
      return readStored(entry, engine.reserve(entry.to - entry.from));
    },
    linear(x, { weight, bias }) {
      if (weight.type === 'F64') throw new RangeError('a weight of 64 bits that was not held');
      const [outs, inner] = weight.shape;
      const data = engine.product(x.data as Float32Array, weight.data, weight.type, bias, inner);
      return { shape: [data.length / outs, outs], data };
    },
    normalised: ({ shape, data }, norm) => ({
      shape,
      data: engine.norm(data as Float32Array, norm),
    }),
    activate(x, name) {
      const kernel = KERNELS[name];
      if (kernel) engine.activate(x.data as Float32Array, kernel);
      else mapInPlace(x, activationOf(name));
    },
    close: () => engine.close(),
  };
}

function rounded({ shape, data }: Stored & { type: 'F64' }): Stored {
  return { type: 'F32', shape, data: Float32Array.from(data) };
}

/** Activations that have a kernel. */
const KERNELS: Partial<Record<ActivationName, 'geluErf' | 'geluTanh' | 'silu'>> = {
  gelu: 'geluErf',
  gelu_python: 'geluErf',
  gelu_new: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
  gelu_python_tanh: 'geluTanh',
  gelu_accurate: 'geluTanh',
  silu: 'silu',
  swish: 'silu',
};

/** By the reference engine, and plain loops. */
const float64 = (): Arithmetic => ({
  precision: 'float64',
  algebra: referenceAlgebra as SoftmaxAlgebra<Float64Tensor> as SoftmaxAlgebra<Tensor>,
  zeros: (shape) => tensor(shape),
  hold: (entry, change = (stored) => stored) => change(readStored(entry)),
  linear: (x, map) => linear(x, map),
  normalised: (x, norm) => normalised(x, norm),
  activate: (x, name) => mapInPlace(x, activationOf(name)),
  close: () => {},
});

/** A new arithmetic: that of float32 has a memory of its own for the weights that it holds, and threads where asked for. */
export const arithmeticOf = (precision: Precision, threads: Float32Threads = {}): Arithmetic =>
  precision === 'float32' ? float32(threads) : float64();

/** Rows of a weight that are widened together. */
const PANEL = 4;

/** x [n, in] through a map: [n, out], in float64. */
function linear(x: Tensor, { weight, bias }: Linear): Tensor {
  const [out, inner] = weight.shape;
  const rows = x.data.length / inner;
  const result = tensor([rows, out]);
  const panel = new Float64Array(PANEL * inner);
  for (let first = 0; first < out; first += PANEL) {
    const count = Math.min(PANEL, out - first);
    widen(weight, first * inner, panel, 0, count * inner);
    for (let i = 0; i < rows; i++) {
      multiplyRow(x.data, i * inner, panel, inner, result.data, i * out + first, count);
      if (bias) for (let o = 0; o < count; o++) result.data[i * out + first + o] += bias[first + o];
    }
  }
  return result;
}

/** Four inner products side by side: one alone would wait for itself at every term. */
function multiplyRow(
  x: Numbers,
  at: number,
  panel: Float64Array,
  inner: number,
  to: Numbers,
  start: number,
  count: number,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let c = 0; c < inner; c++) {
    const value = x[at + c];
    s0 += value * panel[c];
    s1 += value * panel[inner + c];
    s2 += value * panel[2 * inner + c];
    s3 += value * panel[3 * inner + c];
  }
  to[start] = s0;
  if (count > 1) to[start + 1] = s1;
  if (count > 2) to[start + 2] = s2;
  if (count > 3) to[start + 3] = s3;
}

/** Every row of x through a norm, in float64. */
function normalised(x: Tensor, norm: Norm): Tensor {
  const out = tensor(x.shape);
  const { gain, bias } = norm;
  const size = gain.length;
  const [from, to] = [x.data, out.data];
  for (let start = 0; start < from.length; start += size) {
    const mean = norm.kind === 'layer' ? meanOf(from, start, size) : 0;
    let square = 0;
    for (let c = 0; c < size; c++) square += (from[start + c] - mean) * (from[start + c] - mean);
    const scale = 1 / Math.sqrt(square / size + norm.epsilon);
    for (let c = 0; c < size; c++)
      to[start + c] = (from[start + c] - mean) * scale * gain[c] + (bias ? bias[c] : 0);
  }
  return out;
}

function meanOf(x: Numbers, start: number, size: number): number {
  let sum = 0;
  for (let c = 0; c < size; c++) sum += x[start + c];
  return sum / size;
}

/** x + y */
export function sum(arithmetic: Arithmetic, x: Tensor, y: Tensor): Tensor {
  const out = arithmetic.zeros(x.shape);
  const [to, left, right] = [out.data, x.data, y.data];
  for (let i = 0; i < to.length; i++) to[i] = left[i] + right[i];
  return out;
}

/** f of every number, in place. */
export function mapInPlace({ data }: Tensor, f: (value: number) => number): void {
  for (let i = 0; i < data.length; i++) data[i] = f(data[i]);
}

/** x · y number by number, into x. */
export function multiplyInPlace(x: Tensor, y: Tensor): void {
  const [to, by] = [x.data, y.data];
  for (let i = 0; i < to.length; i++) to[i] *= by[i];
}
