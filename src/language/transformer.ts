/**
 * The model as a flow of particles: embed, flow through the depth, read out. Every number comes
 * from the one definition in attention/ on the Float64 engine; nothing here knows what an answer is.
 *
 * Legend: n particles, d dimension, H heads, L layers, V vocabulary (size V + 3 with special tokens).
 */
import { BALANCING, contextMask } from '../attention/coupling.ts';
import { type CouplingName, modelCouplings } from '../attention/model-coupling.ts';
import { type AttentionWeights, type KeysAndValues, keysAndValues } from '../attention/scores.ts';
import { attentionVelocity } from '../attention/step.ts';
import { projectTransposed, referenceAlgebra } from '../engines/reference.ts';
import { warmed } from '../engines/reference-balance.ts';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { weightsAt } from '../flow/depth-weights.ts';
import { type LayerFrame, layers } from '../flow/layers.ts';
import { normaliseRows } from '../flow/problem.ts';
import { integrateKeeping, type TakenSteps } from '../integrators/along.ts';
import type { Balancing } from '../numerics/algebra.ts';
import { exp } from '../numerics/elementary.ts';
import { knotTimes } from '../numerics/knots.ts';
import { residentProduct } from '../numerics/product.ts';
import type { FlowParts } from './checkpoint.ts';
import type { Depth } from './model.ts';

export type FlowFrame = LayerFrame<Float64Tensor>;

/** Keys, values and, for Sinkhorn, potentials: what is seen of particles. */
export type Seen = KeysAndValues<Float64Tensor>;

/** The steps of a context in continuous depth, and what is seen of it in each evaluation. */
export type ContextSteps = TakenSteps<Seen>;

/** Hooks of a forward pass: what an experimenter changes on its way; absent parts leave it as it is. */
export interface FlowHooks {
  /** The columns of the coupling sum to 1 too, as closely as this: Sinkhorn. */
  readonly balancing?: Balancing;
  /** θ of layer 1 … L, or of any time of an `ode` (null). */
  readonly weights?: (
    layer: number | null,
    weights: AttentionWeights<Float64Tensor>,
  ) => AttentionWeights<Float64Tensor>;
  /** The particles of frame 0 … L; not of an `ode`. */
  readonly patch?: (frame: number, x: Float64Tensor) => Float64Tensor;
}

/** Bound on the local error of the adaptive integrator, per entry of a unit vector. */
export const ODE_TOLERANCE = 1e-7;
/** To this share of it a context flows whose steps its followers take too: their errors are up to five times its own. */
const CONTEXT_SHARE = 0.2;

/** θ(t), t ∈ [0, 1]: piecewise linear between the knots. */
export function theta(model: FlowParts, t: number): AttentionWeights<Float64Tensor> {
  return weightsAt(referenceAlgebra, model.weights.attention, t);
}

/** x_i(0) = normalise(E[id_i] + P[position_i]): [n, d]. */
export function embed(
  { weights, config }: FlowParts,
  ids: readonly number[],
  positions: readonly number[],
): Float64Tensor {
  const d = config.dimension;
  const out = tensor([ids.length, d]);
  ids.forEach((id, i) => {
    for (let c = 0; c < d; c++)
      out.data[i * d + c] =
        weights.embedding.data[id * d + c] + weights.positions.data[positions[i] * d + c];
  });
  return referenceAlgebra.normalise(out);
}

/** What the coupling is beyond its mask. */
export const couplingHooks = (coupling: CouplingName): FlowHooks =>
  modelCouplings[coupling].kind === 'sinkhorn' ? { balancing: BALANCING } : {};

/** The mask [n, n] of the coupling among n particles. */
export function couplingMask(coupling: CouplingName, n: number): Float64Tensor {
  return tensor([n, n], contextMask(n, modelCouplings[coupling].causal ? 0 : n));
}

/**
 * The frames of a flow from `start` [n, d] under `mask` [n, n], the start first: L + 1 for L
 * layers; for `ode` as many as for the model's own depth, equally spaced in time.
 * The coupling of frame k led there from frame k − 1: for layers A at (x_{k−1}, θ((k − ½)/L)), for
 * `ode` A at (x(t_{k−1}), θ(t_{k−1}/T)).
 */
export function* flow(
  model: FlowParts,
  start: Float64Tensor,
  mask: Float64Tensor,
  depth: Depth,
  hooks: FlowHooks = {},
): Generator<FlowFrame> {
  if (depth === 'ode') yield* continuousFlow(model, start, mask, hooks).frames;
  else yield* layers(warmed(referenceAlgebra), layerFlow(model, depth, mask, hooks), start);
}

/** θ(t) of a layer as the hooks change it; layer k + 1 asks at (k + ½) / L. */
export function layerWeights(model: FlowParts, depth: number, hooks: FlowHooks) {
  return (t: number): AttentionWeights<Float64Tensor> => {
    const own = theta(model, t);
    return hooks.weights?.(Math.floor(t * depth) + 1, own) ?? own;
  };
}

function layerFlow(model: FlowParts, depth: number, mask: Float64Tensor, hooks: FlowHooks) {
  const { beta, horizon } = model.config;
  const { balancing, patch } = hooks;
  return {
    weights: layerWeights(model, depth, hooks),
    beta,
    horizon,
    depth,
    mask,
    balancing,
    patch,
  };
}

/** The model's dynamics, as `simulate` runs them, under any mask: by Dormand–Prince, the knots as breakpoints. */
function continuousFlow(
  model: FlowParts,
  start: Float64Tensor,
  mask: Float64Tensor,
  hooks: FlowHooks,
  toleranceShare = 1,
): { frames: Iterable<FlowFrame>; steps: ContextSteps } {
  const { horizon, depth, dimension: d } = model.config;
  const { shape, data } = start;
  const at = weightsAtTime(model, hooks);
  const algebra = warmed(referenceAlgebra);
  const field = (time: number, state: Float64Array) => {
    const x = tensor(shape, state);
    const weights = at(time);
    const own = keysAndValues(algebra, weights, x);
    const { beta } = model.config;
    const given = { weights, beta, mask, balancing: hooks.balancing, attended: own };
    return { x, own, ...attentionVelocity(algebra, x, given) };
  };
  const problem = {
    size: data.length,
    breakpoints: knotTimes(model.config.knots, horizon),
    retract: (state: Float64Array) => normaliseRows(state, d),
    velocity(time: number, state: Float64Array, out: Float64Array) {
      const { x, own, velocity, potentials } = field(time, state);
      out.set(algebra.tangent(x, velocity).data);
      return { ...own, potentials };
    },
  };
  const settings = {
    end: horizon,
    times: Array.from({ length: depth + 1 }, (_, k) => horizon * (k / depth)),
    tolerance: ODE_TOLERANCE,
    toleranceShare,
  };
  const { frames, taken } = integrateKeeping(problem, data, settings);
  return { frames: coupledFrames(), steps: taken };

  function* coupledFrames(): Generator<FlowFrame> {
    let coupling: Float64Tensor | null = null;
    for (const { time, state } of frames) {
      yield { time, positions: tensor(shape, state), coupling };
      if (time < horizon) coupling = field(time, state).coupling;
    }
  }
}

/** θ(t/T) at a time 0 … T of the flow in continuous depth, as the hooks change it. */
export function weightsAtTime(model: FlowParts, { weights: change }: FlowHooks) {
  return (time: number): AttentionWeights<Float64Tensor> => {
    const own = theta(model, time / model.config.horizon);
    return change?.(null, own) ?? own;
  };
}

type Readout = (x: Float64Array) => Float64Array;

const READOUTS = new WeakMap<Float64Tensor, Readout>();

/** x ↦ U x for the particles x [n, d], where U is kept as it is multiplied fastest. */
function readoutOf(output: Float64Tensor): Readout {
  const [, d] = output.shape;
  const known =
    READOUTS.get(output) ??
    residentProduct(output.data, d) ??
    ((x) => projectTransposed(tensor([x.length / d, d], x), output).data);
  READOUTS.set(output, known);
  return known;
}

/** logits(x) = logitScale · U x + b for the particles x [n, d]: [n, V+3], row-major. */
export function logits({ weights, config }: FlowParts, x: Float64Array): Float64Array {
  const { output, bias } = weights;
  const size = bias.length;
  const data = readoutOf(output)(x);
  for (let start = 0; start < data.length; start += size)
    for (let v = 0; v < size; v++) data[start + v] = config.logitScale * data[start + v] + bias[v];
  return data;
}

/** Softmax of logits [n, size], row by row and in place. */
export function softmaxRows(values: Float64Array, size: number): Float64Array {
  for (let start = 0; start < values.length; start += size) {
    let top = Number.NEGATIVE_INFINITY;
    for (let v = start; v < start + size; v++) if (values[v] > top) top = values[v];
    let sum = 0;
    for (let v = start; v < start + size; v++) sum += values[v] = exp(values[v] - top);
    for (let v = start; v < start + size; v++) values[v] /= sum;
  }
  return values;
}

/** p(token) at each of the particles x [n, d]: [n, V+3]. */
export function tokenProbabilities(model: FlowParts, x: Float64Array): Float64Array {
  return softmaxRows(logits(model, x), model.weights.bias.length);
}

/** The context of a text with all its frames, and what later particles need in order to see it. */
export interface ContextFlow {
  readonly frames: readonly FlowFrame[];
  readonly depth: Depth;
  readonly coupling: CouplingName;
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  /** What is seen of the context in every layer, or in every evaluation of an `ode`. */
  readonly seen: readonly Seen[];
  /** Of an `ode`, the steps that followers take too. */
  readonly steps: ContextSteps | null;
  /** Hooks of its flow, and of all that follows it. */
  readonly hooks: FlowHooks;
}

/** Runs the context by itself: it never sees its followers. An `ode` is held to a share of its tolerance. */
export function runContext(
  model: FlowParts,
  ids: readonly number[],
  positions: readonly number[],
  coupling: CouplingName,
  depth: Depth,
  given: FlowHooks = {},
  toleranceShare = CONTEXT_SHARE,
): ContextFlow {
  const hooks = { ...given, ...couplingHooks(coupling) };
  const start = embed(model, ids, positions);
  const mask = couplingMask(coupling, ids.length);
  const described = { depth, coupling, ids, positions, hooks };
  if (depth === 'ode') {
    const run = continuousFlow(model, start, mask, hooks, toleranceShare);
    const frames = [...run.frames];
    return { ...described, frames, seen: run.steps.left, steps: run.steps };
  }
  const own: Seen[] = [];
  const attended = (k: number, w: AttentionWeights<Float64Tensor>, x: Float64Tensor) => {
    own[k] = keysAndValues(referenceAlgebra, w, x);
    return own[k];
  };
  const layered = { ...layerFlow(model, depth, mask, hooks), attended };
  const frames = [...layers(warmed(referenceAlgebra), layered, start)];
  const seen = own.map((layer, k) => ({ ...layer, potentials: frames[k + 1].potentials }));
  return { ...described, frames, seen, steps: null };
}

/** The same context in continuous depth by shorter steps, for followers whose errors were too large. */
export function withShorterSteps(
  model: FlowParts,
  { ids, positions, coupling, depth, hooks }: ContextFlow,
): ContextFlow {
  return runContext(model, ids, positions, coupling, depth, hooks, CONTEXT_SHARE / 10);
}
