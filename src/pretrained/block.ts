/**
 * One block of a network: attention, by the one definition of src/attention, and an MLP, with norms where the
 * architecture has them. Not the embedding, nor the order of blocks: network.ts.
 *
 * Legend: n tokens, d width, H heads, G key heads, k = size of a head.
 */
import { couplings } from '../attention/coupling.ts';
import type { Architecture, LayerShape } from './architecture.ts';
import { type Arithmetic, multiplyInPlace, type Norm, type Tensor } from './arithmetic.ts';
import { type Angles, turned } from './rotary.ts';
import type { Pace, Pacing, Part } from './schedule.ts';
import type { Numbers } from './stored.ts';
import type { LayerWeights } from './weights.ts';

/**
 * What an experimenter changes in a run, in place, at the places of a layer (0 …):
 * `scores` [H, n, m] are ⟨q_i, k_j⟩ per head, before β and the mask; `heads` [n, H·k] what each head has gathered,
 * before the output map; `attention` and `mlp` [n, d] what the two parts add to the stream, once each step. `states`
 * [n, d] is called with frame 0 … L, before the layer behind it; of a schedule, before its stages.
 */
export interface Hooks {
  readonly scores?: (layer: number, scores: Tensor) => void;
  readonly heads?: (layer: number, gathered: Tensor) => void;
  readonly attention?: (layer: number, added: Tensor) => void;
  readonly mlp?: (layer: number, added: Tensor) => void;
  readonly states?: (frame: number, states: Tensor) => void;
}

/** Keys, turned, and values of a layer [m, G·k]. */
export interface KeysAndValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

export interface BlockSettings {
  readonly arithmetic: Arithmetic;
  readonly architecture: Architecture;
  readonly weights: LayerWeights;
  readonly shape: LayerShape;
  readonly layer: number;
  /** n of each text. */
  readonly tokens: number;
  readonly angles: Angles | null;
  readonly mask: Tensor | null;
  readonly hooks: Hooks;
  /** Of one text, of the tokens before x: what each step of attention has kept. */
  readonly past: readonly KeysAndValues[] | null;
}

export interface BlockResult {
  /** The stream after attention [n, d]: behind the norm in post-norm blocks; x + attention in parallel ones. */
  readonly middle: Tensor;
  /** The stream after the block [n, d]. */
  readonly state: Tensor;
  /** A [H, n, m] of the last step of attention, of one text; zeros where it takes none. */
  readonly coupling: Tensor;
  /** Of the past and of x, of each step of attention. */
  readonly kept: readonly KeysAndValues[];
}

/**
 * The block at x [n, d], at its pace. More rows are further texts of n tokens, each at its own pace, which share
 * weights and nothing else.
 */
export function runBlock(
  x: Tensor,
  paces: readonly Pacing[],
  settings: BlockSettings,
): BlockResult {
  const { arithmetic, architecture, weights, tokens, past } = settings;
  const behind = (norm: Norm | null, y: Tensor) =>
    architecture.placement === 'post' ? through(arithmetic, norm, y) : y;
  const attended: Attended[] = [];
  const attend = (y: Tensor) => {
    const step = attentionAt(y, settings, past?.[attended.length] ?? null);
    attended.push(step);
    return step.added;
  };
  const round = (start: Tensor, own: readonly Pacing[]) => {
    const steps = (part: Part) => own.map((pace) => pace[part]);
    const middle = behind(
      weights.attentionNorm,
      walked(arithmetic, start, start, steps('attention'), attend),
    );
    const read = architecture.residual === 'parallel' ? start : middle;
    const moved = walked(arithmetic, read, middle, steps('mlp'), (y) => mlpAt(y, settings));
    return { middle, state: behind(weights.mlpNorm, moved) };
  };
  let [middle, state] = [x, x];
  inTurns(
    paces.map(({ rounds }) => rounds),
    (texts) => {
      const next = round(
        textsOf(arithmetic, state, texts, paces.length),
        texts.map((text) => paces[text]),
      );
      middle = next.middle;
      state = withTexts(state, texts, paces.length, next.state);
    },
  );
  const last = attended.at(-1);
  const before = past?.[0]?.keys.shape[0] ?? 0;
  return {
    middle,
    state,
    coupling: last?.coupling ?? arithmetic.zeros([architecture.heads, tokens, before + tokens]),
    kept: attended.map(({ kept }) => kept),
  };
}

/** What a part adds to the stream at x, its norms within: the velocity of its steps. */
export const velocityAt = (part: Part, x: Tensor, settings: BlockSettings): Tensor =>
  part === 'attention' ? attentionAt(x, settings, null).added : mlpAt(x, settings);

/** The parts of a block that are flows: one, both one after the other, or the flow of both together. */
export type Moved = Part | 'both' | 'together';

/** Where a flow from `start` by a velocity is after a unit of time; null where it is given up. */
export type PartFlow = (
  part: Part | 'together',
  velocity: (x: Tensor) => Tensor,
  start: Tensor,
) => Tensor | null;

/** The block at x [n, d] of one text, where moved parts flow for a unit of time, which a step of 1 stands for. */
export function flowBlock(
  x: Tensor,
  moved: Moved,
  flow: PartFlow,
  settings: BlockSettings,
): Tensor | null {
  const { arithmetic, architecture, weights } = settings;
  const velocity = (part: Part) => (y: Tensor) => velocityAt(part, y, settings);
  if (moved === 'together')
    return flow(moved, (y) => plus(arithmetic, velocity('attention')(y), velocity('mlp')(y), 1), x);
  const behind = (norm: Norm | null, y: Tensor) =>
    architecture.placement === 'post' ? through(arithmetic, norm, y) : y;
  const gone = (part: Part, from: Tensor, onto: Tensor): Tensor | null => {
    if (moved !== part && moved !== 'both') return plus(arithmetic, onto, velocity(part)(from), 1);
    const end = flow(part, velocity(part), from);
    if (!end || from === onto) return end;
    return plus(arithmetic, plus(arithmetic, onto, end, 1), from, -1);
  };
  const attended = gone('attention', x, x);
  if (!attended) return null;
  const middle = behind(weights.attentionNorm, attended);
  const end = gone('mlp', architecture.residual === 'parallel' ? x : middle, middle);
  return end && behind(weights.mlpNorm, end);
}

/** x + scale · y */
function plus(arithmetic: Arithmetic, x: Tensor, y: Tensor, scale: number): Tensor {
  const out = copied(arithmetic, x);
  addScaled(out.data, 0, y.data, 0, out.data.length, scale);
  return out;
}

const through = (arithmetic: Arithmetic, norm: Norm | null, y: Tensor) =>
  norm ? arithmetic.normalised(y, norm) : y;

/** Behind the norm that comes before a part, where norms do. */
export const normedBefore = (
  { arithmetic, architecture }: BlockSettings,
  norm: Norm | null,
  y: Tensor,
) => (architecture.placement === 'post' ? y : through(arithmetic, norm, y));

/** Calls for the texts that have steps left, until none has. */
function inTurns(counts: readonly number[], turn: (texts: readonly number[]) => void): void {
  const most = Math.max(...counts);
  for (let step = 0; step < most; step++)
    turn([...counts.keys()].filter((text) => counts[text] > step));
}

/** Steps of each text from its rows of `from`, added to those of `onto`: a copy. */
function walked(
  arithmetic: Arithmetic,
  from: Tensor,
  onto: Tensor,
  paces: readonly Pace[],
  velocity: (y: Tensor) => Tensor,
): Tensor {
  const out = copied(arithmetic, onto);
  const at = from === onto ? out : copied(arithmetic, from);
  const moving = at === out ? [out] : [out, at];
  const length = out.data.length / paces.length;
  inTurns(
    paces.map(({ count }) => count),
    (texts) => {
      const { data } = velocity(textsOf(arithmetic, at, texts, paces.length));
      for (const [row, text] of texts.entries())
        for (const to of moving)
          addScaled(to.data, text * length, data, row * length, length, paces[text].size);
    },
  );
  return out;
}

function addScaled(
  to: Numbers,
  at: number,
  data: Numbers,
  from: number,
  length: number,
  scale: number,
): void {
  for (let i = 0; i < length; i++) to[at + i] += scale * data[from + i];
}

function copied(arithmetic: Arithmetic, { shape, data }: Tensor): Tensor {
  const out = arithmetic.zeros(shape);
  out.data.set(data);
  return out;
}

/** The rows of some of `count` texts, below each other: x itself where they are all. */
function textsOf(
  arithmetic: Arithmetic,
  x: Tensor,
  texts: readonly number[],
  count: number,
): Tensor {
  if (texts.length === count) return x;
  const [rows, width] = x.shape;
  const out = arithmetic.zeros([(rows / count) * texts.length, width]);
  const length = x.data.length / count;
  for (const [k, text] of texts.entries())
    out.data.set(x.data.subarray(text * length, (text + 1) * length), k * length);
  return out;
}

/** x with the rows of some texts replaced, in place; `rows` itself where they are all. */
function withTexts(x: Tensor, texts: readonly number[], count: number, rows: Tensor): Tensor {
  if (texts.length === count) return rows;
  const length = x.data.length / count;
  for (const [k, text] of texts.entries())
    x.data.set(rows.data.subarray(k * length, (k + 1) * length), text * length);
  return x;
}

interface Attended {
  readonly added: Tensor;
  /** Of the last text. */
  readonly coupling: Tensor;
  readonly kept: KeysAndValues;
}

/** Σ_h O_h Σ_j A^h_ij V_h y_j, A the softmax of β⟨q_i, k_j⟩ over the keys of its text that the mask shows. */
function attentionAt(x: Tensor, settings: BlockSettings, past: KeysAndValues | null): Attended {
  const { arithmetic, architecture, weights, shape, layer, tokens, mask, hooks } = settings;
  const { heads, keyHeads } = architecture;
  const { algebra } = arithmetic;
  const y = normedBefore(settings, weights.attentionNorm, x);
  const own = [weights.query, weights.key, weights.value].map((map) => arithmetic.linear(y, map));
  const forAll = (z: Tensor) => repeated(arithmetic, z, architecture, heads / keyHeads);
  const beta = new Array<number>(heads).fill(shape.scale);

  const attend = (text: number) => {
    const [q, k, values] = own.map((rows) => textRows(rows, text, tokens));
    const queries = placed(q, weights.queryNorm, settings);
    const keys = placed(k, weights.keyNorm, settings);
    const kept = joined(arithmetic, past, { keys, values });
    const scores = scoresOf(queries, kept.keys, settings);
    hooks.scores?.(layer, scores);
    const { coupling } = couplings.softmax.couple(algebra, { scores, beta, mask });
    return { gathered: algebra.headMix(coupling, forAll(kept.values), heads), coupling, kept };
  };
  const texts = Array.from({ length: x.shape[0] / tokens }, (_, text) => attend(text));
  const gathered = below(
    arithmetic,
    texts.map((text) => text.gathered),
  );
  hooks.heads?.(layer, gathered);
  const added = through(
    arithmetic,
    weights.attentionOutputNorm,
    arithmetic.linear(gathered, weights.output),
  );
  hooks.attention?.(layer, added);
  const { coupling, kept } = texts[texts.length - 1];
  return { added, coupling, kept };
}

/** ⟨q_i, k_j⟩ [H, n, n] of the heads at y [n, d], what attention reads of one text: behind the norm before it. */
export function scoresAt(y: Tensor, settings: BlockSettings): Tensor {
  const { query, queryNorm, key, keyNorm } = settings.weights;
  const [queries, keys] = [
    placed(settings.arithmetic.linear(y, query), queryNorm, settings),
    placed(settings.arithmetic.linear(y, key), keyNorm, settings),
  ];
  return scoresOf(queries, keys, settings);
}

/** [H, n, m] of queries [n, H·k] and keys [m, G·k]. */
const scoresOf = (queries: Tensor, keys: Tensor, { arithmetic, architecture }: BlockSettings) =>
  arithmetic.algebra.headScores(
    queries,
    repeated(arithmetic, keys, architecture, architecture.heads / architecture.keyHeads),
    architecture.heads,
  );

/** Queries or keys behind their norm, turned by their positions. */
function placed(z: Tensor, norm: Norm | null, { arithmetic, angles, architecture }: BlockSettings) {
  const own = norm ? arithmetic.normalised(z, norm) : z;
  return angles ? turned(arithmetic, own, angles, architecture.headSize) : own;
}

/** z [m, G·k] → [m, H·k]: every key head as often as heads read it. */
function repeated(
  arithmetic: Arithmetic,
  z: Tensor,
  { keyHeads, headSize }: Architecture,
  times: number,
): Tensor {
  if (times === 1) return z;
  const rows = z.data.length / headSize;
  const out = arithmetic.zeros([rows / keyHeads, keyHeads * times * headSize]);
  for (let row = 0; row < rows; row++)
    for (let copy = 0; copy < times; copy++)
      out.data.set(
        z.data.subarray(row * headSize, (row + 1) * headSize),
        (row * times + copy) * headSize,
      );
  return out;
}

function joined(
  arithmetic: Arithmetic,
  past: KeysAndValues | null,
  own: KeysAndValues,
): KeysAndValues {
  if (!past) return own;
  return {
    keys: below(arithmetic, [past.keys, own.keys]),
    values: below(arithmetic, [past.values, own.values]),
  };
}

/** Rows below each other: the only one itself. */
function below(arithmetic: Arithmetic, parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0];
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const out = arithmetic.zeros([rows, parts[0].shape[1]]);
  let at = 0;
  for (const { data } of parts) {
    out.data.set(data, at);
    at += data.length;
  }
  return out;
}

/** The rows of one of several texts of n tokens, as a view. */
export const textRows = ({ shape: [, width], data }: Tensor, text: number, n: number): Tensor => ({
  shape: [n, width],
  data: data.subarray(text * n * width, (text + 1) * n * width),
});

/** down(activation(up y)), or gated down(activation(gate y) · up y), of y behind the norm. */
function mlpAt(x: Tensor, settings: BlockSettings): Tensor {
  const { arithmetic, architecture, weights, layer, hooks } = settings;
  const { gate, up, down } = weights;
  const y = normedBefore(settings, weights.mlpNorm, x);
  const wide = arithmetic.linear(y, gate ?? up);
  arithmetic.activate(wide, architecture.mlp.activation);
  if (gate) multiplyInPlace(wide, arithmetic.linear(y, up));
  const added = through(arithmetic, weights.mlpOutputNorm, arithmetic.linear(wide, down));
  hooks.mlp?.(layer, added);
  return added;
}
