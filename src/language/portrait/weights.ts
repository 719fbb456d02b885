/**
 * What the weights of a model say of its flow, without any text: how sharply each head looks, for what,
 * and where V·O moves the tokens. Not what heads do in a sentence (sentences.ts).
 */
import { hypot } from '../../numerics/elementary.ts';
import { type Matrix, matrix, product, transposed } from '../../numerics/matrix.ts';
import { type Complex, eigenvalues } from '../../numerics/spectrum.ts';
import type { Linear } from '../../pretrained/arithmetic.ts';
import type { Network } from '../../pretrained/network.ts';
import { type Stored, storedRows, wideVector } from '../../pretrained/stored.ts';
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
  /** Of somebody else's network: the k eigenvalues of W that need not be 0; falling real part. */
  readonly eigenvalues?: readonly Complex[];
}

export interface KnotPortrait {
  /** Depth-time, 0 … T; of somebody else's network the layer, 1 … L. */
  readonly time: number;
  /** The block of weights that the layer uses, of somebody else's network. */
  readonly block?: string;
  readonly heads: readonly HeadWeights[];
  /**
   * Eigenvalues of Σ_h V_h O_h, the velocity of a token that all heads give the same value; falling real part. null
   * where they are too many: heads tell theirs.
   */
  readonly eigenvalues: readonly Complex[] | null;
}

/** One head in factors: M = Q Kᵀ and W = V O, which are never written out. */
interface HeadFactors {
  /** [d, k] */
  readonly query: Matrix;
  readonly key: Matrix;
  readonly value: Matrix;
  /** [k, d] */
  readonly output: Matrix;
  readonly beta: number;
}

/** One entry a knot of θ(t), with the spectrum of all heads. */
export function weightPortrait({
  weights,
  config,
}: FlowParts): (KnotPortrait & { readonly eigenvalues: readonly Complex[] })[] {
  const { heads, beta, horizon } = config;
  return weights.attention.map((knot, k, knots) => {
    const parts = Array.from({ length: heads }, (_, h) => ({
      query: columns(knot.query, h, heads),
      key: columns(knot.key, h, heads),
      value: columns(knot.value, h, heads),
      output: rowsOf(knot.output, h, heads),
      beta: beta[h],
    }));
    return {
      time: (horizon * k) / (knots.length - 1),
      heads: parts.map(headWeights),
      eigenvalues: eigenvalues(product(matrixOf(knot.value), matrixOf(knot.output))),
    };
  });
}

/**
 * One entry a layer of somebody else's network, shared blocks computed once. Maps with the gain of the norm before
 * them, where norms come before; without biases and the turning of queries and keys by their positions. Heads that share a key head read its maps.
 */
export function networkPortrait({ architecture, weights }: Network): KnotPortrait[] {
  const { heads, keyHeads, headSize, layers, width, placement } = architecture;
  const known = new Map<string, Omit<KnotPortrait, 'time' | 'block'>>();
  const portraitOf = (layer: number) => {
    const { query, key, value, output, attentionNorm } = weights.layers[layer];
    const gain = placement === 'post' ? null : (attentionNorm?.gain ?? null);
    const parts = Array.from({ length: heads }, (_, h) => {
      const shared = Math.floor((h * keyHeads) / heads);
      const map = ({ weight }: Linear, head: number) =>
        scaledRows(
          transposed(wideMatrix(storedRows(weight, head * headSize, (head + 1) * headSize))),
          gain,
        );
      const outputs = transposed(wideMatrix(output.weight));
      return {
        query: map(query, h),
        key: map(key, shared),
        value: map(value, shared),
        output: matrix(
          headSize,
          width,
          outputs.data.subarray(h * headSize * width, (h + 1) * headSize * width),
        ),
        beta: layers[layer].scale,
      };
    });
    return {
      heads: parts.map((part) => ({
        ...headWeights(part),
        // V O has these and d − k zeros
        eigenvalues: eigenvalues(product(part.output, part.value)),
      })),
      eigenvalues: heads * headSize > LARGEST ? null : eigenvalues(together(parts)),
    };
  };
  return layers.map(({ block, scale }, layer) => {
    const key = `${block} ${scale}`;
    const own = known.get(key) ?? portraitOf(layer);
    known.set(key, own);
    return { time: layer + 1, block, ...own };
  });
}

/** diag(gain) · maps [d, k], which read what the norm has scaled; the same without a norm. */
function scaledRows({ rows, columns, data }: Matrix, gain: Float64Array | null): Matrix {
  if (!gain) return { rows, columns, data };
  return matrix(
    rows,
    columns,
    data.map((value, at) => gain[Math.floor(at / columns)] * value),
  );
}

/** How the heads of all layers part by the eigenvalue of V O of largest modulus: shares that sum to 1. */
export interface LeadingShares {
  /** Real, |Im| below 1e-9 of the modulus, and above 0: a lone direction grows. */
  readonly positive: number;
  readonly negative: number;
  readonly complex: number;
}

/** Of the heads whose eigenvalues are known. */
export function leadingShares(knots: readonly KnotPortrait[]): LeadingShares {
  const leading = knots.flatMap(({ heads }) =>
    heads.flatMap(({ eigenvalues: all }) => (all && all.length > 0 ? [largest(all)] : [])),
  );
  const share = (is: (value: Complex) => boolean) => leading.filter(is).length / leading.length;
  const isReal = ({ re, im }: Complex) => Math.abs(im) < 1e-9 * hypot([re, im]);
  return {
    positive: share((value) => isReal(value) && value.re > 0),
    negative: share((value) => isReal(value) && value.re <= 0),
    complex: share((value) => !isReal(value)),
  };
}

const largest = (all: readonly Complex[]) =>
  all.reduce((best, one) => (hypot([one.re, one.im]) > hypot([best.re, best.im]) ? one : best));

/** Up to so many rows the spectrum of all heads together is computed, which costs the cube of them. */
const LARGEST = 256;

/** Σ_h V_h O_h [d, d] */
function together(parts: readonly HeadFactors[]): Matrix {
  const [first, ...others] = parts.map(({ value, output }) => product(value, output));
  for (const { data } of others) for (let i = 0; i < data.length; i++) first.data[i] += data[i];
  return first;
}

/** By k × k matrices: ‖Q Kᵀ‖² = tr(QᵀQ KᵀK), tr(Q Kᵀ) = tr(KᵀQ), tr((Q Kᵀ)²) = tr((KᵀQ)²), and so with V O. */
function headWeights({ query, key, value, output, beta }: HeadFactors): HeadWeights {
  const { rows: d, columns: k } = query;
  const scores = outerProduct(query, transposed(key));
  const values = outerProduct(value, output);
  const alike = ({ length, diagonal }: OuterProduct) => diagonal / (Math.sqrt(k) * length || 1);
  const { length, squared } = scores;
  return {
    effectiveBeta: (beta * length) / Math.sqrt(d),
    likeness: alike(scores),
    // ‖½(M + Mᵀ)‖² = ½(‖M‖² + tr M²)
    symmetry: length === 0 ? 1 : (length ** 2 + squared) / (2 * length ** 2),
    attraction: alike(values),
  };
}

/** Of A B, A [d, k] and B [k, d]: its Frobenius norm, its trace and that of its square. */
interface OuterProduct {
  readonly length: number;
  readonly diagonal: number;
  readonly squared: number;
}

function outerProduct(a: Matrix, b: Matrix): OuterProduct {
  const inner = product(b, a);
  const grams = product(product(transposed(a), a), product(b, transposed(b)));
  return {
    length: Math.sqrt(Math.max(0, trace(grams))),
    diagonal: trace(inner),
    squared: trace(product(inner, inner)),
  };
}

const wideMatrix = (stored: Stored) => matrix(stored.shape[0], stored.shape[1], wideVector(stored));

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
