/**
 * One block of a network: attention, by the one definition of src/attention, and an MLP, with norms where the
 * architecture has them. Not the embedding, nor the order of blocks: network.ts.
 *
 * Legend: n tokens, d width, H heads, G key heads, k = size of a head.
 */
import { couplings } from '../attention/coupling.ts';
import type { Architecture, LayerShape } from './architecture.ts';
import {
  type Arithmetic,
  multiplyInPlace,
  type Norm,
  normalised,
  sum,
  type Tensor,
} from './arithmetic.ts';
import { type Angles, turned } from './rotary.ts';
import type { LayerWeights } from './weights.ts';

/**
 * What an experimenter changes in a run, in place, at the places of a layer (0 …):
 * `scores` [H, n, m] are ⟨q_i, k_j⟩ per head, before β and the mask; `heads` [n, H·k] what each head has gathered,
 * before the output map; `attention` and `mlp` [n, d] what the two parts add to the stream. `states` [n, d] is
 * called with frame 0 … L, before the layer behind it.
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
  readonly angles: Angles | null;
  readonly mask: Tensor | null;
  readonly hooks: Hooks;
  /** Of the tokens before x. */
  readonly past: KeysAndValues | null;
}

export interface BlockResult {
  /** The stream after attention [n, d]: behind the norm in post-norm blocks; x + attention in parallel ones. */
  readonly middle: Tensor;
  /** The stream after the block [n, d]. */
  readonly state: Tensor;
  /** A [H, n, m] */
  readonly coupling: Tensor;
  /** Of the past and of x. */
  readonly kept: KeysAndValues;
}

/** The block at x [n, d]. */
export function runBlock(x: Tensor, settings: BlockSettings): BlockResult {
  const { arithmetic, architecture, weights, layer, hooks } = settings;
  const post = architecture.placement === 'post';
  const through = (norm: Norm | null, y: Tensor) => (norm ? normalised(arithmetic, y, norm) : y);
  const before = (norm: Norm | null, y: Tensor) => (post ? y : through(norm, y));
  const behind = (norm: Norm | null, y: Tensor) => (post ? through(norm, y) : y);

  const attended = attention(before(weights.attentionNorm, x), settings);
  const fromAttention = through(weights.attentionOutputNorm, attended.added);
  hooks.attention?.(layer, fromAttention);
  const middle = behind(weights.attentionNorm, sum(arithmetic, x, fromAttention));

  const read = architecture.residual === 'parallel' ? x : middle;
  const fromMlp = through(weights.mlpOutputNorm, mlp(before(weights.mlpNorm, read), settings));
  hooks.mlp?.(layer, fromMlp);
  const state = behind(weights.mlpNorm, sum(arithmetic, middle, fromMlp));
  return { middle, state, coupling: attended.coupling, kept: attended.kept };
}

/** Σ_h O_h Σ_j A^h_ij V_h y_j, A the softmax of β⟨q_i, k_j⟩ over the keys that the mask shows. */
function attention(y: Tensor, settings: BlockSettings) {
  const { arithmetic, architecture, weights, shape, layer, mask, hooks } = settings;
  const { heads, keyHeads } = architecture;
  const { algebra } = arithmetic;
  const queries = placed(arithmetic.linear(y, weights.query), weights.queryNorm, settings);
  const keys = placed(arithmetic.linear(y, weights.key), weights.keyNorm, settings);
  const values = arithmetic.linear(y, weights.value);
  const kept = joined(arithmetic, settings.past, { keys, values });
  const forAll = (z: Tensor) => repeated(arithmetic, z, architecture, heads / keyHeads);

  const scores = algebra.headScores(queries, forAll(kept.keys), heads);
  hooks.scores?.(layer, scores);
  const beta = new Array<number>(heads).fill(shape.scale);
  const { coupling } = couplings.softmax.couple(algebra, { scores, beta, mask });
  const gathered = algebra.headMix(coupling, forAll(kept.values), heads);
  hooks.heads?.(layer, gathered);
  return { added: arithmetic.linear(gathered, weights.output), coupling, kept };
}

/** Queries or keys behind their norm, turned by their positions. */
function placed(z: Tensor, norm: Norm | null, { arithmetic, angles, architecture }: BlockSettings) {
  const own = norm ? normalised(arithmetic, z, norm) : z;
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
  const below = (a: Tensor, b: Tensor) => {
    const out = arithmetic.zeros([a.shape[0] + b.shape[0], a.shape[1]]);
    out.data.set(a.data);
    out.data.set(b.data, a.data.length);
    return out;
  };
  return { keys: below(past.keys, own.keys), values: below(past.values, own.values) };
}

/** down(activation(up y)), or gated down(activation(gate y) · up y). */
function mlp(y: Tensor, { arithmetic, architecture, weights }: BlockSettings): Tensor {
  const { gate, up, down } = weights;
  const wide = arithmetic.linear(y, gate ?? up);
  arithmetic.activate(wide, architecture.mlp.activation);
  if (gate) multiplyInPlace(wide, arithmetic.linear(y, up));
  return arithmetic.linear(wide, down);
}
