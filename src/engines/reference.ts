/**
 * The reference engine: the algebra on Float64 arrays, written to be obvious.
 * It runs every forward pass and is what the other engines are certified against.
 */
import type { Algebra } from '../numerics/algebra.ts';

export interface Float64Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A tensor over `data` (zeros if absent). Throws RangeError when the length does not fit the shape. */
export function tensor(shape: readonly number[], data?: Float64Array): Float64Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  if (data && data.length !== size)
    throw new RangeError(`shape [${shape}] needs ${size} values, got ${data.length}`);
  return { shape, data: data ?? new Float64Array(size) };
}

const last = (shape: readonly number[], back = 1) => shape[shape.length - back];
const batchOf = (x: Float64Tensor) => (x.shape.length > 2 ? x.shape[0] : 1);
const leading = (x: Float64Tensor) => (x.shape.length > 2 ? [x.shape[0]] : []);

/** out += a · b for row-major a [rows, inner] and b [inner, columns]: rows of b stay in the cache. */
function multiply(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  inner: number,
  columns: number,
) {
  const rows = a.length / inner;
  for (let i = 0; i < rows; i++) {
    const target = i * columns;
    for (let l = 0; l < inner; l++) {
      const factor = a[i * inner + l];
      const source = l * columns;
      for (let j = 0; j < columns; j++) out[target + j] += factor * b[source + j];
    }
  }
}

function project(x: Float64Tensor, w: Float64Tensor): Float64Tensor {
  const [inner, columns] = w.shape;
  if (last(x.shape) !== inner)
    throw new RangeError(
      `cannot multiply [${x.shape}] by [${w.shape}]: ${last(x.shape)} ≠ ${inner}`,
    );
  const out = tensor([...x.shape.slice(0, -1), columns]);
  multiply(x.data, w.data, out.data, inner, columns);
  return out;
}

function headScores(q: Float64Tensor, k: Float64Tensor, heads: number): Float64Tensor {
  const [n, m, width] = [last(q.shape, 2), last(k.shape, 2), last(q.shape)];
  const size = width / heads;
  const out = tensor([...leading(q), heads, n, m]);
  let at = 0;
  for (let b = 0; b < batchOf(q); b++)
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < m; j++) {
          const qi = (b * n + i) * width + h * size;
          const kj = (b * m + j) * width + h * size;
          let sum = 0;
          for (let c = 0; c < size; c++) sum += q.data[qi + c] * k.data[kj + c];
          out.data[at++] = sum;
        }
  return out;
}

function softmax(
  scores: Float64Tensor,
  beta: readonly number[],
  visible: Float64Tensor | null,
): Float64Tensor {
  const heads = beta.length;
  const [n, m] = [last(scores.shape, 2), last(scores.shape)];
  const out = tensor(scores.shape);
  const rows = scores.data.length / m;
  for (let r = 0; r < rows; r++) {
    const batch = Math.floor(r / (heads * n));
    const mask = visible ? visible.data.subarray(maskRow(visible, batch, r % n, n, m)) : null;
    softmaxRow(scores.data, out.data, r * m, m, beta[Math.floor(r / n) % heads], mask);
  }
  return out;
}

function maskRow(visible: Float64Tensor, batch: number, i: number, n: number, m: number): number {
  return (visible.shape.length > 2 ? batch * n * m : 0) + i * m;
}

/** One row, with the running maximum taken out so that no exponential overflows. */
function softmaxRow(
  from: Float64Array,
  to: Float64Array,
  start: number,
  m: number,
  beta: number,
  mask: Float64Array | null,
): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++) if (!mask || mask[j]) top = Math.max(top, beta * from[start + j]);
  let sum = 0;
  for (let j = 0; j < m; j++)
    if (!mask || mask[j]) sum += to[start + j] = Math.exp(beta * from[start + j] - top);
  for (let j = 0; j < m; j++) to[start + j] /= sum;
}

function headMix(coupling: Float64Tensor, v: Float64Tensor, heads: number): Float64Tensor {
  const [n, m, width] = [last(coupling.shape, 2), last(coupling.shape), last(v.shape)];
  const size = width / heads;
  const out = tensor([...leading(v), n, width]);
  let at = 0;
  for (let b = 0; b < batchOf(v); b++)
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < n; i++) {
        const target = (b * n + i) * width + h * size;
        for (let j = 0; j < m; j++) {
          const weight = coupling.data[at++];
          if (weight === 0) continue; // hidden keys add nothing, not even round-off
          const source = (b * m + j) * width + h * size;
          for (let c = 0; c < size; c++) out.data[target + c] += weight * v.data[source + c];
        }
      }
  return out;
}

function combine(x: Float64Tensor, y: Float64Tensor, a: number, b: number): Float64Tensor {
  const out = tensor(x.shape);
  for (let i = 0; i < out.data.length; i++) out.data[i] = a * x.data[i] + b * y.data[i];
  return out;
}

function normalise(x: Float64Tensor): Float64Tensor {
  const d = last(x.shape);
  const out = tensor(x.shape);
  for (let start = 0; start < x.data.length; start += d) {
    let square = 0;
    for (let c = 0; c < d; c++) square += x.data[start + c] ** 2;
    const length = Math.sqrt(square);
    for (let c = 0; c < d; c++) out.data[start + c] = x.data[start + c] / length;
  }
  return out;
}

function tangent(x: Float64Tensor, v: Float64Tensor): Float64Tensor {
  const d = last(x.shape);
  const out = tensor(x.shape);
  for (let start = 0; start < x.data.length; start += d) {
    let inner = 0;
    for (let c = 0; c < d; c++) inner += x.data[start + c] * v.data[start + c];
    for (let c = 0; c < d; c++) out.data[start + c] = v.data[start + c] - inner * x.data[start + c];
  }
  return out;
}

/** The algebra of numerics/algebra.ts on Float64 arrays. */
export const referenceAlgebra: Algebra<Float64Tensor> = {
  array: (values, shape) => tensor(shape, Float64Array.from(values)),
  project,
  headScores,
  softmax,
  headMix,
  addScaled: (x, y, scale) => combine(x, y, 1, scale),
  interpolate: (a, b, t) => combine(a, b, 1 - t, t),
  normalise,
  tangent,
};
