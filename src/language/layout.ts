/**
 * From a text to its particles: which tokens, at which positions, where the answer is read and
 * where its tokens follow. No weights yet.
 */
import { CAUSAL_SINKHORN, type CouplingName } from '../attention/coupling.ts';
import { InputError, LimitError } from '../numerics/errors.ts';
import { type Blank, findBlank } from './blank.ts';
import type { LanguageModel } from './checkpoint.ts';
import type { Token, Tokenizer } from './tokenizer.ts';

export interface Layout {
  readonly text: string;
  /** `blank`: words for a blank; `next-token`: how a text without a blank goes on. */
  readonly kind: 'blank' | 'next-token';
  readonly coupling: CouplingName;
  readonly blank: Blank | null;
  /** The particles; `start` says '' and the blank's marker '__'. */
  readonly tokens: readonly Token[];
  /** Position of each particle. */
  readonly positions: readonly number[];
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
export function layOut(model: LanguageModel, text: string, coupling?: CouplingName): Layout {
  const blank = findBlank(text);
  checkLength(model, text);
  if (blank === null) return continuation(model, text, coupling ?? 'causal');
  const layout =
    coupling === 'causal'
      ? causalBlank(model, text, blank)
      : { ...fullBlank(model, text, blank), coupling: coupling ?? model.config.coupling ?? 'full' };
  checkPositions(model, text, (layout.positions.at(-1) as number) + 1);
  checkPositions(model, text, layout.followFrom + model.config.slots - 1);
  return layout;
}

/** Blanks that the answer's first token brings itself. */
const TRAILING_BLANKS = / +$/;

function continuation(model: LanguageModel, text: string, coupling: CouplingName): Layout {
  if (coupling !== 'causal') throw needsBlank(coupling);
  const tokens = withStart(model.tokenizer, text.replace(TRAILING_BLANKS, ''));
  checkPositions(model, text, tokens.length);
  return {
    ...{ text, kind: 'next-token', coupling, blank: null, tokens },
    positions: tokens.map((_, i) => i),
    readAt: tokens.length - 1,
    followFrom: tokens.length,
    leadingBlank: tokens.length > 1,
  };
}

function needsBlank(coupling: CouplingName): InputError {
  const why = coupling === 'sinkhorn' ? ` and ${CAUSAL_SINKHORN}` : '';
  return new InputError(
    'coupling',
    `coupling "${coupling}" needs a blank and the text has none${why}: write __ where the answer belongs, or choose "causal"`,
  );
}

function causalBlank(model: LanguageModel, text: string, blank: Blank): Layout {
  if (blank.after.trim() !== '')
    throw new InputError(
      'coupling',
      `coupling "causal" needs the blank at the end of the text, found "${blank.after.trim().slice(0, 20)}" behind it: choose "full" or remove what follows`,
    );
  const before = blank.before.replace(TRAILING_BLANKS, '');
  const tokens = withStart(model.tokenizer, before);
  return {
    ...{ text, kind: 'blank', coupling: 'causal', blank, tokens },
    positions: tokens.map((_, i) => i),
    readAt: tokens.length - 1,
    followFrom: tokens.length,
    leadingBlank: opensWithBlank(blank.before, before),
  };
}

function fullBlank(
  { tokenizer, config }: LanguageModel,
  text: string,
  blank: Blank,
): Omit<Layout, 'coupling'> {
  const before = blank.before.replace(TRAILING_BLANKS, '');
  const front = withStart(tokenizer, before);
  const place = front.length;
  const marker = { id: tokenizer.special.blank, text: '__', start: blank.start, end: blank.end };
  const behind = (blank.after.trim() === '' ? [] : tokenizer.encode(blank.after)).map((token) => ({
    ...token,
    start: token.start + blank.end,
    end: token.end + blank.end,
  }));
  return {
    ...{ text, kind: 'blank', blank, tokens: [...front, marker, ...behind] },
    positions: [
      ...front.map((_, i) => i),
      place,
      ...behind.map((_, i) => place + config.slots + i),
    ],
    readAt: place,
    followFrom: place + 1,
    leadingBlank: opensWithBlank(blank.before, before),
  };
}

const opensWithBlank = (before: string, trimmed: string) =>
  trimmed !== '' && trimmed.length < before.length;

function withStart(tokenizer: Tokenizer, text: string): Token[] {
  return [{ id: tokenizer.special.start, text: '', start: 0, end: 0 }, ...tokenizer.encode(text)];
}

/** Refuses at once what is too long by far: no token is longer than 128 characters. */
function checkLength(model: LanguageModel, text: string): void {
  const most = 128 * model.config.maximumPositions;
  if (text.length > most) throw tooLong(model, `${text.length} characters`);
}

function checkPositions(model: LanguageModel, text: string, needed: number): void {
  if (needed > model.config.maximumPositions)
    throw tooLong(model, `${text.length} characters in ${needed} positions`);
}

function tooLong({ config }: LanguageModel, found: string): LimitError {
  return new LimitError(
    'text',
    `the text has ${found}, expected at most the ${config.maximumPositions} positions of the model "${config.name}": shorten it`,
  );
}
