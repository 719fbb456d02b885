/**
 * The Jacobians of a block's parts as maps, exact and without a matrix of that size: J v, and Jᵀ u, in Float64 at any
 * precision of the network. What a part is, block.ts says; here is its derivative, composed of the same pieces.
 *
 * Legend: n tokens, d width, H heads, G key heads, k = size of a head.
 */
import { couplings } from '../attention/coupling.ts';
import { type Matrix, matrix, product, transposed } from '../numerics/matrix.ts';
import { type ActivationName, activationOf, slopeOf } from './activations.ts';
import { type Arithmetic, arithmeticOf, type Linear, type Norm } from './arithmetic.ts';
import type { BlockSettings } from './block.ts';
import { type Angles, turned } from './rotary.ts';
import type { Part } from './schedule.ts';
import { wideVector } from './stored.ts';

/** A map and its transpose, at a point. Numbers are row-major; every call gives a new array. */
interface Differential {
  /** J v */
  push(v: Float64Array): Float64Array;
  /** Jᵀ u */
  pull(u: Float64Array): Float64Array;
}

/** A value with its derivative by what it is of. */
export interface Linearised extends Differential {
  readonly value: Float64Array;
}

export interface LinearisedPart extends Linearised {
  /** In post-norm blocks the norm behind the sum, at x + A(x), which is no part of A; else null. */
  readonly behind: Linearised | null;
}

/** A part of a block at x [n, d]: A(x), its norms within, and DA(x). */
export function linearisedPart(
  part: Part,
  x: Float64Array,
  settings: Omit<BlockSettings, 'arithmetic'>,
): LinearisedPart {
  const own: BlockSettings = { ...settings, arithmetic: arithmeticOf('float64') };
  const linearised = part === 'attention' ? attention(x, own) : mlp(x, own);
  const { attentionNorm, mlpNorm } = settings.weights;
  const norm = part === 'attention' ? attentionNorm : mlpNorm;
  const behind =
    norm && settings.architecture.placement === 'post'
      ? linearisedNorm(added([x, linearised.value]), norm)
      : null;
  return { ...linearised, behind };
}

/** A norm of rows y. */
export const linearisedNorm = (y: Float64Array, norm: Norm): Linearised =>
  throughNorm(arithmeticOf('float64'), y, norm);

function attention(x: Float64Array, settings: BlockSettings): Linearised {
  const { weights, arithmetic } = settings;
  const before = normBefore(x, weights.attentionNorm, settings);
  const placed = (map: Linear, norm: Norm | null): Linearised => {
    const mapped = throughLinear(before.value, map);
    const own = chained(mapped, norm && throughNorm(arithmetic, mapped.value, norm));
    return chained(own, settings.angles && throughTurn(own.value, settings.angles, settings));
  };
  const reads = [
    placed(weights.query, weights.queryNorm),
    placed(weights.key, weights.keyNorm),
    throughLinear(before.value, weights.value),
  ];
  const heads = throughHeads(reads, settings);
  const gathered: Linearised = {
    value: heads.value,
    push: (v) => heads.push(reads.map((read) => read.push(v))),
    pull: (u) => {
      const shares = heads.pull(u);
      return added(reads.map((read, r) => read.pull(shares[r])));
    },
  };
  const out = chained(chained(before, gathered), throughLinear(heads.value, weights.output));
  const { attentionOutputNorm } = weights;
  return chained(
    out,
    attentionOutputNorm && throughNorm(arithmetic, out.value, attentionOutputNorm),
  );
}

function mlp(x: Float64Array, settings: BlockSettings): Linearised {
  const { architecture, weights, arithmetic } = settings;
  const { gate, up, down, mlpOutputNorm } = weights;
  const before = normBefore(x, weights.mlpNorm, settings);
  const first = throughLinear(before.value, gate ?? up);
  const active = chained(first, throughActivation(first.value, architecture.mlp.activation));
  const wide = gate ? multiplied(active, throughLinear(before.value, up)) : active;
  const out = chained(chained(before, wide), throughLinear(wide.value, down));
  return chained(out, mlpOutputNorm && throughNorm(arithmetic, out.value, mlpOutputNorm));
}

/** The one, then the other of its value; null changes nothing. */
function chained(first: Linearised, second: Linearised | null): Linearised {
  if (!second) return first;
  return {
    value: second.value,
    push: (v) => second.push(first.push(v)),
    pull: (u) => first.pull(second.pull(u)),
  };
}

/** Two values of one input, number by number. */
function multiplied(a: Linearised, b: Linearised): Linearised {
  return {
    value: times(a.value, b.value),
    push: (v) => added([times(a.push(v), b.value), times(b.push(v), a.value)]),
    pull: (u) => added([a.pull(times(u, b.value)), b.pull(times(u, a.value))]),
  };
}

const times = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value * y[i]);

function added(all: readonly Float64Array[]): Float64Array {
  const [first, ...others] = all;
  const out = first.slice();
  for (const other of others) for (let i = 0; i < out.length; i++) out[i] += other[i];
  return out;
}

const unchanged = (value: Float64Array): Linearised => ({ value, push: (v) => v, pull: (u) => u });

/** Behind the norm that comes before a part, where norms do. */
const normBefore = (
  x: Float64Array,
  norm: Norm | null,
  { architecture, arithmetic }: BlockSettings,
) => (norm && architecture.placement !== 'post' ? throughNorm(arithmetic, x, norm) : unchanged(x));

function throughLinear(x: Float64Array, { weight, bias }: Linear): Linearised {
  const [outs, inner] = weight.shape;
  const down = matrix(outs, inner, wideVector(weight));
  const up = transposed(down);
  const through = (y: Float64Array, by: Matrix) =>
    product(matrix(y.length / by.rows, by.rows, y), by).data;
  const value = through(x, up);
  if (bias) for (let i = 0; i < value.length; i++) value[i] += bias[i % outs];
  return { value, push: (v) => through(v, up), pull: (u) => through(u, down) };
}

function throughActivation(x: Float64Array, name: ActivationName): Linearised {
  const slopes = x.map(slopeOf(name));
  const through = (v: Float64Array) => times(v, slopes);
  return { value: x.map(activationOf(name)), push: through, pull: through };
}

/** Rows as long as the gain: y = gain · c s with c = x − mean (or x) and s = 1/√(mean of c² + ε). */
function throughNorm(arithmetic: Arithmetic, x: Float64Array, norm: Norm): Linearised {
  const { kind, gain, epsilon } = norm;
  const size = gain.length;
  const centred = (v: Float64Array) => (kind === 'layer' ? lessMean(v, size) : v);
  const c = centred(x);
  /** s (w − c ⟨c, w⟩ s² / size), row by row: symmetric. */
  const turnedIn = (w: Float64Array) => {
    const out = new Float64Array(w.length);
    for (let start = 0; start < w.length; start += size) {
      let [square, along] = [0, 0];
      for (let i = start; i < start + size; i++) {
        square += c[i] * c[i];
        along += c[i] * w[i];
      }
      const scale = 1 / Math.sqrt(square / size + epsilon);
      const share = (along * scale * scale) / size;
      for (let i = start; i < start + size; i++) out[i] = scale * (w[i] - share * c[i]);
    }
    return out;
  };
  const gained = (v: Float64Array) => v.map((value, i) => value * gain[i % size]);
  const { data } = arithmetic.normalised({ shape: [x.length / size, size], data: x }, norm);
  return {
    value: data as Float64Array,
    push: (v) => gained(turnedIn(centred(v))),
    pull: (u) => centred(turnedIn(gained(u))),
  };
}

function lessMean(v: Float64Array, size: number): Float64Array {
  const out = v.slice();
  for (let start = 0; start < v.length; start += size) {
    let sum = 0;
    for (let i = start; i < start + size; i++) sum += v[i];
    for (let i = start; i < start + size; i++) out[i] -= sum / size;
  }
  return out;
}

/** A turn is linear, and the turn back is its transpose. */
function throughTurn(
  x: Float64Array,
  angles: Angles,
  { arithmetic, architecture, tokens }: BlockSettings,
): Linearised {
  const back: Angles = { ...angles, sines: angles.sines.map((sine) => -sine) };
  const by = (own: Angles) => (v: Float64Array) =>
    turned(arithmetic, { shape: [tokens, v.length / tokens], data: v }, own, architecture.headSize)
      .data as Float64Array;
  return { value: by(angles)(x), push: by(angles), pull: by(back) };
}

interface Heads {
  /** [n, H·k] */
  readonly value: Float64Array;
  push(reads: readonly Float64Array[]): Float64Array;
  pull(u: Float64Array): Float64Array[];
}

/** g_i = Σ_j A_ij v_j of every head, A the softmax of β⟨q_i, k_j⟩; by queries [n, H·k], keys and values [n, G·k]. */
function throughHeads(
  reads: readonly Linearised[],
  { architecture, arithmetic, shape, tokens: n, mask }: BlockSettings,
): Heads {
  const { heads, keyHeads, headSize: size } = architecture;
  const [queries, keys, values] = reads.map(({ value }) => value);
  const [width, keyWidth] = [heads * size, keyHeads * size];
  const keyHeadOf = (head: number) => Math.floor((head * keyHeads) / heads);
  const scores = new Float64Array(heads * n * n);
  const each = (call: (head: number, i: number, j: number, at: number) => void) => {
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) call(head, i, j, (head * n + i) * n + j);
  };
  /** Where a head's query of a token begins, and its key or value. */
  const queryAt = (head: number, i: number) => i * width + head * size;
  const keyAt = (head: number, j: number) => j * keyWidth + keyHeadOf(head) * size;
  each((head, i, j, at) => {
    scores[at] = inner(queries, queryAt(head, i), keys, keyAt(head, j), size);
  });
  const beta = new Array<number>(heads).fill(shape.scale);
  const { coupling } = couplings.softmax.couple(arithmetic.algebra, {
    scores: { shape: [heads, n, n], data: scores },
    beta,
    mask: mask && { shape: mask.shape, data: Float64Array.from(mask.data) },
  });
  const a = coupling.data;
  /** A ∘ (s − Σ_j A_ij s_ij), times β: the softmax's derivative, row by row symmetric. In place. */
  const softened = (s: Float64Array) => {
    for (let start = 0; start < s.length; start += n) {
      let mean = 0;
      for (let at = start; at < start + n; at++) mean += a[at] * s[at];
      for (let at = start; at < start + n; at++) s[at] = shape.scale * a[at] * (s[at] - mean);
    }
    return s;
  };
  const value = new Float64Array(n * width);
  each((head, i, j, at) => addScaled(value, queryAt(head, i), values, keyAt(head, j), size, a[at]));
  return {
    value,
    push([dq, dk, dv]) {
      const moved = new Float64Array(scores.length);
      each((head, i, j, at) => {
        if (a[at] === 0) return;
        const [q, k] = [queryAt(head, i), keyAt(head, j)];
        moved[at] = inner(dq, q, keys, k, size) + inner(queries, q, dk, k, size);
      });
      softened(moved);
      const out = new Float64Array(n * width);
      each((head, i, j, at) => {
        if (a[at] === 0) return;
        const [to, from] = [queryAt(head, i), keyAt(head, j)];
        addScaled(out, to, values, from, size, moved[at]);
        addScaled(out, to, dv, from, size, a[at]);
      });
      return out;
    },
    pull(u) {
      const moved = new Float64Array(scores.length);
      each((head, i, j, at) => {
        if (a[at] !== 0) moved[at] = inner(u, queryAt(head, i), values, keyAt(head, j), size);
      });
      softened(moved);
      const [q, k, v] = [queries, keys, values].map(({ length }) => new Float64Array(length));
      each((head, i, j, at) => {
        if (a[at] === 0) return;
        const [query, key] = [queryAt(head, i), keyAt(head, j)];
        addScaled(q, query, keys, key, size, moved[at]);
        addScaled(k, key, queries, query, size, moved[at]);
        addScaled(v, key, u, query, size, a[at]);
      });
      return [q, k, v];
    },
  };
}

function inner(x: Float64Array, at: number, y: Float64Array, from: number, size: number): number {
  let sum = 0;
  for (let c = 0; c < size; c++) sum += x[at + c] * y[from + c];
  return sum;
}

function addScaled(
  to: Float64Array,
  at: number,
  by: Float64Array,
  from: number,
  size: number,
  scale: number,
): void {
  for (let c = 0; c < size; c++) to[at + c] += scale * by[from + c];
}
