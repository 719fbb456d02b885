/**
 * What the weights of a model say of its flow, without any text: how sharply each head looks, for what,
 * and where V·O moves the tokens. Not what heads do in a sentence (sentences.ts).
 */
import { type Matrix, matrix, product, transposed } from '../../numerics/matrix.ts';
import { type Complex, eigenvalues } from '../../numerics/spectrum.ts';
import { norm } from '../../numerics/vectors.ts';
import type { FlowParts } from '../checkpoint.ts';

/** One head at one knot, with M = Q Kᵀ and W = V O, both [d, d] of rank k = d / H at most. */
export interface HeadWeights {
  /** β‖M‖_F / √d: the β of plain self-attention (Q = K = I) whose scores of random tokens spread as widely. */
  readonly effectiveBeta: number;
  /** tr M / (√k ‖M‖_F), −1 … 1: above 0 tokens look for what is like themselves, below for what is not. */
  readonly likeness: number;
  /** ‖½(M + Mᵀ)‖² / ‖M‖², 0 … 1: 1 where i looks at j as j looks at i, ½ for a random M. */
  readonly symmetry: number;
  /** tr W / (√k ‖W‖_F), −1 … 1: above 0 tokens come closer to what they look at, below they flee. */
  readonly attraction: number;
}

export interface KnotPortrait {
  /** Depth-time, 0 … T. */
  readonly time: number;
  readonly heads: readonly HeadWeights[];
  /** Eigenvalues of Σ_h V_h O_h, the velocity of a token that all heads give the same value; falling real part. */
  readonly eigenvalues: readonly Complex[];
}

/** One entry a knot of θ(t). */
export function weightPortrait({ weights, config }: FlowParts): KnotPortrait[] {
  const { heads, beta, horizon } = config;
  return weights.attention.map((knot, k, knots) => {
    const parts = Array.from({ length: heads }, (_, h) => ({
      scores: product(columns(knot.query, h, heads), transposed(columns(knot.key, h, heads))),
      values: product(columns(knot.value, h, heads), rowsOf(knot.output, h, heads)),
    }));
    return {
      time: (horizon * k) / (knots.length - 1),
      heads: parts.map((part, h) => headWeights(part, beta[h], heads)),
      eigenvalues: eigenvalues(product(matrixOf(knot.value), matrixOf(knot.output))),
    };
  });
}

function headWeights(
  { scores, values }: { scores: Matrix; values: Matrix },
  beta: number,
  heads: number,
): HeadWeights {
  const d = scores.rows;
  const alike = (m: Matrix) => trace(m) / (Math.sqrt(d / heads) * norm(m.data) || 1);
  return {
    effectiveBeta: (beta * norm(scores.data)) / Math.sqrt(d),
    likeness: alike(scores),
    symmetry: symmetry(scores),
    attraction: alike(values),
  };
}

/** ‖½(M + Mᵀ)‖² = ½(‖M‖² + tr M²). */
function symmetry(m: Matrix): number {
  const squared = norm(m.data) ** 2;
  return squared === 0 ? 1 : (squared + trace(product(m, m))) / (2 * squared);
}

type Weights = { readonly shape: readonly number[]; readonly data: Float64Array };

const matrixOf = ({ shape, data }: Weights) => matrix(shape[0], shape[1], data);

/** Columns h·k … (h+1)·k of W [d, H·k]. */
function columns({ shape: [rows, all], data }: Weights, head: number, heads: number): Matrix {
  const k = all / heads;
  const part = matrix(rows, k);
  for (let i = 0; i < rows; i++)
    part.data.set(data.subarray(i * all + head * k, i * all + (head + 1) * k), i * k);
  return part;
}

/** Rows h·k … (h+1)·k of O [H·k, d]. */
function rowsOf({ shape: [all, d], data }: Weights, head: number, heads: number): Matrix {
  const k = all / heads;
  return matrix(k, d, data.subarray(head * k * d, (head + 1) * k * d));
}

function trace({ rows, columns: width, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += data[i * width + i];
  return sum;
}
