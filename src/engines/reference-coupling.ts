/** The reference algebra with what masses and couplings other than the softmax need. Written to be obvious. */
import type { CouplingAlgebra } from '../numerics/algebra.ts';
import { exp } from '../numerics/elementary.ts';
import { squaredNorm, sumOf } from '../numerics/vectors.ts';
import { referenceAlgebra } from './reference.ts';
import { type Float64Tensor, tensor } from './tensor.ts';

const last = (shape: readonly number[], back = 1) => shape[shape.length - back];

/** Entry by entry: f(x, index). */
function mapped(x: Float64Tensor, f: (value: number, at: number) => number): Float64Tensor {
  return tensor(x.shape, x.data.map(f));
}

function scaleHeads(scores: Float64Tensor, beta: readonly number[]): Float64Tensor {
  const pairs = last(scores.shape, 2) * last(scores.shape);
  return mapped(scores, (score, at) => beta[Math.floor(at / pairs) % beta.length] * score);
}

function largest(x: Float64Tensor, mask: Float64Tensor, tie: number): Float64Tensor {
  const m = last(x.shape);
  const out = tensor(x.shape);
  for (let start = 0; start < x.data.length; start += m) {
    const row = x.data.subarray(start, start + m);
    const place = start % mask.data.length;
    let top = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) if (mask.data[place + j] !== 0) top = Math.max(top, row[j]);
    // Not `row[j] >= top − tie`: a NaN must not pass for a row without largest entries.
    for (let j = 0; j < m; j++) out.data[start + j] = row[j] < top - tie ? 0 : 1;
  }
  return out;
}

function lengthPotentials(k: Float64Tensor, beta: readonly number[]): Float64Tensor {
  const [m, width] = [last(k.shape, 2), last(k.shape)];
  const size = width / beta.length;
  const out = tensor([beta.length, m]);
  for (const [h, own] of beta.entries())
    for (let j = 0; j < m; j++) {
      const head = k.data.subarray(j * width + h * size, j * width + (h + 1) * size);
      out.data[h * m + j] = -0.5 * own * squaredNorm(head);
    }
  return out;
}

function weigh(x: Float64Tensor, mask: Float64Tensor): Float64Tensor {
  const pairs = mask.data.length;
  return mapped(x, (value, at) => {
    const mass = mask.data[at % pairs];
    return mass === 0 ? 0 : mass * value;
  });
}

function shares(x: Float64Tensor): Float64Tensor {
  const m = last(x.shape);
  const out = tensor(x.shape);
  for (let start = 0; start < x.data.length; start += m) {
    const row = x.data.subarray(start, start + m);
    const sum = sumOf(row);
    if (sum !== 0)
      out.data.set(
        row.map((value) => value / sum),
        start,
      );
  }
  return out;
}

/** Calls `each` with every batch, head and query: the row of the coupling, and where values begin. */
function forRows(
  coupling: Float64Tensor,
  width: number,
  heads: number,
  each: (row: Float64Array, target: number, source: number) => void,
): void {
  const [n, m] = [last(coupling.shape, 2), last(coupling.shape)];
  const size = width / heads;
  for (let r = 0; r < coupling.data.length / m; r++) {
    const [b, h, i] = [Math.floor(r / (heads * n)), Math.floor(r / n) % heads, r % n];
    const row = coupling.data.subarray(r * m, (r + 1) * m);
    each(row, (b * n + i) * width + h * size, b * m * width + h * size);
  }
}

function headDifferences(
  coupling: Float64Tensor,
  v: Float64Tensor,
  u: Float64Tensor,
  heads: number,
): Float64Tensor {
  const width = last(u.shape);
  const size = width / heads;
  const out = tensor(u.shape);
  const [to, from, own] = [out.data, v.data, u.data];
  forRows(coupling, width, heads, (row, target, source) => {
    for (let j = 0, at = source; j < row.length; j++, at += width) {
      const share = row[j];
      if (share === 0) continue; // as in headMix
      for (let c = 0; c < size; c++) to[target + c] += share * (from[at + c] - own[target + c]);
    }
  });
  return out;
}

export const referenceCouplings: CouplingAlgebra<Float64Tensor> = {
  ...referenceAlgebra,
  scaleHeads,
  exponential: (x) => mapped(x, exp),
  largest,
  weigh,
  lengthPotentials,
  shares,
  headDifferences,
};
