/**
 * What an answer is: one word, or a determiner with the word behind it. Which tokens may begin it,
 * go on with it and end it. No probabilities.
 */
import type { CouplingName } from '../attention/model-coupling.ts';
import type { OwnParts } from './checkpoint.ts';
import type { Layout } from './layout.ts';
import type { Tokenizer } from './tokenizer.ts';

/** How far an answer has come. */
export type Stage = 'nothing' | 'first word' | 'after determiner' | 'second word';

/** A beginning of an answer: its tokens so far. */
export interface Beginning {
  readonly tokens: readonly number[];
  readonly stage: Stage;
}

export interface AnswerRules {
  /** The most tokens of an answer. */
  readonly maximumTokens: number;
  /** The beginning that `tokens` make; undefined when no answer begins so. */
  begin(tokens: readonly number[]): Beginning | undefined;
  /** The beginning with one more token; undefined when no answer begins so. */
  extend(beginning: Beginning, token: number): Beginning | undefined;
  /** The tokens that end the answer without being part of it; none of them extends it. */
  endings(beginning: Beginning): readonly number[];
  /** The answer as it is shown, without its leading blank; undefined when the tokens are no answer. */
  text(tokens: readonly number[]): string | undefined;
}

/** Kinds of tokens: inside a word, a blank and the beginning of a word, anything else. */
const [OTHER, INSIDE, OPENING] = [0, 1, 2];

export const WORD = /^[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*$/u;
/** U+FFFD is a part of a character: of a letter, as far as one can know. */
export const PART_OF_WORD = /^[\p{L}\p{N}\p{M}\uFFFD'’-]+$/u;
export const OPENS_WORD = /^ [\p{L}\p{N}\p{M}\uFFFD][\p{L}\p{N}\p{M}\uFFFD'’-]*$/u;

/** Kinds by token id, found once for each tokenizer. */
const KINDS = new WeakMap<Tokenizer, Uint8Array>();

function tokenKinds(tokenizer: Tokenizer): Uint8Array {
  const known = KINDS.get(tokenizer);
  if (known) return known;
  const kinds = Uint8Array.from({ length: tokenizer.size }, (_, id) => {
    const text = tokenizer.decode([id]);
    if (OPENS_WORD.test(text)) return OPENING;
    return !tokenizer.beginsWord[id] && PART_OF_WORD.test(text) ? INSIDE : OTHER;
  });
  KINDS.set(tokenizer, kinds);
  return kinds;
}

/** Whether a token may stand in a determiner, by token id, found once for each model: few do, and only those are decoded. */
const IN_DETERMINERS = new WeakMap<OwnParts, Uint8Array>();

function tokensOfDeterminers(model: OwnParts): Uint8Array {
  const known = IN_DETERMINERS.get(model);
  if (known) return known;
  const { tokenizer, config } = model;
  const found = Uint8Array.from({ length: tokenizer.size }, (_, id) => {
    const text = tokenizer.decodeStrict([id])?.trimStart().toLowerCase();
    // what is no character of its own may be a part of any
    return Number(text === undefined || config.determiners.some((word) => word.includes(text)));
  });
  IN_DETERMINERS.set(model, found);
  return found;
}

/** Tokens behind which a word is over: `end` alone unless the coupling is causal, else all that begin a new one. */
function wordEndings(
  { size, special, beginsWord }: Tokenizer,
  coupling: CouplingName,
  kinds: Uint8Array,
) {
  const afterWord =
    coupling !== 'causal'
      ? [special.end]
      : Array.from({ length: size }, (_, id) => id).filter((id) => beginsWord[id]);
  return { afterWord, afterDeterminer: afterWord.filter((id) => kinds[id] !== OPENING) };
}

/**
 * The rules for the answers of a layout. In full coupling an answer ends with the token `end`;
 * in causal coupling where a new word begins, so that what follows it is left open.
 */
export function answerRules(model: OwnParts, layout: Layout): AnswerRules {
  const { tokenizer, config } = model;
  const inDeterminers = tokensOfDeterminers(model);
  const kinds = tokenKinds(tokenizer);
  const determiners = new Set(config.determiners);
  const endings = wordEndings(tokenizer, layout.coupling, kinds);
  const plain = (tokens: readonly number[]) => {
    const text = tokenizer.decodeStrict(tokens);
    return layout.leadingBlank ? text?.slice(1) : text;
  };
  const isDeterminer = (tokens: readonly number[]) =>
    tokens.every((id) => inDeterminers[id] === 1) &&
    determiners.has(plain(tokens)?.toLowerCase() ?? '');

  function stageAfter(stage: Stage, kind: number, tokens: readonly number[]): Stage | undefined {
    if (stage === 'second word') return kind === INSIDE ? stage : undefined;
    if (stage === 'after determiner' && kind === OPENING) return 'second word';
    if (kind !== (stage === 'nothing' && layout.leadingBlank ? OPENING : INSIDE)) return undefined;
    return isDeterminer(tokens) ? 'after determiner' : 'first word';
  }

  const rules: AnswerRules = {
    maximumTokens: config.slots - 1,
    extend(beginning, token) {
      const kind = kinds[token];
      if (kind === OTHER || beginning.tokens.length >= rules.maximumTokens) return undefined;
      const tokens = [...beginning.tokens, token];
      const stage = stageAfter(beginning.stage, kind, tokens);
      return stage && { tokens, stage };
    },
    begin: (tokens) =>
      tokens.reduce<Beginning | undefined>(
        (beginning, token) => beginning && rules.extend(beginning, token),
        { tokens: [], stage: 'nothing' },
      ),
    endings({ stage }) {
      if (stage === 'nothing') return [];
      return stage === 'after determiner' ? endings.afterDeterminer : endings.afterWord;
    },
    text(tokens) {
      const text = plain(tokens);
      if (text === undefined || !isCanonical(tokenizer, tokens)) return undefined;
      const words = text.split(' ');
      const form =
        words.length === 1 || (words.length === 2 && determiners.has(words[0].toLowerCase()));
      return form && words.every((word) => WORD.test(word)) ? text : undefined;
    },
  };
  return rules;
}

/** Whether the tokenizer itself would write the text of these tokens so. */
function isCanonical(tokenizer: Tokenizer, tokens: readonly number[]): boolean {
  const text = tokenizer.decodeStrict(tokens);
  if (text === undefined) return false;
  const own = tokenizer.encodeIds(text);
  return own.length === tokens.length && own.every((id, i) => id === tokens[i]);
}
