/**
 * What a network's states are computed with: arrays of one precision, attention's algebra on them, and the maps,
 * norms and sums of a block. Weights stay as wide as their file has them, whatever the precision.
 */
import { type Float32Tensor, float32Algebra, type SoftmaxAlgebra } from '../engines/float32.ts';
import { referenceAlgebra } from '../engines/reference.ts';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { type Numbers, type Stored, widen } from './stored.ts';

/** Numbers of the network's precision in row-major order. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

export const PRECISIONS = ['float32', 'float64'] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface Arithmetic {
  readonly precision: Precision;
  /** Attention: takes tensors that `zeros` of the same arithmetic has made. */
  readonly algebra: SoftmaxAlgebra<Tensor>;
  /** A tensor of zeros. */
  zeros(shape: readonly number[]): Tensor;
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

const float32: Arithmetic = {
  precision: 'float32',
  algebra: float32Algebra as SoftmaxAlgebra<Float32Tensor>,
  zeros: (shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }),
};

const float64: Arithmetic = {
  precision: 'float64',
  algebra: referenceAlgebra as SoftmaxAlgebra<Float64Tensor>,
  zeros: (shape) => tensor(shape),
};

export const arithmeticOf = (precision: Precision): Arithmetic =>
  precision === 'float32' ? float32 : float64;

/** Rows of a weight that are widened together: few enough for the first cache, enough to use each x several times. */
const PANEL = 4;

/** x [n, in] through a map: [n, out]. */
export function linear(arithmetic: Arithmetic, x: Tensor, { weight, bias }: Linear): Tensor {
  const [out, inner] = weight.shape;
  const rows = x.data.length / inner;
  const result = arithmetic.zeros([rows, out]);
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

/** Every row of x through a norm: rows as long as the gain, so that the heads of [n, heads · size] are rows too. */
export function normalised(arithmetic: Arithmetic, x: Tensor, norm: Norm): Tensor {
  const out = arithmetic.zeros(x.shape);
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
