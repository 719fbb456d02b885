/**
 * An n-gram language model over integer tokens: interpolated modified Kneser–Ney (Chen & Goodman 1999,
 * "An empirical study of smoothing techniques for language modeling", §4.1.6,
 * DOI 10.1006/csla.1999.0128). It is the yardstick for what a text's last few tokens tell, and no part
 * of the flow.
 *
 *   p_k(w | h) = (c(hw) − D(c(hw)))₊ / c(h·) + γ(h) p_{k−1}(w | h'),   γ(h) = Σ_i D_i N_i(h) / c(h·)
 *
 * h' is h without its oldest token. Counts c are raw at the highest order and for histories that begin
 * the sequence; below, c(hw) is the number of different tokens seen before hw. The recursion ends in
 * the uniform law over the vocabulary and the end marker.
 */
import { log } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import {
  checkTokens,
  countNgrams,
  findRow,
  type NgramCounts,
  type NgramLevel,
} from './ngram-counts.ts';

export interface NgramOptions {
  /** Longest n-gram, 1 or more; 5 by default. */
  readonly order?: number;
  /** Tokens are 0 … vocabularySize − 1. */
  readonly vocabularySize: number;
}

export interface NgramModel {
  readonly order: number;
  /** Log-probability of a whole sequence in nats, its end included. */
  logProbability(sequence: ArrayLike<number>): number;
  /** p(token | history); token `vocabularySize` is the end. A history is a whole beginning. */
  probability(history: ArrayLike<number>, token: number): number;
}

/**
 * Trains on sequences, each between a begin and an end marker that it need not contain: on 5 million
 * tokens some seconds and some 500 MB.
 *
 * Discounts per order are D_i = i − (i + 1) Y n_{i+1} / n_i with Y = n₁ / (n₁ + 2 n₂) for i = 1, 2, 3+.
 * Where a needed count of counts is zero, or D_i falls outside [0, i], D_i is 0.5, 1 and 1.5 instead.
 * @throws InputError where a token lies outside the vocabulary or the order is below 1.
 */
export function trainKneserNey(
  sequences: readonly ArrayLike<number>[],
  { order = 5, vocabularySize }: NgramOptions,
): NgramModel {
  return kneserNey(countNgrams(sequences, checkedOrder(order), vocabularySize), vocabularySize);
}

function checkedOrder(order: number): number {
  if (Number.isInteger(order) && order >= 1) return order;
  throw new InputError('order', `order is ${order}, expected a whole number ≥ 1: give 5`);
}

/** One order of the model. */
interface Smoothed extends NgramLevel {
  /** (c(hw) − D)₊ / c(h·) of each n-gram hw. */
  readonly kept: Float64Array;
  /** γ(h) of each history; 1 where nothing followed it. */
  readonly rest: Float64Array;
}

function kneserNey({ levels, begin, end }: NgramCounts, vocabularySize: number): NgramModel {
  const orders = levels.map(smooth);
  const order = orders.length;

  /** p(token | the last order − 1 of the tokens before place `at`), interpolated with the shorter histories. */
  function conditional(tokens: ArrayLike<number>, at: number, token: number): number {
    let p = 1 / (vocabularySize + 1);
    for (let length = 0; length < Math.min(order, at + 1); length++) {
      const history = rowOf(orders, tokens, at - length, at);
      if (history < 0) break; // no longer one was seen either
      const level = orders[length];
      const row = findRow(level, history, token);
      p = (row < 0 ? 0 : level.kept[row]) + level.rest[history] * p;
    }
    return p;
  }

  function marked(sequence: ArrayLike<number>): number[] {
    checkTokens(sequence, vocabularySize);
    return [begin, ...Array.from(sequence)];
  }

  return {
    order,
    probability: (history, token) => conditional(marked(history), history.length + 1, token),
    logProbability(sequence) {
      const tokens = [...marked(sequence), end];
      let sum = 0;
      for (let at = 1; at < tokens.length; at++) sum += log(conditional(tokens, at, tokens[at]));
      return sum;
    },
  };
}

/** The row of the n-gram tokens[from] … tokens[to − 1]; the empty one is 0, an unseen one −1. */
function rowOf(
  levels: readonly NgramLevel[],
  tokens: ArrayLike<number>,
  from: number,
  to: number,
): number {
  let row = 0;
  for (let i = from; i < to && row >= 0; i++) row = findRow(levels[i - from], row, tokens[i]);
  return row;
}

function smooth(level: NgramLevel): Smoothed {
  const { first, counts } = level;
  const discounts = discountsOf(counts);
  const kept = new Float64Array(counts.length);
  const rest = new Float64Array(first.length - 1).fill(1);
  for (let history = 0; history < rest.length; history++) {
    let [total, taken] = [0, 0];
    for (let row = first[history]; row < first[history + 1]; row++) {
      total += counts[row];
      taken += discounts[Math.min(counts[row], 3)];
    }
    if (total === 0) continue;
    rest[history] = taken / total;
    for (let row = first[history]; row < first[history + 1]; row++)
      kept[row] = (counts[row] - discounts[Math.min(counts[row], 3)]) / total;
  }
  return { ...level, kept, rest };
}

/** What is taken from a count of 0, 1, 2, and 3 or more. */
function discountsOf(counts: Int32Array): readonly number[] {
  const counted = [0, 0, 0, 0, 0];
  for (const count of counts) if (count <= 4) counted[count]++;
  return [0, discount(counted, 1), discount(counted, 2), discount(counted, 3)];
}

function discount(counted: readonly number[], i: number): number {
  const y = counted[1] / (counted[1] + 2 * counted[2]);
  const value = i - ((i + 1) * y * counted[i + 1]) / counted[i];
  const usable = counted[i] > 0 && counted[i + 1] > 0 && value >= 0 && value <= i;
  return usable ? value : i / 2;
}
