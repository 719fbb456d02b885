/** Per-token facts that training needs to cut texts into words. */
import type { Tokenizer } from '../tokenizer.ts';
import type { WordBoundaries } from './batches.ts';

/** `determiners` in lower case: a token that is one as a whole opens a two-word answer. */
export function wordBoundaries(
  tokenizer: Tokenizer,
  determiners: readonly string[],
): WordBoundaries {
  const known = new Set(determiners);
  const hasLetter = new Uint8Array(tokenizer.size);
  const isDeterminer = new Uint8Array(tokenizer.size);
  const { start, end, blank } = tokenizer.special;
  for (let id = 0; id < tokenizer.size; id++) {
    if (id === start || id === end || id === blank) continue;
    const text = tokenizer.decodeStrict([id]) ?? 'x'; // part of a character: part of a word
    hasLetter[id] = /[\p{L}\p{N}]/u.test(text) ? 1 : 0;
    isDeterminer[id] = known.has(text.trim().toLowerCase()) ? 1 : 0;
  }
  return { special: tokenizer.special, beginsWord: tokenizer.beginsWord, hasLetter, isDeterminer };
}
