/**
 * The reference engine: the algebra on Float64 arrays, written to be obvious.
 * It runs every forward pass and is what the other engines are certified against.
 */
import type { Algebra } from '../numerics/algebra.ts';
import { exp } from '../numerics/elementary.ts';
import { between, multiplyHeld } from '../numerics/held.ts';
import { multiplyFast } from '../numerics/product.ts';
import { type HeadShape, mixByKernel, scoresByKernel, softmaxByKernel } from './head-kernels.ts';
import { balance } from './reference-balance.ts';
import { asMatrix, type Float64Tensor, tensor } from './tensor.ts';

const last = (shape: readonly number[], back = 1) => shape[shape.length - back];
const batchOf = (x: Float64Tensor) => (x.shape.length > 2 ? x.shape[0] : 1);
const leading = (x: Float64Tensor) => (x.shape.length > 2 ? [x.shape[0]] : []);

/** What two matrices make: a [rows, inner] row-major, and where the entry (l, j) of b lies. */
interface ProductShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Entry (l, j) of b is at l · down + j · across. */
  readonly down: number;
  readonly across: number;
}

/**
 * out = a · b, four rows and two columns at a time, so that every number read serves several
 * products. Each entry is one sum in the order of l: it does not depend on the rows beside it.
 */
function multiply(a: Float64Array, b: Float64Array, out: Float64Array, shape: ProductShape): void {
  for (let j = 0; j < shape.columns; j += 2)
    for (let i = 0; i < shape.rows; i += 4) multiplyTile(a, b, out, shape, i, j);
}

/**
 * Rows i … i + 3 and columns j, j + 1 of the product; past the edge the last one is repeated.
 * Every sum has a variable of its own, because small arrays would cost more than the products.
 */
function multiplyTile(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  { rows, inner, columns, down, across }: ProductShape,
  i0: number,
  j0: number,
): void {
  const i1 = Math.min(i0 + 1, rows - 1);
  const i2 = Math.min(i0 + 2, rows - 1);
  const i3 = Math.min(i0 + 3, rows - 1);
  const j1 = Math.min(j0 + 1, columns - 1);
  const a0 = i0 * inner;
  const a1 = i1 * inner;
  const a2 = i2 * inner;
  const a3 = i3 * inner;
  const beside = (j1 - j0) * across;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let l = 0, at = j0 * across; l < inner; l++, at += down) {
    const left = b[at];
    const right = b[at + beside];
    const x0 = a[a0 + l];
    const x1 = a[a1 + l];
    const x2 = a[a2 + l];
    const x3 = a[a3 + l];
    s00 += x0 * left;
    s01 += x0 * right;
    s10 += x1 * left;
    s11 += x1 * right;
    s20 += x2 * left;
    s21 += x2 * right;
    s30 += x3 * left;
    s31 += x3 * right;
  }
  out[i0 * columns + j0] = s00;
  out[i0 * columns + j1] = s01;
  out[i1 * columns + j0] = s10;
  out[i1 * columns + j1] = s11;
  out[i2 * columns + j0] = s20;
  out[i2 * columns + j1] = s21;
  out[i3 * columns + j0] = s30;
  out[i3 * columns + j1] = s31;
}

function project(x: Float64Tensor, w: Float64Tensor): Float64Tensor {
  const [inner, columns] = w.shape;
  const rows = x.data.length / inner;
  return productOf(x, w, { rows, inner, columns, down: columns, across: 1 });
}

/** x [n, d] · wᵀ for w [e, d]: every particle against every row of w. Throws RangeError for a wrong d. */
export function projectTransposed(x: Float64Tensor, w: Float64Tensor): Float64Tensor {
  const [columns, inner] = w.shape;
  const rows = x.data.length / inner;
  return productOf(x, w, { rows, inner, columns, down: 1, across: inner });
}

function productOf(x: Float64Tensor, w: Float64Tensor, shape: ProductShape): Float64Tensor {
  if (last(x.shape) !== shape.inner)
    throw new RangeError(
      `cannot multiply [${x.shape}] by [${w.shape}]: ${last(x.shape)} ≠ ${shape.inner}`,
    );
  const out = tensor([...x.shape.slice(0, -1), shape.columns]);
  if (!(shape.across === 1 && multiplyByKernel(x, w, out, shape)))
    multiply(x.data, w.data, out.data, shape);
  return out;
}

function multiplyByKernel(
  x: Float64Tensor,
  w: Float64Tensor,
  out: Float64Tensor,
  { columns }: ProductShape,
): boolean {
  return (
    multiplyHeld(x.data, asMatrix(w), out.data) || multiplyFast(x.data, w.data, out.data, columns)
  );
}

function headScores(q: Float64Tensor, k: Float64Tensor, heads: number): Float64Tensor {
  const [n, m, width] = [last(q.shape, 2), last(k.shape, 2), last(q.shape)];
  const shape = { n, m, heads, size: width / heads };
  const out = tensor([...leading(q), heads, n, m]);
  for (let b = 0; b < batchOf(q); b++) {
    const [queries, keys] = [member(q, b), member(k, b)];
    const scores = member(out, b, 3);
    scoresByKernel(queries, keys, scores, shape) || scoresOf(queries, keys, scores, shape);
  }
  return out;
}

/** The numbers of member b of a batch, whose own shape has so many axes. */
function member({ shape, data }: Float64Tensor, b: number, axes = 2): Float64Array {
  if (shape.length === axes) return data;
  const size = data.length / shape[0];
  return data.subarray(b * size, (b + 1) * size);
}

function scoresOf(
  queries: Float64Array,
  keys: Float64Array,
  scores: Float64Array,
  { n, m, heads, size }: HeadShape,
): void {
  const width = heads * size;
  let at = 0;
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < n; i++) {
      const qi = i * width + h * size;
      const first = h * size;
      let j = 0;
      for (; j + 3 < m; j += 4, at += 4)
        fourScores(queries, qi, keys, first + j * width, width, size, scores, at);
      for (; j < m; j++) {
        const kj = first + j * width;
        let sum = 0;
        for (let c = 0; c < size; c++) sum += queries[qi + c] * keys[kj + c];
        scores[at++] = sum;
      }
    }
}

/** Four sums side by side: one alone would wait for itself at every term. */
function fourScores(
  queries: Float64Array,
  qi: number,
  keys: Float64Array,
  k0: number,
  width: number,
  size: number,
  scores: Float64Array,
  at: number,
): void {
  const k1 = k0 + width;
  const k2 = k1 + width;
  const k3 = k2 + width;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let c = 0; c < size; c++) {
    const x = queries[qi + c];
    s0 += x * keys[k0 + c];
    s1 += x * keys[k1 + c];
    s2 += x * keys[k2 + c];
    s3 += x * keys[k3 + c];
  }
  scores[at] = s0;
  scores[at + 1] = s1;
  scores[at + 2] = s2;
  scores[at + 3] = s3;
}

function softmax(
  scores: Float64Tensor,
  beta: readonly number[],
  mask: Float64Tensor | null,
  potentials?: Float64Tensor,
): Float64Tensor {
  if (potentials) return softmax(...lifted(scores, beta, potentials), mask);
  const [n, m] = [last(scores.shape, 2), last(scores.shape)];
  const out = tensor(scores.shape);
  const batch = scores.shape.length > 3 ? scores.shape[0] : 1;
  for (let b = 0; b < batch; b++) {
    const [from, to] = [member(scores, b, 3), member(out, b, 3)];
    const masses = mask && member(mask, b);
    softmaxByKernel(from, beta, masses, to, { n, m }) || softmaxOf(from, beta, masses, to, n, m);
  }
  return out;
}

function softmaxOf(
  from: Float64Array,
  beta: readonly number[],
  mask: Float64Array | null,
  to: Float64Array,
  n: number,
  m: number,
): void {
  const shown = mask ?? new Float64Array(n * m).fill(1);
  for (const [h, own] of beta.entries())
    for (let i = 0; i < n; i++) softmaxRow(from, to, (h * n + i) * m, m, own, shown, i * m);
}

/** The scores beta_h · s_ij + g_j, for which beta is 1. */
function lifted(
  { shape, data }: Float64Tensor,
  beta: readonly number[],
  potentials: Float64Tensor,
): [Float64Tensor, number[]] {
  const [n, m] = [last(shape, 2), last(shape)];
  const out = data.map((score, at) => {
    const head = Math.floor(at / (n * m));
    return beta[head % beta.length] * score + potentials.data[head * m + (at % m)];
  });
  return [tensor(shape, out), beta.map(() => 1)];
}

/**
 * One row, with the running maximum taken out so that no exponential overflows. The mask may hold
 * masses; a row that sees none is 0.
 */
function softmaxRow(
  from: Float64Array,
  to: Float64Array,
  start: number,
  m: number,
  beta: number,
  mask: Float64Array,
  maskStart: number,
): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < m; j++)
    if (mask[maskStart + j] !== 0) top = Math.max(top, beta * from[start + j]);
  let sum = 0;
  for (let j = 0; j < m; j++)
    if (mask[maskStart + j] !== 0)
      sum += to[start + j] = mask[maskStart + j] * exp(beta * from[start + j] - top);
  if (sum !== 0) for (let j = 0; j < m; j++) to[start + j] /= sum;
}

function headMix(coupling: Float64Tensor, v: Float64Tensor, heads: number): Float64Tensor {
  const [n, m, width] = [last(coupling.shape, 2), last(coupling.shape), last(v.shape)];
  const shape = { n, m, heads, size: width / heads };
  const out = tensor([...leading(v), n, width]);
  for (let b = 0; b < batchOf(v); b++) {
    const [weights, values, mixed] = [member(coupling, b, 3), member(v, b), member(out, b)];
    mixByKernel(weights, values, mixed, shape) || mixOf(weights, values, mixed, shape);
  }
  return out;
}

function mixOf(
  weights: Float64Array,
  from: Float64Array,
  to: Float64Array,
  { n, m, heads, size }: HeadShape,
): void {
  const width = heads * size;
  let at = 0;
  for (let h = 0; h < heads; h++)
    for (let i = 0; i < n; i++) {
      const target = i * width + h * size;
      for (let j = 0, source = h * size; j < m; j++, source += width) {
        const weight = weights[at++];
        if (weight === 0) continue; // hidden keys add nothing, not even round-off
        for (let c = 0; c < size; c++) to[target + c] += weight * from[source + c];
      }
    }
}

function combine(x: Float64Tensor, y: Float64Tensor, a: number, b: number): Float64Tensor {
  const out = tensor(x.shape);
  // arrays read once: looking them up in the tensors costs as much as the sums
  const [to, left, right] = [out.data, x.data, y.data];
  for (let i = 0; i < to.length; i++) to[i] = a * left[i] + b * right[i];
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

/** Of matrices that are held together it is made as it is multiplied. */
const interpolate = (a: Float64Tensor, b: Float64Tensor, t: number): Float64Tensor =>
  (a.shape.length === 2 && between(asMatrix(a), b.data, t)) || combine(a, b, 1 - t, t);

/** The algebra of numerics/algebra.ts on Float64 arrays. */
export const referenceAlgebra: Algebra<Float64Tensor> = {
  array: (values, shape) => tensor(shape, Float64Array.from(values)),
  project,
  headScores,
  softmax,
  columnPotentials: (scores, beta, mask, balancing) => balance(scores, beta, mask, balancing),
  headMix,
  addScaled: (x, y, scale) => combine(x, y, 1, scale),
  interpolate,
  normalise,
  tangent,
};
