/** Our flow as a language model: its particles, their run, and answers that follow in the field of a text. */
import type { AttentionWeights } from '../attention/scores.ts';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { InputError } from '../numerics/errors.ts';
import type { FlowParts, ModelConfig, ModelWeights } from './checkpoint.ts';
import { type Follower, flowTogether, followCached, followTogether } from './followers.ts';
import type { Layout } from './layout.ts';
import type { ModelRun, RunHooks, RunSettings, Tokens } from './model.ts';
import { type Ends, OwnModel } from './own-model.ts';
import type { Tokenizer } from './tokenizer.ts';
import {
  type ContextFlow,
  couplingMask,
  embed,
  type FlowHooks,
  flow,
  runContext,
  tokenProbabilities,
  withShorterSteps,
} from './transformer.ts';

/**
 * A flow in continuous depth, in memory: a language model with all that its files hold. With other parts it is
 * another model, made of them: a copy by `{ ...model }` is none.
 */
export class FlowModel extends OwnModel implements FlowParts {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly weights: ModelWeights;
  readonly notes?: readonly string[];

  constructor({ config, tokenizer, weights, notes }: FlowParts) {
    super();
    this.config = config;
    this.tokenizer = tokenizer;
    this.weights = weights;
    this.notes = notes;
  }

  get flow(): this {
    return this;
  }

  get network(): null {
    return null;
  }

  get onSphere(): boolean {
    return true;
  }

  run(layout: Layout, settings?: RunSettings): ModelRun {
    if (settings?.parts) throw this.withoutMlp('parts');
    if (settings?.schedule)
      throw new InputError(
        'schedule',
        `a schedule is for layers with weights of their own, and "${this.name}" is cut into layers by its depth: leave it out`,
      );
    return runText(this, layout, settings);
  }

  tokenProbabilities(states: Float64Array): Float64Array {
    return tokenProbabilities(this, states);
  }

  causalEnds(ids: readonly number[], { depth, hooks }: RunSettings = {}): Ends {
    const places = ids.map((_, i) => i);
    const first = embed(this, ids, places);
    const mask = couplingMask('causal', ids.length);
    const asked = depth ?? this.config.depth;
    let last = first;
    for (const { positions } of flow(this, first, mask, asked, hooks && flowHooks(hooks)))
      last = positions;
    return { first, last };
  }

  /** What is said to an option that asks for an MLP. */
  withoutMlp(option: string): InputError {
    return new InputError(
      option,
      `option ${option} is for layers with an MLP, and those of "${this.name}" are attention alone: leave it out`,
    );
  }
}

function runText(model: FlowParts, layout: Layout, { depth, hooks }: RunSettings = {}): ModelRun {
  const ids = layout.tokens.map((token) => token.id);
  const context = runContext(
    model,
    ids,
    layout.positions,
    layout.coupling,
    depth ?? model.config.depth,
    hooks && flowHooks(hooks),
  );
  return {
    depth: context.depth,
    frames: context.frames,
    batch: areKept(context) ? 16 : 32,
    behind: statesBehind(model, layout, context),
    framesBehind: (beginnings) => framesBehind(model, layout, context, beginnings),
  };
}

/** Beyond so many layers or evaluations, keys and values of every follower would fill the memory. */
const MOST_KEPT = 64;

const areKept = ({ seen }: ContextFlow) => seen.length <= MOST_KEPT;

const keyOf = (tokens: Tokens) => tokens.join(' ');

/** The last token of a beginning as a follower, of those that are known of the shorter ones. */
function followerOf<F extends Follower>(
  layout: Layout,
  tokens: Tokens,
  known: ReadonlyMap<string, F>,
) {
  return {
    parent: known.get(keyOf(tokens.slice(0, -1))) ?? null,
    token: tokens[tokens.length - 1],
    position: layout.followFrom + tokens.length - 1,
  };
}

/** Last states behind beginnings, of followers in the context's field, each flown once where it is kept. */
function statesBehind(model: FlowParts, layout: Layout, context: ContextFlow) {
  const known = new Map<string, Follower>();
  const last = context.frames[context.frames.length - 1].positions;
  const keep = areKept(context);
  let seen = context;
  const followers = (longer: readonly Tokens[]): readonly Float64Array[] => {
    const asked = longer.map((tokens) => followerOf(layout, tokens, known));
    let found = followCached(model, seen, asked, keep);
    if (!found) {
      seen = withShorterSteps(model, seen);
      found = followCached(model, seen, asked, keep);
    }
    longer.forEach((tokens, b) => {
      known.set(keyOf(tokens), found?.[b] ?? asked[b]);
    });
    return found?.map(({ state }) => state) ?? followTogether(model, context, asked);
  };
  return (beginnings: readonly Tokens[]): Float64Array => {
    const d = model.config.dimension;
    const out = new Float64Array(beginnings.length * d);
    const longer = beginnings.filter(({ length }) => length > 0);
    const states = longer.length === 0 ? [] : followers(longer);
    let next = 0;
    for (const [b, { length }] of beginnings.entries())
      out.set(length > 0 ? states[next++] : rowsOf(last, [layout.readAt]), b * d);
    return out;
  };
}

/** States behind beginnings in every frame: context and followers flow together, common beginnings once. */
function* framesBehind(
  model: FlowParts,
  layout: Layout,
  context: ContextFlow,
  beginnings: readonly Tokens[],
) {
  const tree = new Map<string, Follower>();
  for (const tokens of beginnings)
    for (let length = 1; length <= tokens.length; length++) {
      const beginning = tokens.slice(0, length);
      if (!tree.has(keyOf(beginning)))
        tree.set(keyOf(beginning), followerOf(layout, beginning, tree));
    }
  const place = new Map([...tree.keys()].map((key, f) => [key, context.ids.length + f]));
  const rows = beginnings.map((tokens) => place.get(keyOf(tokens)) ?? layout.readAt);
  const frames =
    tree.size === 0 ? context.frames : flowTogether(model, context, [...tree.values()]);
  for (const { time, positions } of frames) yield { time, states: rowsOf(positions, rows) };
}

/** Rows of x [n, d], one below the other. */
function rowsOf({ shape: [, d], data }: Float64Tensor, rows: readonly number[]): Float64Array {
  const out = new Float64Array(rows.length * d);
  for (const [i, r] of rows.entries()) out.set(data.subarray(r * d, (r + 1) * d), i * d);
  return out;
}

/** β_h⟨Qx, Ky⟩ times a factor is the same with Q_h times it, and a head adds as much less as O_h is smaller. */
function flowHooks({ scores, heads, patch }: RunHooks): FlowHooks {
  const weights = (layer: number | null, given: AttentionWeights<Float64Tensor>) => ({
    ...given,
    query: scores ? scaleColumns(given.query, scores(layer)) : given.query,
    output: heads ? scaleRows(given.output, heads(layer)) : given.output,
  });
  return { weights, patch };
}

/** The columns of each head [d, H·k] times its factor. */
function scaleColumns({ shape, data }: Float64Tensor, factors: readonly number[]): Float64Tensor {
  const [, width] = shape;
  const k = width / factors.length;
  return tensor(
    shape,
    data.map((value, at) => value * factors[Math.floor((at % width) / k)]),
  );
}

/** The rows of each head [H·k, d] times its factor. */
function scaleRows({ shape, data }: Float64Tensor, factors: readonly number[]): Float64Tensor {
  const [width, d] = shape;
  const k = width / factors.length;
  return tensor(
    shape,
    data.map((value, at) => value * factors[Math.floor(at / d / k)]),
  );
}
