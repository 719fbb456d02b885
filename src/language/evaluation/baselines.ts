/** What models without any flow make of the same texts in the same tokens. */
import { exp } from '../../numerics/elementary.ts';
import { trainKneserNey } from '../kneser-ney.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { costDifference, lossRecord, type TextCost } from './estimates.ts';

/** Longest n-gram of each baseline. */
const ORDERS = { unigram: 1, kneserNey5: 5 } as const;

export type BaselineCosts = Readonly<Record<keyof typeof ORDERS, readonly TextCost[]>>;

/** The costs of the texts by n-grams trained on `training`. */
export function baselineCosts(
  tokenizer: Tokenizer,
  training: readonly string[],
  texts: readonly string[],
): BaselineCosts {
  const known = training.map((text) => tokenizer.encodeIds(text));
  const asked = texts.map((text) => ({
    ids: tokenizer.encodeIds(text),
    bytes: new TextEncoder().encode(text).length,
  }));
  const costs = (order: number) => {
    // the special tokens stand in no text, and would only take probability from the others
    const ngram = trainKneserNey(known, { order, vocabularySize: tokenizer.special.start });
    return asked.map(({ ids, bytes }) => ({
      nats: -ngram.logProbability(ids),
      tokens: ids.length + 1,
      bytes,
    }));
  };
  return { unigram: costs(ORDERS.unigram), kneserNey5: costs(ORDERS.kneserNey5) };
}

/** Each baseline's costs, and how the model's differ on the same texts: below 0 where it is better. */
export function baselineRecord(costs: BaselineCosts, model: readonly TextCost[]) {
  const one = (baseline: readonly TextCost[]) => {
    const difference = costDifference(model, baseline);
    return {
      ...lossRecord(baseline),
      modelDifference: difference,
      modelPerplexityRatio: exp(difference.mean),
    };
  };
  return { unigram: one(costs.unigram), kneserNey5: one(costs.kneserNey5) };
}
