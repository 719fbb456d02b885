/** Finds the blank in a text: `__` (two underscores or more), a lone `_`, or `[MASK]`. Knows no tokens. */
import { InputError } from '../numerics/errors.ts';
import type { ReadText } from './text.ts';

export interface Blank {
  /** The text before and behind the blank, as it is read. */
  readonly before: string;
  readonly after: string;
  /** Span of the blank in the text as it is read, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** One underscore between two letters or digits is none: my_var. */
export const BLANK = /\[MASK\]|_{2,}|(?<![\p{L}\p{N}\p{M}])_|_(?![\p{L}\p{N}\p{M}])/gu;
const LETTER_BEHIND = /^[\p{L}\p{N}\p{M}]/u;
const LETTER_BEFORE = /[\p{L}\p{N}\p{M}]$/u;

/**
 * The one blank of the text, or null when there is none.
 * Throws InputError (field `text`) for an empty text, several blanks, or a blank glued to a letter or digit.
 */
export function findBlank(read: ReadText): Blank | null {
  const { text } = read;
  if (text === '')
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
  return found.length === 1 ? checked(read, found[0][0], found[0].index) : null;
}

function checked(read: ReadText, mark: string, start: number): Blank {
  const { text } = read;
  const end = start + mark.length;
  const blank = { before: text.slice(0, start), after: text.slice(end), start, end };
  if (LETTER_BEFORE.test(blank.before) || LETTER_BEHIND.test(blank.after))
    throw new InputError(
      'text',
      `the blank "${mark}" at offset ${read.typedSpan(start, end).start} is glued to a letter or digit ("${excerpt(text, start, end)}"), expected a blank of its own: put a space between`,
    );
  return blank;
}

/** The word around the blank, for a message: at most ten characters on either side. */
function excerpt(text: string, start: number, end: number): string {
  const before = /\S{0,10}$/u.exec(text.slice(0, start))?.[0] ?? '';
  const after = /^\S{0,10}/u.exec(text.slice(end))?.[0] ?? '';
  return before + text.slice(start, end) + after;
}
