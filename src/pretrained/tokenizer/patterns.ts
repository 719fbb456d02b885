/** The patterns that a text is cut and changed at: those in the file, and those that its types stand for. */
import { z } from 'zod';
import { once } from '../../numerics/once.ts';
import { regexPattern } from './oniguruma.ts';

/** A literal text or a pattern of Oniguruma's. */
export const PATTERN = z.union([
  z.object({ String: z.string() }).transform(({ String: literal }) => literalPattern(literal)),
  z.object({ Regex: z.string() }).transform(({ Regex: source }) => regexPattern(source)),
]);

export const literalPattern = (text: string): RegExp =>
  new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gu');

/** What the reference library takes for white space, punctuation, digits and words. */
export const WHITE_SPACE = /\p{White_Space}/gu;
export const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/gu;
export const NUMERIC = /\p{N}/gu;
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
export const WORDS_OR_SIGNS = new RegExp(`[${WORD}]+|[^${WORD}\\p{White_Space}]+`, 'gu');
export const ENDS_WITH_WORD = new RegExp(`[${WORD}]$`, 'u');
export const BEGINS_WITH_WORD = new RegExp(`^[${WORD}]`, 'u');

/** How GPT-2 cuts a text, built into every byte-level pre-tokenizer. */
export const gpt2Pieces = once(() =>
  regexPattern(
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  ),
);
