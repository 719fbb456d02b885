/** Finds the blank in a text: `__` (two underscores or more), a lone `_`, or `[MASK]`. Knows no tokens. */
import { InputError } from '../numerics/errors.ts';
import { wellFormed } from './tokenizer.ts';

export interface Blank {
  /** The text before and behind the blank, as it stands. */
  readonly before: string;
  readonly after: string;
  /** Span of the blank in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const BLANK = /_+|\[MASK\]/g;
const LETTER_BEHIND = /^[\p{L}\p{N}\p{M}]/u;
const LETTER_BEFORE = /[\p{L}\p{N}\p{M}]$/u;

/**
 * The one blank of the text, or null when there is none.
 * Throws InputError (field `text`) for an empty text, lone surrogates, several blanks,
 * or a blank glued to a letter or digit.
 */
export function findBlank(text: string): Blank | null {
  if (wellFormed(text).trim() === '')
    throw new InputError(
      'text',
      'the text is empty, expected a sentence: write one, such as "Mein Lieblingstier ist __"',
    );
  const found = [...text.matchAll(BLANK)];
  if (found.length > 1)
    throw new InputError(
      'text',
      `found ${found.length} blanks in the text, expected at most one: keep one`,
    );
  return found.length === 1 ? checked(text, found[0][0], found[0].index) : null;
}

function checked(text: string, mark: string, start: number): Blank {
  const end = start + mark.length;
  const blank = { before: text.slice(0, start), after: text.slice(end), start, end };
  if (LETTER_BEFORE.test(blank.before) || LETTER_BEHIND.test(blank.after))
    throw new InputError(
      'text',
      `the blank "${mark}" at offset ${start} is glued to a letter or digit ("${excerpt(text, start, end)}"), expected a blank of its own: put a space between`,
    );
  return blank;
}

/** The word around the blank, for a message: at most ten characters on either side. */
function excerpt(text: string, start: number, end: number): string {
  const before = /\S{0,10}$/u.exec(text.slice(0, start))?.[0] ?? '';
  const after = /^\S{0,10}/u.exec(text.slice(end))?.[0] ?? '';
  return before + text.slice(start, end) + after;
}
