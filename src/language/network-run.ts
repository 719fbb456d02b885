/**
 * The run of a text through a network of layers, and of beginnings of answers that go on from it or fill its masks.
 * Not what a text's tokens are, nor what states say of others.
 */

import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import type { Tensor } from '../pretrained/arithmetic.ts';
import type { Hooks } from '../pretrained/block.ts';
import type { FrameSettings, Network, Places } from '../pretrained/network.ts';
import type { Numbers } from '../pretrained/stored.ts';
import type { Layout } from './layout.ts';
import type {
  LanguageModel,
  ModelFrame,
  ModelRun,
  RunHooks,
  RunSettings,
  StatesBehind,
  Tokens,
} from './model.ts';
import { softmaxRows } from './transformer.ts';

/** Throws InputError (field `depth`) for another depth than the model's own. */
export function checkDepth(
  { name, sizes }: Pick<LanguageModel, 'name' | 'sizes'>,
  depth: RunSettings['depth'],
): void {
  if (depth === undefined || depth === sizes.depth) return;
  throw new InputError(
    'depth',
    `option depth is ${depth}, and "${name}" has ${counted(sizes.depth, 'layer')}, each with weights of its own: leave it out`,
  );
}

/** Scores [B, V] of tokens at states [B, d] of any frame. */
export function scoresOf(network: Network, states: Float64Array): Numbers {
  const { width } = network.architecture;
  const data = network.precision === 'float32' ? new Float32Array(states) : states;
  return network.logits({ shape: [states.length / width, width], data }).data;
}

/** p(token) at states [B, d] of any frame: [B, V]. */
export const readoutOf = (network: Network, states: Float64Array): Float64Array =>
  softmaxRows(new Float64Array(scoresOf(network, states)), network.architecture.vocabulary);

/** First and last states of tokens, without the frames between. */
export function endsOf(network: Network, ids: readonly number[], { hooks = {} }: RunSettings) {
  const { states } = network.run(ids, { hooks: hooksOf(network, hooks) });
  return { first: wide(states[0]), last: wide(states[states.length - 1]) };
}

const keyOf = (tokens: Tokens) => tokens.join(' ');

/** One row of every frame. */
type Rows = readonly Numbers[];

const rowsAt = (states: readonly Tensor[], row: number): Rows =>
  states.map(({ shape: [, width], data }) => data.slice(row * width, (row + 1) * width));

/** A whole text in tokens, and the place of one of them. */
interface PlaceIn {
  readonly ids: readonly number[];
  readonly place: number;
}

/** Tokens that run together: enough to read weights seldom, and few for the memory that their states take. */
const TOGETHER = 512;

/** The row of every frame at each place; texts of one length run together. */
export function rowsOfTexts(
  network: Network,
  texts: readonly PlaceIn[],
  settings?: FrameSettings,
): Rows[] {
  const rows: Rows[] = new Array(texts.length);
  for (const batch of batchesOf(texts)) {
    const states = network.frames(
      batch.map((text) => texts[text].ids),
      settings,
    );
    for (const [b, text] of batch.entries()) {
      const { ids, place } = texts[text];
      rows[text] = rowsAt(states, b * ids.length + place);
    }
  }
  return rows;
}

/** Texts that run together, by their places in the list. */
function batchesOf(texts: readonly PlaceIn[]): number[][] {
  const batches: number[][] = [];
  const open = new Map<number, number[]>();
  for (const [text, { ids }] of texts.entries()) {
    const batch = open.get(ids.length);
    if (batch && (batch.length + 1) * ids.length <= TOGETHER) batch.push(text);
    else {
      const begun = [text];
      open.set(ids.length, begun);
      batches.push(begun);
    }
  }
  return batches;
}

/** The tokens of beginnings, each beginning once: the one before each, how many are before it, each beginning's last. */
function treeOf(beginnings: readonly Tokens[]) {
  const ids: number[] = [];
  const parents: number[] = [];
  const before: number[] = [];
  const nodes = new Map<string, number>();
  const places = beginnings.map((tokens) => {
    let parent = -1;
    for (let length = 1; length <= tokens.length; length++) {
      const key = keyOf(tokens.slice(0, length));
      const node = nodes.get(key) ?? ids.push(tokens[length - 1]) - 1;
      if (!nodes.has(key)) {
        parents.push(parent);
        before.push(length - 1);
      }
      nodes.set(key, node);
      parent = node;
    }
    return parent;
  });
  return { ids, parents, before, places };
}

/**
 * Under a full coupling the text of a causal network sees both sides, and no token that goes on from it. Of others the
 * token types, where the network has them.
 */
export const placesIn = ({ architecture }: Network, layout: Layout): Places =>
  architecture.causal
    ? { positions: layout.positions, bothSides: layout.coupling === 'full' }
    : typesIn(architecture, layout);

/** Of texts with tokens of these types. */
export const typesIn = (
  { tokenTypes }: Network['architecture'],
  { typeIds }: { readonly typeIds?: readonly number[] },
): Pick<Places, 'typeIds'> => (tokenTypes > 0 && typeIds ? { typeIds } : {});

/** The run of a text. */
export function runText(
  network: Network,
  layout: Layout,
  { hooks: given = {}, parts = false, schedule }: RunSettings = {},
): ModelRun {
  const ids = layout.tokens.map(({ id }) => id);
  const hooks = hooksOf(network, given);
  const { causal, width } = network.architecture;
  const placed = placesIn(network, layout);
  const own = network.run(ids, { hooks, schedule, attentions: true, parts, ...placed });
  const last = own.states.length - 1;
  // without a step of attention nothing is kept, not even how many tokens there were
  const lasting = network.goesOn && own.kept.length > 0 ? own.kept : undefined;
  /** States of every frame where what comes behind a beginning is read: at the mask behind it, or its last token. */
  const known = new Map<string, Rows>([['', rowsAt(own.states, layout.readAt)]]);
  /** Runs beginnings that go on from the text, all in one: common ones once. */
  const goOn = (beginnings: readonly Tokens[]): Rows[] => {
    const { ids, parents, before, places } = treeOf(beginnings);
    const run = network.run(ids, {
      // patches move particles of the text alone
      hooks: { ...hooks, states: undefined },
      schedule,
      past: lasting,
      parents,
      positions: before.map((count) => layout.followFrom + count),
    });
    return places.map((place) => rowsAt(run.states, place));
  };
  /** Runs the whole text with each beginning. */
  const runAgain = (beginnings: readonly Tokens[]): Rows[] => {
    const texts = beginnings.map((tokens) => ({
      ids: causal ? [...ids, ...tokens] : ids.map((id, i) => tokens[i - layout.readAt] ?? id),
      place: layout.readAt + tokens.length,
    }));
    const { typeIds } = placed;
    return rowsOfTexts(network, texts, { hooks, schedule, typeIds });
  };
  const know = (beginnings: readonly Tokens[]): void => {
    const unknown = beginnings.filter((tokens) => !known.has(keyOf(tokens)));
    if (unknown.length === 0) return;
    const rows = lasting ? goOn(unknown) : runAgain(unknown);
    for (const [b, tokens] of unknown.entries()) known.set(keyOf(tokens), rows[b]);
  };
  const statesOf = (beginnings: readonly Tokens[], frame: number): Float64Array => {
    know(beginnings);
    const out = new Float64Array(beginnings.length * width);
    for (const [b, tokens] of beginnings.entries())
      out.set((known.get(keyOf(tokens)) as Rows)[frame], b * width);
    return out;
  };
  return {
    depth: last,
    frames: own.states.map((states, k): ModelFrame => {
      const coupling = k === 0 ? null : wide(own.attentions[k - 1]);
      return { time: k, positions: wide(states), coupling };
    }),
    parts: parts ? own.parts.map(wide) : undefined,
    batch: 16,
    behind: (beginnings) => statesOf(beginnings, last),
    *framesBehind(beginnings): Generator<StatesBehind> {
      for (let frame = 0; frame <= last; frame++)
        yield { time: frame, states: statesOf(beginnings, frame) };
    },
  };
}

/** Numbers of any precision as the rest of the house takes them. */
const wide = ({ shape, data }: Tensor): Float64Tensor => tensor(shape, new Float64Array(data));

/** Factors on scores and on what heads have gathered, in place; moved states. */
function hooksOf({ architecture }: Network, { scores, heads, mlp, patch }: RunHooks): Hooks {
  const { headSize } = architecture;
  return {
    scores:
      scores &&
      ((layer, of) => scaleRuns(of.data, of.data.length / architecture.heads, scores(layer + 1))),
    heads: heads && ((layer, of) => scaleRuns(of.data, headSize, heads(layer + 1))),
    mlp: mlp && ((layer, of) => scaleRuns(of.data, of.data.length, [mlp(layer + 1)])),
    states: patch && ((frame, of) => of.data.set(patch(frame, wide(of)).data)),
  };
}

/** Runs of so many numbers, each times the factor of its turn; all begin anew behind the last factor. */
function scaleRuns(
  data: Float32Array | Float64Array,
  length: number,
  factors: readonly number[],
): void {
  if (factors.every((factor) => factor === 1)) return;
  for (let at = 0; at < data.length; at++)
    data[at] *= factors[Math.floor(at / length) % factors.length];
}
