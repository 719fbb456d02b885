/**
 * Somebody else's network as a language model: its tokenizer's tokens, its layers as frames, its head as the
 * readout. Beginnings of answers fill its masks, or go on behind its text.
 */
import type { CouplingName } from '../attention/model-coupling.ts';
import { type Float64Tensor, tensor } from '../engines/tensor.ts';
import { InputError } from '../numerics/errors.ts';
import type { Architecture } from '../pretrained/architecture.ts';
import type { Tensor } from '../pretrained/arithmetic.ts';
import type { Hooks } from '../pretrained/block.ts';
import { longestText, type Network, type NetworkRun } from '../pretrained/network.ts';
import type { Precision } from '../pretrained/precision.ts';
import type { Numbers } from '../pretrained/stored.ts';
import { checkVocabulary, type PretrainedTokenizer } from '../pretrained/tokenizer/files.ts';
import type { AnswerRules } from './answers.ts';
import type { Layout } from './layout.ts';
import type {
  LanguageModel,
  ModelFrame,
  ModelRun,
  ModelSizes,
  ModelTokenizer,
  RunHooks,
  RunSettings,
  StatesBehind,
  Tokens,
} from './model.ts';
import { MOST_WORD_TOKENS, nextWordRules, wordTokens } from './next-word.ts';
import { MOST_SLOTS } from './options.ts';
import { layOutPretrained } from './pretrained-layout.ts';
import { softmaxRows } from './transformer.ts';

/** What a pretrained model is made of. */
export interface PretrainedParts {
  readonly name: string;
  readonly network: Network;
  readonly tokenizer: PretrainedTokenizer;
}

/** A network of a Hugging Face folder, in memory. Throws InputError where the tokenizer has more ids than the network. */
export class PretrainedModel implements LanguageModel {
  readonly name: string;
  readonly network: Network;
  /** The tokenizer of its folder. */
  readonly pieces: PretrainedTokenizer;
  readonly tokenizer: ModelTokenizer;
  readonly languages: readonly string[] = [];
  readonly flow = null;
  readonly onSphere = false;

  constructor({ name, network, tokenizer }: PretrainedParts) {
    checkVocabulary(tokenizer, network.architecture.vocabulary);
    this.name = name;
    this.network = network;
    this.pieces = tokenizer;
    this.tokenizer = piecesAsTokens(tokenizer, network.architecture);
  }

  get masks(): boolean {
    return !this.network.architecture.causal;
  }

  get reads(): boolean {
    return this.network.hasHead;
  }

  get precision(): Precision {
    return this.network.precision;
  }

  get notes(): readonly string[] {
    return [...this.network.notes, ...this.pieces.notes];
  }

  /** Which block each layer is, by its place in the file: ALBERT's layers share some. */
  get blocks(): readonly string[] {
    return this.network.architecture.layers.map(({ block }) => block);
  }

  get end(): number | null {
    return this.masks ? null : (this.pieces.special.eos?.id ?? null);
  }

  get sizes(): ModelSizes {
    const { architecture } = this.network;
    return {
      dimension: architecture.width,
      heads: architecture.heads,
      depth: architecture.layers.length,
      positions: longestText(architecture) ?? Number.POSITIVE_INFINITY,
      answerTokens: this.masks ? MOST_SLOTS : MOST_WORD_TOKENS,
    };
  }

  layOut(text: string, coupling?: CouplingName, slots = 1): Layout {
    const { name, pieces, sizes, network } = this;
    const { causal } = network.architecture;
    const { positions } = sizes;
    return layOutPretrained({ name, tokenizer: pieces, causal, positions }, text, coupling, slots);
  }

  answerTokens(layout: Layout, text: string): number[] {
    return wordTokens(this.pieces, layout, text);
  }

  /** Of a causal model's blank, a word; else one token is the answer. */
  rules(layout: Layout): AnswerRules | null {
    if (this.masks || layout.kind !== 'blank') return null;
    return nextWordRules(this.pieces, layout, this.sizes.positions);
  }

  run(layout: Layout, { depth, hooks, parts }: RunSettings = {}): ModelRun {
    const own = this.sizes.depth;
    if (depth !== undefined && depth !== own)
      throw new InputError(
        'depth',
        `option depth is ${depth}, and "${this.name}" has ${own} layers, each with weights of its own: leave it out`,
      );
    return runText(this.network, layout, hooks, parts);
  }

  tokenProbabilities(states: Float64Array): Float64Array {
    const { width, vocabulary } = this.network.architecture;
    const data = this.precision === 'float32' ? Float32Array.from(states) : states;
    const scores = this.network.logits({ shape: [states.length / width, width], data });
    return softmaxRows(Float64Array.from(scores.data), vocabulary);
  }
}

/**
 * Pieces as they are put in: behind a text with the space that they bring, in masks as the tokenizer decodes them
 * alone (`##ing`); special ones, and parts of a character, by their names.
 */
function piecesAsTokens(
  tokenizer: PretrainedTokenizer,
  { vocabulary, causal }: Architecture,
): ModelTokenizer {
  const pieceOf = (id: number) => (tokenizer.has(id) ? tokenizer.token(id).piece : `[${id}]`);
  const decode = (ids: readonly number[]) => {
    const text = causal ? tokenizer.behind(ids) : tokenizer.decode(ids, { special: true });
    return text.includes('\ufffd') ? ids.map(pieceOf).join('') : text;
  };
  const decodeStrict = (ids: Iterable<number>) => {
    const all = [...ids];
    return all.every(tokenizer.has) ? decode(all) : undefined;
  };
  return {
    size: vocabulary,
    encodeIds: (text) => tokenizer.encode(text, { special: false }).ids,
    decode: (ids) => decodeStrict(ids) ?? Array.from(ids, pieceOf).join(''),
    decodeStrict,
  };
}

const keyOf = (tokens: Tokens) => tokens.join(' ');

/** One row of every frame. */
type Rows = readonly Numbers[];

const rowsAt = ({ states }: NetworkRun, row: number): Rows =>
  states.map(({ shape: [, width], data }) => data.slice(row * width, (row + 1) * width));

/** The tokens of beginnings, each beginning once, with the one before each and the last of every beginning. */
function treeOf(beginnings: readonly Tokens[]) {
  const ids: number[] = [];
  const parents: number[] = [];
  const nodes = new Map<string, number>();
  const places = beginnings.map((tokens) => {
    let parent = -1;
    for (let length = 1; length <= tokens.length; length++) {
      const key = keyOf(tokens.slice(0, length));
      const node = nodes.get(key) ?? ids.push(tokens[length - 1]) - 1;
      if (!nodes.has(key)) parents.push(parent);
      nodes.set(key, node);
      parent = node;
    }
    return parent;
  });
  return { ids, parents, places };
}

function runText(network: Network, layout: Layout, given: RunHooks = {}, parts = false): ModelRun {
  const ids = layout.tokens.map(({ id }) => id);
  const hooks = hooksOf(network, given);
  const { causal, layers, width } = network.architecture;
  const own = network.run(ids, { hooks, attentions: true, parts });
  const lasting = network.goesOn && !given.patch ? own.kept : undefined;
  const known = new Map<string, Rows>([['', rowsAt(own, layout.readAt)]]);
  /** States of every frame where what comes behind a beginning is read: at the mask behind it, or its last token. */
  const rowsOf = (beginning: Tokens): Rows => {
    const key = keyOf(beginning);
    const rows = known.get(key) ?? rowsAt(...runOf(beginning));
    known.set(key, rows);
    return rows;
  };
  /** Runs beginnings that go on from the text, all in one: common ones once. */
  const goOn = (beginnings: readonly Tokens[]): void => {
    if (beginnings.length === 0) return;
    const { ids, parents, places } = treeOf(beginnings);
    const run = network.run(ids, { hooks, past: lasting, parents });
    for (const [b, tokens] of beginnings.entries())
      known.set(keyOf(tokens), rowsAt(run, places[b]));
  };
  const runOf = (beginning: Tokens): [NetworkRun, number] => {
    const at = layout.readAt + beginning.length;
    if (causal) return [network.run([...ids, ...beginning], { hooks }), at];
    return [
      network.run(
        ids.map((id, i) => beginning[i - layout.readAt] ?? id),
        { hooks },
      ),
      at,
    ];
  };
  const statesOf = (beginnings: readonly Tokens[], frame: number): Float64Array => {
    if (lasting) goOn(beginnings.filter((tokens) => !known.has(keyOf(tokens))));
    const out = new Float64Array(beginnings.length * width);
    for (const [b, tokens] of beginnings.entries()) out.set(rowsOf(tokens)[frame], b * width);
    return out;
  };
  return {
    depth: layers.length,
    frames: own.states.map((states, k): ModelFrame => {
      const coupling = k === 0 ? null : wide(own.attentions[k - 1]);
      return { time: k, positions: wide(states), coupling };
    }),
    parts: parts ? own.parts.map(wide) : undefined,
    batch: 16,
    behind: (beginnings) => statesOf(beginnings, layers.length),
    *framesBehind(beginnings): Generator<StatesBehind> {
      for (let frame = 0; frame <= layers.length; frame++)
        yield { time: frame, states: statesOf(beginnings, frame) };
    },
  };
}

/** Numbers of any precision as the rest of the house takes them. */
const wide = ({ shape, data }: Tensor): Float64Tensor => tensor(shape, Float64Array.from(data));

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
