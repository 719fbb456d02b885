/**
 * From a text to the tokens of somebody else's model: as its own tokenizer writes it, with its own mask where the
 * blank is. Unlike our own models' layout nothing is read first: what a text means to it, its tokenizer says.
 */

import type { CouplingName } from '../attention/model-coupling.ts';
import { counted } from '../numerics/counted.ts';
import { InputError, LimitError } from '../numerics/errors.ts';
import { quoted } from '../numerics/printable.ts';
import type { PretrainedTokenizer, SpecialToken } from '../pretrained/tokenizer/files.ts';
import type { Encoding } from '../pretrained/tokenizer/tokenizer.ts';
import { BLANK } from './blank.ts';
import type { Layout } from './layout.ts';
import { wellFormed } from './text.ts';
import type { Token } from './tokenizer.ts';

/** What the layout needs to know of a model. */
export interface LaidOutFor {
  readonly name: string;
  readonly causal: boolean;
  readonly tokenizer: PretrainedTokenizer;
  /** The most tokens of a text. */
  readonly positions: number;
}

/** A blank in the text as it was typed. */
interface Mark {
  readonly start: number;
  readonly end: number;
}

/**
 * The tokens of a text; its blank as `slots` masks, or at the end of a causal model's text. Throws InputError for an
 * empty text, several blanks, a blank that this model cannot fill and a coupling that is not its own, LimitError for
 * too many tokens.
 */
export function layOutPretrained(
  model: LaidOutFor,
  text: string,
  coupling: CouplingName | undefined,
  slots: number,
): Layout {
  const own = model.causal ? 'causal' : 'full';
  if (coupling !== undefined && coupling !== own)
    throw new InputError(
      'coupling',
      `model "${model.name}" was trained with ${own} attention, and coupling "${coupling}" is asked for: leave it out`,
    );
  if (wellFormed(text).trim() === '')
    throw new InputError('text', 'the text is empty, expected a sentence: write one');
  const mark = findMark(model, text);
  const layout = model.causal ? continuation(model, text, mark) : masked(model, text, mark, slots);
  if (layout.tokens.length > model.positions)
    throw new LimitError(
      'text',
      `the text has ${counted(layout.tokens.length, 'token')}, expected at most the ${counted(model.positions, 'position')} of the model "${model.name}": shorten it`,
    );
  return layout;
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The model's own mask, `__`, a lone `_` or `[MASK]`; null where there is none. */
function findMark({ tokenizer }: LaidOutFor, text: string): Mark | null {
  const { mask } = tokenizer.special;
  const pattern = new RegExp(mask ? `${escaped(mask.piece)}|${BLANK.source}` : BLANK.source, 'gu');
  const found = [...text.matchAll(pattern)];
  if (found.length > 1)
    throw new InputError(
      'text',
      `found ${found.length} blanks in the text, expected at most one: keep one`,
    );
  return found.length === 0
    ? null
    : { start: found[0].index, end: found[0].index + found[0][0].length };
}

/** A causal model's text: it goes on at its end. */
function continuation(model: LaidOutFor, text: string, mark: Mark | null): Layout {
  if (mark && text.slice(mark.end).trim() !== '')
    throw new InputError(
      'text',
      `model "${model.name}" reads from left to right and has no mask token, and behind the blank stands ${quoted(text.slice(mark.end).trim().slice(0, 20))}: expected the blank at the end, or a model with a mask such as a BERT`,
    );
  const { tokenizer } = model;
  const before = mark ? text.slice(0, mark.start).trimEnd() : text;
  const encoding = withoutEnd(tokenizer, tokenizer.encode(before));
  const tokens = tokensOf(tokenizer, encoding, before.length, (from, to) => [from, to]);
  return {
    text,
    kind: mark ? 'blank' : 'next-token',
    coupling: 'causal',
    blank: mark && { before: text.slice(0, mark.start), after: '', ...mark },
    tokens,
    positions: tokens.map((_, i) => i),
    readAt: tokens.length - 1,
    followFrom: tokens.length,
    leadingBlank: mark ? /\s$/u.test(text.slice(0, mark.start)) : before.length > 0,
  };
}

/** Without what the template puts behind a text, since the text goes on. */
function withoutEnd({ template }: PretrainedTokenizer, encoding: Encoding): Encoding {
  const length = encoding.ids.length - template.after.length;
  return {
    ids: encoding.ids.slice(0, length),
    offsets: encoding.offsets.slice(0, length),
    typeIds: encoding.typeIds.slice(0, length),
  };
}

/** A masked model's text, with so many masks where the blank is. */
function masked(model: LaidOutFor, text: string, mark: Mark | null, slots: number): Layout {
  const { tokenizer } = model;
  if (mark === null) {
    const encoding = tokenizer.encode(text);
    const tokens = tokensOf(tokenizer, encoding, text.length, (from, to) => [from, to]);
    const { typeIds } = encoding;
    return { ...unread, text, tokens, positions: tokens.map((_, i) => i), typeIds };
  }
  const mask = maskOf(model);
  const inside = mask.piece.repeat(slots);
  const [before, after] = [text.slice(0, mark.start), text.slice(mark.end)];
  const shift = inside.length - (mark.end - mark.start);
  const typed = (from: number, to: number): [number, number] => {
    if (to <= mark.start) return [from, to];
    if (from >= mark.start + inside.length) return [from - shift, to - shift];
    return [Math.min(from, mark.start), Math.max(mark.end, to - shift)];
  };
  const encoding = tokenizer.encode(before + inside + after);
  const tokens = tokensOf(tokenizer, encoding, text.length, typed);
  const readAt = encoding.ids.indexOf(mask.id);
  const count = encoding.ids.filter((id) => id === mask.id).length;
  if (count !== slots || encoding.ids.slice(readAt, readAt + slots).some((id) => id !== mask.id))
    throw new InputError(
      'text',
      `the tokenizer of "${model.name}" makes ${count} mask tokens of the text, expected ${slots} at the blank: put a space around it`,
    );
  return {
    text,
    kind: 'blank',
    coupling: 'full',
    blank: { before, after, start: mark.start, end: mark.end },
    tokens: tokens.map((token, i) =>
      i >= readAt && i < readAt + slots ? { ...token, start: mark.start, end: mark.end } : token,
    ),
    positions: tokens.map((_, i) => i),
    typeIds: encoding.typeIds,
    readAt,
    followFrom: readAt,
    leadingBlank: before.endsWith(' '),
  };
}

/** A masked model's text without a blank: it runs, and nothing is asked. */
const unread = {
  kind: 'text',
  coupling: 'full',
  blank: null,
  readAt: 0,
  followFrom: 0,
  leadingBlank: false,
} as const;

function maskOf({ name, tokenizer }: LaidOutFor): SpecialToken {
  const { mask } = tokenizer.special;
  if (mask) return mask;
  throw new InputError(
    'text',
    `the tokenizer of "${name}" names no mask token and the text has a blank: expected mask_token in its tokenizer_config.json`,
  );
}

/** Tokens with their spans in the typed text; those of the template stand at its ends. */
function tokensOf(
  tokenizer: PretrainedTokenizer,
  { ids, offsets }: Encoding,
  length: number,
  typed: (from: number, to: number) => readonly [number, number],
): Token[] {
  const first = offsets.findIndex((span) => span !== null);
  return ids.map((id, i) => {
    const { piece, text, special } = tokenizer.token(id);
    const span = offsets[i];
    const outside = i < first || first < 0 ? 0 : length;
    const [start, end] = span ? typed(span[0], span[1]) : [outside, outside];
    return { id, text: special ? piece : text, start, end };
  });
}
