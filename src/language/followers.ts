/**
 * Followers: the tokens of possible answers as particles in the field of a context that does not
 * see them. A follower sees the whole context, the followers before it in its own answer, itself.
 * Two ways to the same numbers: with the context's keys and values kept, in layers or along its steps in continuous
 * depth (fast), and all particles together (every frame).
 */
import { contextMask } from '../attention/coupling.ts';
import { modelCouplings } from '../attention/model-coupling.ts';
import { type AttentionWeights, keysAndValues } from '../attention/scores.ts';
import { attentionVelocity } from '../attention/step.ts';
import { referenceAlgebra } from '../engines/reference.ts';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { layers } from '../flow/layers.ts';
import { normaliseRows } from '../flow/problem.ts';
import { flowAlong } from '../integrators/along.ts';
import type { FlowParts } from './checkpoint.ts';
import {
  type ContextFlow,
  type ContextSteps,
  embed,
  type FlowFrame,
  type FlowHooks,
  flow,
  layerWeights,
  ODE_TOLERANCE,
  type Seen,
  weightsAtTime,
} from './transformer.ts';

/** A token of an answer, behind the tokens before it (null: the first). */
export interface Follower {
  readonly parent: Follower | null;
  readonly token: number;
  readonly position: number;
}

/** A follower that has flowed: its last state [d], and in every layer what its own followers see of it. */
export interface FlownFollower extends Follower {
  readonly state: Float64Array;
  /** [d] each; none where they were not to be kept. */
  readonly keys: readonly Float64Array[];
  readonly values: readonly Float64Array[];
}

/** What is kept of a follower serves its own followers: it need not flow again. */
const isKept = (follower: Follower): follower is FlownFollower =>
  'keys' in follower && (follower as FlownFollower).keys.length > 0;

/** The answer up to this follower, from the first token on. */
function chainOf<F extends { readonly parent: F | null }>(follower: F): F[] {
  const chain: F[] = [];
  for (let f: F | null = follower; f !== null; f = f.parent) chain.unshift(f);
  return chain;
}

/**
 * Last states of followers, all in one batch, and with them those of their ancestors of which nothing was kept.
 * `keep`: their own keys and values, 2 d numbers each in every layer or evaluation. Null where the context's steps in
 * continuous depth are too long for their tolerance.
 */
export function followCached(
  model: FlowParts,
  context: ContextFlow,
  asked: readonly Follower[],
  keep: boolean,
): FlownFollower[] | null {
  const all = withParents(asked);
  const batch = all.filter((follower) => !isKept(follower));
  const place = new Map(batch.map((follower, b) => [follower, b]));
  const d = model.config.dimension;
  const kept = batch.map(() => ({ keys: [] as Float64Array[], values: [] as Float64Array[] }));
  const seen: SeenBy = (k, own, ofContext) => {
    const rowOf = (follower: Follower, part: 'keys' | 'values') => {
      const b = place.get(follower);
      if (b === undefined) return (follower as FlownFollower)[part][k];
      return own[part].data.subarray(b * d, (b + 1) * d);
    };
    if (keep)
      for (const [b, { keys, values }] of kept.entries()) {
        keys.push(rowOf(batch[b], 'keys'));
        values.push(rowOf(batch[b], 'values'));
      }
    return joinSeen(ofContext, all, rowOf);
  };
  const start = startOf(model, batch);
  const mask = chainMask(context.ids.length, batch, all);
  const last = context.steps
    ? alongSteps(model, context.steps, context.hooks, start, mask, seen)
    : throughLayers(model, context, start, mask, seen);
  return (
    last &&
    asked.map((follower) => {
      const b = place.get(follower);
      if (b === undefined) return follower as FlownFollower;
      return { ...follower, state: last.slice(b * d, (b + 1) * d), ...kept[b] };
    })
  );
}

/** What a batch sees in the k-th layer or evaluation: of the context, and of its own. */
type SeenBy = (k: number, own: Seen, ofContext: Seen) => Seen;

/** Last states of a batch [B, d] in the layers of a context. */
function throughLayers(
  model: FlowParts,
  { seen, hooks }: ContextFlow,
  start: Float64Tensor,
  mask: Float64Tensor,
  seenBy: SeenBy,
): Float64Array {
  const { beta, horizon } = model.config;
  const depth = seen.length;
  const weights = layerWeights(model, depth, hooks);
  const attended = (k: number, own: AttentionWeights<Float64Tensor>, x: Float64Tensor) =>
    seenBy(k, keysAndValues(referenceAlgebra, own, x), seen[k]);
  let last = start;
  const flow = { weights, beta, horizon, depth, mask, attended };
  for (const { positions } of layers(referenceAlgebra, flow, start)) last = positions;
  return last.data;
}

/** The same along the steps of a context in continuous depth; null where these are too long for the batch. */
function alongSteps(
  model: FlowParts,
  steps: ContextSteps,
  hooks: FlowHooks,
  start: Float64Tensor,
  mask: Float64Tensor,
  seenBy: SeenBy,
): Float64Array | null {
  const { beta, dimension: d } = model.config;
  const weightsAt = weightsAtTime(model, hooks);
  let k = 0;
  const problem = {
    size: start.data.length,
    retract: (state: Float64Array) => normaliseRows(state, d),
    velocity(time: number, state: Float64Array, out: Float64Array, ofContext: Seen) {
      const x = tensor(start.shape, state);
      const weights = weightsAt(time);
      const attended = seenBy(k++, keysAndValues(referenceAlgebra, weights, x), ofContext);
      const given = { weights, beta, mask, attended };
      const { velocity } = attentionVelocity(referenceAlgebra, x, given);
      out.set(referenceAlgebra.tangent(x, velocity).data);
    },
  };
  const { end, error } = flowAlong(steps, problem, start.data);
  return error <= ODE_TOLERANCE ? end : null;
}

/** The followers' start [B, d]. */
const startOf = (model: FlowParts, followers: readonly Follower[]): Float64Tensor =>
  embed(
    model,
    followers.map((f) => f.token),
    followers.map((f) => f.position),
  );

/** What each of the listeners sees of the context, n particles, and of all followers: its chain. [B, n + F] */
function chainMask(
  n: number,
  listeners: readonly Follower[],
  all: readonly Follower[],
): Float64Tensor {
  const m = n + all.length;
  const place = new Map(all.map((follower, f) => [follower, n + f]));
  const out = tensor([listeners.length, m]);
  listeners.forEach((follower, b) => {
    out.data.fill(1, b * m, b * m + n);
    for (const seen of chainOf(follower)) out.data[b * m + (place.get(seen) as number)] = 1;
  });
  return out;
}

/** Keys and values of followers in a layer, [d]. */
type RowOf = (follower: Follower, part: 'keys' | 'values') => Float64Array;

/** What is seen of the context, and behind it of followers, whose potentials are 0. */
function joinSeen(
  { keys, values, potentials }: Seen,
  followers: readonly Follower[],
  rowOf: RowOf,
): Seen {
  const joined = ({ shape: [n, width], data }: Float64Tensor, part: 'keys' | 'values') => {
    const out = tensor([n + followers.length, width]);
    out.data.set(data);
    for (const [f, follower] of followers.entries())
      out.data.set(rowOf(follower, part), (n + f) * width);
    return out;
  };
  const own = { keys: joined(keys, 'keys'), values: joined(values, 'values') };
  return potentials ? { ...own, potentials: longer(potentials, followers.length) } : own;
}

/** Potentials [H, n] with so many zeros behind those of every head. */
function longer({ shape: [heads, n], data }: Float64Tensor, more: number): Float64Tensor {
  const out = tensor([heads, n + more]);
  for (let head = 0; head < heads; head++)
    out.data.set(data.subarray(head * n, (head + 1) * n), head * (n + more));
  return out;
}

/**
 * The frames of context and followers flowing together; `followers` holds every parent, before its
 * children. Rows 0 … n−1 are the context, bit for bit as if it were alone (layers), then the followers.
 */
export function flowTogether(
  model: FlowParts,
  context: ContextFlow,
  followers: readonly Follower[],
): Generator<FlowFrame> {
  const ids = [...context.ids, ...followers.map((f) => f.token)];
  const positions = [...context.positions, ...followers.map((f) => f.position)];
  const start = embed(model, ids, positions);
  return flow(model, start, treeMask(context, followers), context.depth, context.hooks);
}

/** The context as it is coupled; a follower sees the context, its chain, and itself. */
function treeMask(context: ContextFlow, followers: readonly Follower[]): Float64Tensor {
  const n = context.ids.length;
  const size = n + followers.length;
  const out = tensor([size, size]);
  const inner = contextMask(n, modelCouplings[context.coupling].causal ? 0 : n);
  for (let i = 0; i < n; i++) out.data.set(inner.subarray(i * n, (i + 1) * n), i * size);
  out.data.set(chainMask(n, followers, followers).data, n * size);
  return out;
}

/** The followers and all their parents, each once, parents first. */
function withParents(followers: readonly Follower[]): Follower[] {
  return [...new Set(followers.flatMap(chainOf))].sort((a, b) => a.position - b.position);
}

/** Last states of followers, together with the context: where its steps in continuous depth will not do. */
export function followTogether(
  model: FlowParts,
  context: ContextFlow,
  followers: readonly Follower[],
): Float64Array[] {
  const all = withParents(followers);
  let last: FlowFrame | undefined;
  for (const frame of flowTogether(model, context, all)) last = frame;
  const d = model.config.dimension;
  const n = context.ids.length;
  const data = (last as FlowFrame).positions.data;
  return followers.map((follower) => {
    const row = n + all.indexOf(follower);
    return data.slice(row * d, (row + 1) * d);
  });
}
