/**
 * Sentences with a blank for somebody else's model: at which place of its own list an acceptable answer stands. A
 * mask is asked over the whole vocabulary, the end of a causal text for words. Not the file (own-blanks.ts).
 */
import { parseOptions } from '../../numerics/options.ts';
import { type Blank, findBlank } from '../blank.ts';
import { findAnswers } from '../findings.ts';
import { checkMasks, checkReads } from '../model.ts';
import { searchSchema } from '../options.ts';
import type { PretrainedModel } from '../pretrained-model.ts';
import { readText } from '../text.ts';
import { type Guess, guessRecord } from './guesses.ts';
import { missed, type OwnSentence } from './own-blanks.ts';

/** Answers given of a sentence that was missed. */
const GIVEN = 5;

/** Why a sentence was not asked. */
type Unasked = 'behind the blank stands text' | 'no answer has so many tokens';

/**
 * One language: all sentences that can be asked, and each kind. A masked model's blank is `slots` masks, for answers
 * of as many tokens; a causal model is asked for blanks at the end. Throws InputError for a model without a head, and
 * for slots of a causal model.
 */
export function evaluatePretrainedBlanks(
  model: PretrainedModel,
  sentences: readonly OwnSentence[],
  slots?: number,
) {
  checkReads(model);
  checkMasks(model, slots);
  const found = sentences.map((sentence) => ({ sentence, guess: guess(model, sentence, slots) }));
  const asked = found.filter((one): one is { sentence: OwnSentence; guess: Guess } => {
    return typeof one.guess !== 'string';
  });
  const of = (kind?: string) =>
    guessRecord(
      asked
        .filter(({ sentence }) => kind === undefined || sentence.kind === kind)
        .map((one) => one.guess),
    );
  const kinds = [...new Set(sentences.map(({ kind }) => kind))];
  return {
    depth: model.sizes.depth,
    ...(model.masks && { slots: slots ?? 1 }),
    all: of(),
    kinds: Object.fromEntries(kinds.map((kind) => [kind, of(kind)])),
    missed: asked.flatMap(({ sentence, guess: own }) => missed(sentence, own)),
    notAsked: found.flatMap(({ sentence, guess: why }) =>
      typeof why === 'string' ? [{ text: sentence.text, why }] : [],
    ),
  };
}

export type PretrainedBlanks = ReturnType<typeof evaluatePretrainedBlanks>;

function guess(
  model: PretrainedModel,
  { text, answers }: OwnSentence,
  slots?: number,
): Guess | Unasked {
  const layout = model.masks ? model.layOut(text, undefined, slots) : endOf(model, text);
  if (layout === null) return 'behind the blank stands text';
  const right = answers.map((answer) => model.answerTokens(layout, answer));
  const wanted = model.masks ? right.filter(({ length }) => length === (slots ?? 1)) : right;
  if (wanted.length === 0) return 'no answer has so many tokens';
  const { result } = findAnswers(model, text, parseOptions(searchSchema, { slots }));
  const keys = new Set(wanted.map((tokens) => tokens.join(' ')));
  const place = result.answers.findIndex(({ tokens }) => keys.has(tokens.join(' ')));
  return {
    rank: place < 0 ? Number.POSITIVE_INFINITY : place + 1,
    confidence: result.answers[0]?.score ?? 0,
    answers: result.answers.slice(0, GIVEN).map((answer) => answer.text.trim()),
  };
}

/** The layout of a causal model's text; null where something stands behind its blank. */
function endOf(model: PretrainedModel, text: string) {
  const { after } = findBlank(readText(text)) as Blank;
  return after.trim() === '' ? model.layOut(text) : null;
}
