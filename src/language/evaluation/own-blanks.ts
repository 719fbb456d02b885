/** Sentences with a blank and acceptable answers, written by hand: `evaluate --blanks`. */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import { type Blank, findBlank } from '../blank.ts';
import type { Reading } from '../choices.ts';
import type { Depth, LanguageModel } from '../model.ts';
import { plain, readText } from '../text.ts';
import { normalised } from '../training/near-duplicates.ts';
import { type Guess, guess, guessRecord } from './guesses.ts';

const sentenceSchema = z.strictObject({
  kind: z.string().min(1),
  text: z.string().superRefine(checkBlank),
  answers: z.array(z.string().refine((answer) => answer.trim() !== '', 'it is empty')).min(1),
});

function checkBlank(text: string, { addIssue }: z.RefinementCtx): void {
  try {
    if (findBlank(readText(text)) === null)
      addIssue('it has no blank: write __ where the answer belongs');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    addIssue(error.message);
  }
}

/** By language, then a list of sentences. */
const fileSchema = z.record(z.string(), z.array(sentenceSchema).min(1));

export type OwnSentence = z.infer<typeof sentenceSchema>;
export type OwnBlanks = z.infer<typeof fileSchema>;

/** The kind that is no hard one. */
const EVERYDAY = 'everyday';

/** Reads the JSON of a file of sentences. Throws InputError (field `blanks`) naming the first thing amiss. */
export function parseOwnBlanks(json: string, name: string): OwnBlanks {
  const refuse = (reason: string) =>
    new InputError(
      'blanks',
      `${name} ${reason}: expected {"de": [{"kind": "everyday", "text": "… __ …", "answers": ["…"]}]}`,
    );
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw refuse('is no JSON');
  }
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw refuse(`has at ${path.join('.') || 'its top'} what cannot be used (${message})`);
}

/**
 * One language at one depth, by the reading of the blank and by both readings: all sentences, the hard ones,
 * and each kind; and what was missed.
 */
export function evaluateOwnBlanks(
  model: LanguageModel,
  sentences: readonly OwnSentence[],
  depth: Depth = model.sizes.depth,
) {
  const read = (reading: Reading) => readSentences(model, sentences, depth, reading);
  return { depth, ...read('blank'), bothReadings: read('both') };
}

function readSentences(
  model: LanguageModel,
  sentences: readonly OwnSentence[],
  depth: Depth,
  reading: Reading,
) {
  const guesses = sentences.map(({ text, answers }) => guess(model, text, answers, depth, reading));
  const of = (wanted: (sentence: OwnSentence) => boolean) =>
    guessRecord(guesses.filter((_, i) => wanted(sentences[i])));
  const kinds = [...new Set(sentences.map(({ kind }) => kind))];
  return {
    all: of(() => true),
    hard: of(({ kind }) => kind !== EVERYDAY),
    kinds: Object.fromEntries(kinds.map((kind) => [kind, of((one) => one.kind === kind)])),
    missed: sentences.flatMap((sentence, i) => missed(sentence, guesses[i])),
  };
}

export type OwnEvaluation = ReturnType<typeof evaluateOwnBlanks>;

/** A sentence none of whose answers is among the first five. */
export function missed({ kind, text, answers }: OwnSentence, { rank, answers: given }: Guess) {
  return rank <= 5 ? [] : [{ kind, text, acceptable: answers, given: given.slice(0, 5) }];
}

/** The sentence with each of its answers in the blank, as they are read. */
export function completions({ text, answers }: OwnSentence): string[] {
  const { before, after } = findBlank(readText(text)) as Blank;
  return answers.map((answer) => before + plain(answer) + after);
}

/** The sentences that, with one of their answers, are a text of the training part, but for case and signs. */
export function overlap(sentences: readonly OwnSentence[], training: readonly string[]): string[] {
  const known = new Set(training.map(normalised));
  return sentences
    .filter((sentence) => completions(sentence).some((text) => known.has(normalised(text))))
    .map(({ text }) => text);
}
