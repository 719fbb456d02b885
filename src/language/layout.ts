/**
 * From a text to its particles: which tokens, at which positions, where the answer is read and
 * where its tokens follow. No weights yet.
 */

import { couplingOf } from '../attention/coupling.ts';
import { type CouplingName, modelCouplings } from '../attention/model-coupling.ts';
import { counted } from '../numerics/counted.ts';
import { InputError, LimitError } from '../numerics/errors.ts';
import { type Blank, findBlank } from './blank.ts';
import type { OwnParts } from './checkpoint.ts';
import type { LanguageModel } from './model.ts';
import { type ReadText, readText } from './text.ts';
import type { Token, Tokenizer } from './tokenizer.ts';

export interface Layout {
  /** As it was typed; all offsets are in it. */
  readonly text: string;
  /** `blank`: words for a blank; `next-token`: how a text without a blank goes on; `text`: nothing is asked. */
  readonly kind: 'blank' | 'next-token' | 'text';
  readonly coupling: CouplingName;
  /** The blank, and what stood before and behind it. */
  readonly blank: Blank | null;
  /** The particles; `start` says '' and the blank's marker '__'. */
  readonly tokens: readonly Token[];
  /** Position of each particle. */
  readonly positions: readonly number[];
  /** The row among the token types of each, of a model that has them; 0 where absent. */
  readonly typeIds?: readonly number[];
  /** The particle at which the answer's first token is read. */
  readonly readAt: number;
  /** Position of the answer's first token. */
  readonly followFrom: number;
  /** Whether the answer's first token begins with a blank. */
  readonly leadingBlank: boolean;
}

/**
 * The particles of a text. The default coupling is the model's for a blank, full unless it says so, and
 * causal without one.
 * Throws InputError for texts without meaning (see blank.ts) and for a coupling that does not fit,
 * LimitError for texts with more tokens than the model has positions.
 */
export function layOut(model: OwnParts, text: string, coupling?: CouplingName): Layout {
  const read = readText(text);
  const blank = findBlank(read);
  checkLength(model, read);
  if (blank === null) return continuation(model, read, coupling ?? 'causal');
  const layout =
    coupling === 'causal'
      ? causalBlank(model, read, blank)
      : { ...fullBlank(model, read, blank), coupling: coupling ?? ownCoupling(model) };
  checkPositions(model, read, (layout.positions.at(-1) as number) + 1);
  checkPositions(model, read, layout.followFrom + model.config.slots - 1);
  return layout;
}

/** Of a blank when the caller names none. */
const ownCoupling = ({ config }: OwnParts): CouplingName =>
  ('coupling' in config && config.coupling) || 'full';

/** How many particles the text has. Throws as `layOut`. */
export const particleCount = (model: LanguageModel, text: string, coupling?: CouplingName) =>
  model.layOut(text, coupling).tokens.length;

/** Of a blank's layout: what stands before the blank alone, under the causal coupling. */
export function beginningOf(layout: Layout): Layout {
  if (layout.coupling === 'causal' || layout.blank === null) return layout;
  const tokens = layout.tokens.slice(0, layout.readAt);
  return {
    ...layout,
    coupling: 'causal',
    blank: { ...layout.blank, after: '' },
    tokens,
    positions: tokens.map((_, i) => i),
    readAt: tokens.length - 1,
    followFrom: tokens.length,
  };
}

function continuation(model: OwnParts, read: ReadText, coupling: CouplingName): Layout {
  if (coupling !== 'causal') throw needsBlank(coupling);
  const tokens = front(model.tokenizer, read, read.text);
  checkPositions(model, read, tokens.length);
  return {
    text: read.typed,
    kind: 'next-token',
    coupling,
    blank: null,
    tokens,
    positions: tokens.map((_, i) => i),
    readAt: tokens.length - 1,
    followFrom: tokens.length,
    leadingBlank: tokens.length > 1,
  };
}

function needsBlank(coupling: CouplingName): InputError {
  const { notCausal } = couplingOf(modelCouplings[coupling].kind);
  const why = notCausal ? ` and ${notCausal}` : '';
  return new InputError(
    'coupling',
    `coupling "${coupling}" needs a blank and the text has none${why}: write __ where the answer belongs, or choose "causal"`,
  );
}

function causalBlank(model: OwnParts, read: ReadText, blank: Blank): Layout {
  if (blank.after !== '')
    throw new InputError(
      'coupling',
      `coupling "causal" needs the blank at the end of the text, found "${blank.after.trimStart().slice(0, 20)}" behind it: choose "full" or remove what follows`,
    );
  const tokens = front(model.tokenizer, read, blank.before);
  return {
    text: read.typed,
    kind: 'blank',
    coupling: 'causal',
    blank: asTyped(read, blank),
    tokens,
    positions: tokens.map((_, i) => i),
    readAt: tokens.length - 1,
    followFrom: tokens.length,
    leadingBlank: blank.before.endsWith(' '),
  };
}

function fullBlank(
  { tokenizer, config }: OwnParts,
  read: ReadText,
  blank: Blank,
): Omit<Layout, 'coupling'> {
  const ahead = front(tokenizer, read, blank.before);
  const place = ahead.length;
  const typed = asTyped(read, blank);
  const marker = { id: tokenizer.special.blank, text: '__', start: typed.start, end: typed.end };
  const behind = tokensOf(tokenizer, read, blank.after, blank.end);
  return {
    text: read.typed,
    kind: 'blank',
    blank: typed,
    tokens: [...ahead, marker, ...behind],
    positions: [
      ...ahead.map((_, i) => i),
      place,
      ...behind.map((_, i) => place + config.slots + i),
    ],
    readAt: place,
    followFrom: place + 1,
    leadingBlank: blank.before.endsWith(' '),
  };
}

/** The blank in the text as it was typed. */
function asTyped({ typed, typedSpan }: ReadText, blank: Blank): Blank {
  const { start, end } = typedSpan(blank.start, blank.end);
  return { before: typed.slice(0, start), after: typed.slice(end), start, end };
}

/** `start` and the tokens of the beginning of a text, without the space that an answer brings itself. */
function front(tokenizer: Tokenizer, read: ReadText, beginning: string): Token[] {
  const start = { id: tokenizer.special.start, text: '', start: 0, end: 0 };
  return [start, ...tokensOf(tokenizer, read, beginning.trimEnd(), 0)];
}

/** The tokens of a part of the text that begins at unit `from`, each with its span as typed. */
function tokensOf(tokenizer: Tokenizer, read: ReadText, part: string, from: number): Token[] {
  return tokenizer
    .encode(part)
    .map((token) => ({ ...token, ...read.typedSpan(token.start + from, token.end + from) }));
}

/** Refuses at once what is too long by far: no token is longer than 128 characters. */
function checkLength(model: OwnParts, { text }: ReadText): void {
  const most = 128 * model.config.maximumPositions;
  if (text.length > most) throw tooLong(model, counted(text.length, 'character'));
}

function checkPositions(model: OwnParts, { text }: ReadText, needed: number): void {
  if (needed > model.config.maximumPositions)
    throw tooLong(model, `${counted(text.length, 'character')} in ${counted(needed, 'position')}`);
}

function tooLong({ config }: OwnParts, found: string): LimitError {
  return new LimitError(
    'text',
    `the text has ${found}, expected at most the ${counted(config.maximumPositions, 'position')} of the model "${config.name}": shorten it`,
  );
}
