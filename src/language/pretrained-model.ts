/**
 * Somebody else's network as a language model: its tokenizer's tokens, its layers as frames, its head as the
 * readout. Beginnings of answers fill its masks, or go on behind its text.
 */
import type { CouplingName } from '../attention/model-coupling.ts';
import type { Architecture } from '../pretrained/architecture.ts';
import { longestText, type Network } from '../pretrained/network.ts';
import type { Precision } from '../pretrained/precision.ts';
import {
  checkTokenTypes,
  checkVocabulary,
  type PretrainedTokenizer,
} from '../pretrained/tokenizer/files.ts';
import type { AnswerRules } from './answers.ts';
import type { Layout } from './layout.ts';
import type { LanguageModel, ModelRun, ModelSizes, ModelTokenizer, RunSettings } from './model.ts';
import { checkDepth, readoutOf, runText } from './network-run.ts';
import { MOST_WORD_TOKENS, nextWordRules, wordTokens } from './next-word.ts';
import { MOST_SLOTS } from './options.ts';
import { layOutPretrained } from './pretrained-layout.ts';

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
    const { tokenTypes, causal } = network.architecture;
    checkTokenTypes(tokenizer, tokenTypes, causal);
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

  run(layout: Layout, settings: RunSettings = {}): ModelRun {
    checkDepth(this, settings.depth);
    return runText(this.network, layout, settings);
  }

  tokenProbabilities(states: Float64Array): Float64Array {
    return readoutOf(this.network, states);
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
    hasText: tokenizer.has,
  };
}
