/** Words taken out of held-out texts: at the end, where nothing follows, and inside. */
import type { Random } from '../../numerics/random.ts';
import type { Reading } from '../choices.ts';
import type { Depth, LanguageModel } from '../model.ts';
import { type Guess, type GuessRecord, guess, guessRecord } from './guesses.ts';

/** A text with a blank, and the word that stood there. */
export interface WordBlank {
  readonly text: string;
  readonly word: string;
}

const WORD = /(?<![\p{L}\p{N}\p{M}_'’-])[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*/gu;

/** Of one text: its last word, with all behind it cut off, and one of its other words, with the text whole. */
export interface TextBlanks {
  readonly end: WordBlank | null;
  readonly inside: WordBlank | null;
}

/**
 * Blanks of a text that the model can be asked for, each a word that is no determiner (which would open an
 * answer of two words); null where there is none.
 */
export function textBlanks(
  text: string,
  determiners: readonly string[],
  random: Random,
): TextBlanks {
  const words = [...text.matchAll(WORD)];
  const askable = ([word]: RegExpExecArray) => !determiners.includes(word.toLowerCase());
  const last = words.at(-1);
  const others = words.slice(0, -1).filter(askable);
  const chosen = others[random.integer(others.length)];
  return {
    end: last && askable(last) ? blanked(text, last, '') : null,
    inside: chosen ? blanked(text, chosen, text.slice(chosen.index + chosen[0].length)) : null,
  };
}

function blanked(
  text: string,
  { 0: word, index }: RegExpExecArray,
  after: string,
): WordBlank | null {
  // an underscore or a second blank in the text would be one too many
  return /_|\[MASK\]/.test(text) ? null : { text: `${text.slice(0, index)}__${after}`, word };
}

export interface BlankRecord {
  readonly end: GuessRecord;
  readonly inside: GuessRecord;
}

/** Guesses all of them at a depth, read in a way. */
export function guessBlanks(
  model: LanguageModel,
  blanks: readonly TextBlanks[],
  depth: Depth,
  reading: Reading = 'blank',
): BlankRecord {
  const guesses = (pick: (blanks: TextBlanks) => WordBlank | null): Guess[] =>
    blanks
      .map(pick)
      .filter((one) => one !== null)
      .map(({ text, word }) => guess(model, text, [word], depth, reading));
  return {
    end: guessRecord(guesses(({ end }) => end)),
    inside: guessRecord(guesses(({ inside }) => inside)),
  };
}
