/** How well words were guessed: accuracy, rank and calibration of lists of whole answers. */
import { mean } from '../../numerics/statistics.ts';
import type { Reading } from '../choices.ts';
import { fillBlank } from '../fill.ts';
import type { Depth, LanguageModel } from '../model.ts';
import { plain } from '../text.ts';
import { estimate } from './estimates.ts';

/** Answers listed, and the last place that counts. */
const LISTED = 10;
/** Bins of the calibration error. */
const BINS = 10;

export interface Guess {
  /** Place of the first right answer, from 1; Infinity where none is listed. */
  readonly rank: number;
  /** Probability that the model gives to its first answer. */
  readonly confidence: number;
  /** The answers, the likeliest first. */
  readonly answers: readonly string[];
}

/**
 * The model's answers for the blank of a text against those that are right, letter by letter: whole words
 * as `predict` gives them, never tokens; a word that is not listed is missed. By the blank's own reading the
 * first ten are certain.
 */
export function guess(
  model: LanguageModel,
  text: string,
  right: readonly string[],
  depth: Depth,
  reading: Reading = 'blank',
): Guess {
  const asked = { depth, reading, top: LISTED, maximumUnexplored: 1 };
  const { predictions } = fillBlank(model, text, asked);
  const answers = predictions.map(({ tokenStr }) => tokenStr);
  const known = new Set(right.map(plain));
  const place = answers.findIndex((answer) => known.has(answer));
  return {
    rank: place < 0 ? Number.POSITIVE_INFINITY : place + 1,
    confidence: predictions[0]?.score ?? 0,
    answers,
  };
}

/** Shares with standard errors, the mean reciprocal rank (0 beyond the tenth place), and the calibration error. */
export function guessRecord(guesses: readonly Guess[]) {
  const within = (top: number) => estimate(guesses.map(({ rank }) => (rank <= top ? 1 : 0)));
  return {
    count: guesses.length,
    top1: within(1).mean,
    top1StandardError: within(1).standardError,
    top5: within(5).mean,
    top5StandardError: within(5).standardError,
    top10: within(LISTED).mean,
    top10StandardError: within(LISTED).standardError,
    mrr: mean(guesses.map(({ rank }) => 1 / rank)),
    ece: calibrationError(guesses),
  };
}

export type GuessRecord = ReturnType<typeof guessRecord>;

/**
 * Expected calibration error Σ_b n_b/n |accuracy_b − confidence_b| of first answers, in ten equal bins of
 * confidence (Guo, Pleiss, Sun, Weinberger, ICML 2017, eq. 3).
 */
export function calibrationError(guesses: readonly Pick<Guess, 'rank' | 'confidence'>[]): number {
  const gaps = new Float64Array(BINS);
  for (const { rank, confidence } of guesses) {
    const bin = Math.min(BINS - 1, Math.floor(confidence * BINS));
    gaps[bin] += (rank === 1 ? 1 : 0) - confidence;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / guesses.length;
}
