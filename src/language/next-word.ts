/**
 * What a word is behind the text of somebody else's causal model, by its own tokenizer: which tokens begin it, go on
 * with it and end it. No probabilities. Our own models' answers, with determiners, are in answers.ts.
 */
import { counted } from '../numerics/counted.ts';
import { LimitError } from '../numerics/errors.ts';
import type { PretrainedTokenizer } from '../pretrained/tokenizer/files.ts';
import { type AnswerRules, OPENS_WORD, PART_OF_WORD, type Stage, WORD } from './answers.ts';
import type { Layout } from './layout.ts';

/** The most tokens of a word. */
export const MOST_WORD_TOKENS = 12;

/** Kinds of tokens: no token, inside a word, a space and the beginning of a word, a space alone, anything else. */
const [NONE, INSIDE, OPENING, SPACE, OTHER] = [0, 1, 2, 3, 4];

interface Kinds {
  readonly of: Uint8Array;
  /** Ids behind which a word is over: what begins a new one, signs, and the end of a text. */
  readonly endings: readonly number[];
}

/** Found once for each tokenizer. */
const KINDS = new WeakMap<PretrainedTokenizer, Kinds>();

function kindsOf(tokenizer: PretrainedTokenizer): Kinds {
  const known = KINDS.get(tokenizer);
  if (known) return known;
  const of = Uint8Array.from({ length: tokenizer.size }, (_, id) => kindOf(tokenizer, id));
  const endings = [...of.keys()].filter((id) => of[id] !== NONE && of[id] !== INSIDE);
  const found = { of, endings };
  KINDS.set(tokenizer, found);
  return found;
}

function kindOf(tokenizer: PretrainedTokenizer, id: number): number {
  if (!tokenizer.has(id)) return NONE;
  const { text, special } = tokenizer.token(id);
  if (special) return OTHER;
  if (text === ' ') return SPACE;
  if (OPENS_WORD.test(text)) return OPENING;
  return PART_OF_WORD.test(text) ? INSIDE : OTHER;
}

/** The tokens of a word in the place of the blank, as the tokenizer writes it behind what stands before. */
export function wordTokens(tokenizer: PretrainedTokenizer, layout: Layout, word: string): number[] {
  const encode = (text: string) => tokenizer.encode(text, { special: false }).ids;
  const { blank, leadingBlank } = layout;
  const before = blank ? blank.before.trimEnd() : layout.text;
  const put = blank && leadingBlank ? ` ${word}` : word;
  const [own, all] = [encode(before), encode(before + put)];
  // where signs of both are one token, the text has been cut already
  return own.every((id, i) => all[i] === id) ? all.slice(own.length) : encode(put);
}

/**
 * The rules for the word at a blank at the end. It ends where a new one begins or the text ends, so that what
 * follows is left open. Throws LimitError where the text leaves no position for a word.
 */
export function nextWordRules(
  tokenizer: PretrainedTokenizer,
  layout: Layout,
  positions: number,
): AnswerRules {
  const room = positions - layout.tokens.length;
  if (room < 1)
    throw new LimitError(
      'text',
      `the text fills all ${counted(positions, 'position')}, expected room for a word: shorten it`,
    );
  const { of, endings } = kindsOf(tokenizer);
  const maximumTokens = Math.min(MOST_WORD_TOKENS, room);
  const begun = layout.blank?.before.trim() !== '';

  /** At the start of a text a word may have its space or not: how it is written says which (`text`). */
  const mayBegin = (kind: number) =>
    layout.leadingBlank || !begun
      ? kind === OPENING || kind === SPACE || (!begun && kind === INSIDE)
      : kind === INSIDE;

  function stageAfter(tokens: readonly number[], kind: number): Stage | undefined {
    if (!(tokens.length === 0 ? mayBegin(kind) : kind === INSIDE)) return undefined;
    return kind === SPACE ? 'nothing' : 'first word';
  }

  const rules: AnswerRules = {
    maximumTokens,
    extend({ tokens }, token) {
      if (tokens.length >= maximumTokens) return undefined;
      const stage = stageAfter(tokens, of[token]);
      return stage && { tokens: [...tokens, token], stage };
    },
    begin: (tokens) =>
      tokens.reduce<ReturnType<AnswerRules['begin']>>(
        (beginning, token) => beginning && rules.extend(beginning, token),
        { tokens: [], stage: 'nothing' },
      ),
    endings: ({ stage }) => (stage === 'nothing' ? [] : endings),
    text(tokens) {
      const word = tokenizer.behind(tokens).trimStart();
      if (!WORD.test(word)) return undefined;
      const own = wordTokens(tokenizer, layout, word);
      const same = own.length === tokens.length && own.every((id, i) => id === tokens[i]);
      return same ? word : undefined;
    },
  };
  return rules;
}
