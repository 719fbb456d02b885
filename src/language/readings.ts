/**
 * The second reading of a blank: how probable the whole sentence is with each answer in it, token after
 * token under the causal coupling of the same weights. By Bayes' rule that is the causal law of the answer
 * between its neighbours, p(w | before, after) ∝ p(before w after), here over the answers that are weighed.
 */
import { answerRules } from './answers.ts';
import { type ChainProblem, finalChainScores } from './chains.ts';
import type { LanguageModel } from './checkpoint.ts';
import { type Layout, layOut } from './layout.ts';
import type { Reading } from './options.ts';
import type { FoundAnswer } from './search.ts';
import { type ContextFlow, type Depth, runContext } from './transformer.ts';

/** How many of the answers that the blank's own reading finds likeliest are weighed, or more where more are listed. */
export const WEIGHED = 60;

/** The share of the sentence's reading in log p. */
const SENTENCE_SHARE: Record<Reading, number> = { blank: 0, sentence: 1, both: 0.5 };

/** What either reading says of an answer, each over the answers weighed. */
export interface BothReadings {
  readonly blank: number;
  readonly sentence: number;
}

export interface WeighedAnswer extends FoundAnswer {
  readonly readings: BothReadings;
}

export interface Weighing {
  /** The likeliest first. Their scores sum to what the blank's reading gives them together. */
  readonly answers: readonly WeighedAnswer[];
  /** The score that any answer has on the same scale; 0 where none was weighed. */
  score(blank: number, tokens: readonly number[]): number;
}

/**
 * Answers of a blank with p ∝ p_blank^(1−s) p_sentence^s, where s = ½ for both: the logarithmic pool of the
 * two (Genest & Zidek, Statistical Science 1986), a product of two experts (Hinton 2002).
 */
export function weigh(
  reading: Reading,
  { model, layout, depth }: SentenceProblem,
  found: readonly FoundAnswer[],
): Weighing {
  const share = SENTENCE_SHARE[reading];
  const sentence = openSentence(model, layout, depth);
  const logs = sentence(found.map(({ tokens }) => tokens));
  const mass = found.reduce((sum, { score }) => sum + score, 0);
  const pooled = (blank: number, log: number) => (1 - share) * Math.log(blank) + share * log;
  const all = shares(found.map(({ score }, i) => pooled(score, logs[i])));
  const own = shares(logs);
  return {
    answers: found
      .map((answer, i) => ({
        ...answer,
        score: mass * all.of[i],
        readings: { blank: answer.score, sentence: mass * own.of[i] },
      }))
      .sort((a, b) => b.score - a.score),
    score: (blank, tokens) =>
      found.length === 0 ? 0 : mass * Math.exp(pooled(blank, sentence([tokens])[0]) - all.logTotal),
  };
}

interface SentenceProblem {
  readonly model: LanguageModel;
  readonly layout: Layout;
  readonly depth: Depth;
}

/** e^{log_i} / Σ_j e^{log_j}, and the logarithm of that sum. */
function shares(logs: ArrayLike<number>) {
  const values = Array.from(logs);
  const top = Math.max(...values);
  const logTotal = top + Math.log(values.reduce((sum, log) => sum + Math.exp(log - top), 0));
  return { of: values.map((log) => Math.exp(log - logTotal)), logTotal };
}

/** Particles that flow together: the work of a batch grows with their square. */
const TOGETHER = 64;

/**
 * log p(answer, then all that is behind the blank and the end of the text | before), for answers given by
 * their tokens; with nothing behind the blank, that the answer is over.
 */
function openSentence(model: LanguageModel, layout: Layout, depth: Depth) {
  const { before, after } = layout.blank as NonNullable<Layout['blank']>;
  const { tokenizer } = model;
  const open = layOut(model, `${before}__`, 'causal');
  const ids = open.tokens.map(({ id }) => id);
  const context: ContextFlow = runContext(model, ids, open.positions, 'causal', depth);
  const behind = after.trim() === '' ? [] : [...tokenizer.encodeIds(after), tokenizer.special.end];
  const rules = behind.length === 0 ? answerRules(model, open) : null;
  const problem: Omit<ChainProblem, 'chains'> = { model, layout: open, context, rules };
  return (answers: readonly (readonly number[])[]): number[] => {
    const chains = answers.map((tokens) => [...tokens, ...behind]);
    const longest = Math.max(1, ...chains.map((chain) => chain.length));
    const size = Math.max(1, Math.floor(TOGETHER / longest));
    const logs: number[] = [];
    for (let i = 0; i < chains.length; i += size)
      logs.push(...finalChainScores({ ...problem, chains: chains.slice(i, i + size) }).logScores);
    return logs;
  };
}
