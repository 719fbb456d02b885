/**
 * The one door through which every text comes, whoever typed it and whatever file it stood in: how its
 * characters are read, and where they stood. Not blanks (blank.ts) and not tokens (tokenizer.ts).
 */
import { InputError } from '../numerics/errors.ts';

/** A text as the models read it, with the places of its characters in the text as it was typed. */
export interface ReadText {
  readonly typed: string;
  readonly text: string;
  /** Where units `start` … `end` − 1 of `text`, one at least, stood in `typed`, in UTF-16 units. */
  typedSpan(start: number, end: number): Span;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Soft hyphens, zero-width spaces and joiners, byte-order marks, directions; not what joins emoji. */
const INVISIBLE = /[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]+/g;
/** What can become one character, or change its order: a base with its marks, and Korean letters. */
const COMPOSABLE = /(?:\p{Script=Hangul}+|\P{M})\p{M}*|\p{M}+/gu;
const WHITE_SPACE = /\p{White_Space}+/gu;
const OUTER_SPACE = /^ | $/g;

/**
 * The text as the corpora are: what cannot be seen is left out, characters are composed (NFC), white space of
 * any kind and length is one space, and there is none at either end. All else stays, held by a corpus or not.
 * Throws InputError (field `text`) for lone surrogates.
 */
export function readText(typed: string): ReadText {
  let read = spelled(wellFormed(typed));
  read = rewrite(read, INVISIBLE, () => '');
  if (read.text.normalize('NFC') !== read.text)
    read = rewrite(read, COMPOSABLE, (found) => found.normalize('NFC'));
  read = rewrite(read, WHITE_SPACE, () => ' ');
  const { text, starts, ends } = rewrite(read, OUTER_SPACE, () => '');
  return {
    typed,
    text,
    typedSpan: (start, end) => ({ start: starts[start], end: ends[end - 1] }),
  };
}

/** The text alone, as `readText` reads it. Throws as that. */
export const plain = (typed: string): string => readText(typed).text;

/** A text, and of each of its UTF-16 units the span that it comes from. */
interface Traced {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function spelled(text: string): Traced {
  const starts = Array.from({ length: text.length }, (_, i) => i);
  return { text, starts, ends: starts.map((i) => i + 1) };
}

/** Everything that the pattern finds, replaced; what is put in comes from all that it replaces. */
function rewrite(read: Traced, pattern: RegExp, put: (found: string) => string): Traced {
  const parts: string[] = [];
  const [starts, ends]: number[][] = [[], []];
  let from = 0;
  const keep = (to: number) => {
    parts.push(read.text.slice(from, to));
    for (let i = from; i < to; i++) {
      starts.push(read.starts[i]);
      ends.push(read.ends[i]);
    }
  };
  for (const { 0: found, index } of read.text.matchAll(pattern)) {
    const replacement = put(found);
    if (replacement === found) continue;
    keep(index);
    from = index + found.length;
    parts.push(replacement);
    for (let i = 0; i < replacement.length; i++) {
      starts.push(read.starts[index]);
      ends.push(read.ends[from - 1]);
    }
  }
  if (from === 0) return read;
  keep(read.text.length);
  return { text: parts.join(''), starts, ends };
}

/** The text itself. Throws InputError when it holds a lone surrogate. */
export function wellFormed(text: string): string {
  const place = text.search(/\p{Cs}/u);
  if (place < 0) return text;
  const unit = text.charCodeAt(place).toString(16).toUpperCase();
  throw new InputError(
    'text',
    `the text holds the lone surrogate U+${unit} at offset ${place}, expected whole characters: remove it`,
  );
}
