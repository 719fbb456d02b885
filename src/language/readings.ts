/**
 * The second reading of a blank: how probable the whole sentence is with each answer in it, token after
 * token under the causal coupling of the same weights. By Bayes' rule that is the causal law of the answer
 * between its neighbours, p(w | before, after) ∝ p(before w after), here over the answers that are weighed.
 */
import { exp, log } from '../numerics/elementary.ts';
import { largestOf, sumOf } from '../numerics/vectors.ts';
import { finalChainScores } from './chains.ts';
import type { Reading } from './choices.ts';
import { type Findings, openLayout } from './findings.ts';
import { beginningOf } from './layout.ts';
import { asOwn } from './own-model.ts';
import type { FoundAnswer } from './search.ts';

/** A reading beside the blank's own. */
export type SecondReading = Exclude<Reading, 'blank'>;

/** How many of the answers that the blank's own reading finds likeliest are weighed, or more where more are listed. */
export const WEIGHED = 60;

/** The share of the sentence in log p. */
const SENTENCE_SHARE: Record<SecondReading, number> = { sentence: 1, both: 0.5 };

/** What either reading says of an answer, each over the answers weighed. */
export interface BothReadings {
  readonly blank: number;
  readonly sentence: number;
}

export interface WeighedAnswer extends FoundAnswer {
  readonly readings: BothReadings;
}

export interface Weighing {
  readonly reading: SecondReading;
  /** The likeliest first. Their scores sum to what the blank's reading gives them together. */
  readonly answers: readonly WeighedAnswer[];
  /** The scores, on the same scale, of answers by their tokens and what the blank gives them; 0 where none was weighed. */
  scores(blank: Float64Array, chains: readonly (readonly number[])[]): Float64Array;
}

/** Answers found for a blank, read again and weighed anew. */
export function weigh(
  findings: Findings,
  found: readonly FoundAnswer[],
  reading: SecondReading,
): Weighing {
  const share = SENTENCE_SHARE[reading];
  const readSentence = openSentence(findings);
  const blank = Float64Array.from(found, ({ score }) => score);
  const logSentence = readSentence(found.map(({ tokens }) => tokens));
  const { scale, scores } = pool(blank, logSentence, share);
  const sentence = pool(blank, logSentence, 1).scores;
  return {
    reading,
    answers: found
      .map((answer, i) => ({
        ...answer,
        score: scores[i],
        readings: { blank: blank[i], sentence: sentence[i] },
      }))
      .sort((a, b) => b.score - a.score),
    scores(otherBlank, chains) {
      if (found.length === 0) return new Float64Array(chains.length);
      const logs = readSentence(chains);
      return otherBlank.map((p, i) => exp(scale + logPooled(p, logs[i], share)));
    },
  };
}

/**
 * Scores ∝ p_blank^(1−s) p_sentence^s with the sum of p_blank, and the logarithm of the factor: the logarithmic
 * pool of the two (Genest & Zidek, Statistical Science 1986), for s = ½ their geometric mean and a product of
 * two experts (Hinton 2002). p_sentence comes as a logarithm, up to a constant.
 */
export function pool(blank: Float64Array, logSentence: Float64Array, share: number) {
  const logs = blank.map((p, i) => logPooled(p, logSentence[i], share));
  const top = largestOf(logs);
  const sum = logs.reduce((total, log) => total + exp(log - top), 0);
  const mass = sumOf(blank);
  const scale = log(mass) - top - log(sum);
  return { scale, scores: logs.map((log) => exp(scale + log)) };
}

const logPooled = (blank: number, logSentence: number, share: number) =>
  (1 - share) * log(blank) + share * logSentence;

/** Particles that flow together: the work of a batch grows with their square. */
const TOGETHER = 64;

/**
 * log p(answer, then all that is behind the blank and the end of the text | before), for answers given by
 * their tokens; with nothing behind the blank, that the answer is over.
 */
function openSentence({ model, layout, run: { depth } }: Findings) {
  const opened = openLayout(model, beginningOf(layout), { depth });
  const after = layout.tokens.slice(layout.readAt + 1).map(({ id }) => id);
  const behind =
    after.length === 0 ? [] : [...after, asOwn(model, 'a second reading').tokenizer.special.end];
  const settings = { ...opened, rules: behind.length === 0 ? opened.rules : null };
  return (answers: readonly (readonly number[])[]): Float64Array => {
    const chains = answers.map((tokens) => [...tokens, ...behind]);
    const longest = Math.max(1, ...chains.map((chain) => chain.length));
    const size = Math.max(1, Math.floor(TOGETHER / longest));
    const logs = new Float64Array(chains.length);
    for (let i = 0; i < chains.length; i += size)
      logs.set(finalChainScores({ ...settings, chains: chains.slice(i, i + size) }).logScores, i);
    return logs;
  };
}
