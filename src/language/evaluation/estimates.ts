/** Means over texts with their standard errors; texts count as independent draws. */
import { exp } from '../../numerics/elementary.ts';
import { mean } from '../../numerics/statistics.ts';

/** A mean with its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

export function estimate(values: readonly number[]): Estimate {
  const average = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return {
    mean: average,
    standardError: Math.sqrt(squares / Math.max(1, values.length - 1) / values.length),
  };
}

/**
 * R = Σ a_i / Σ b_i of one draw (a_i, b_i) a text, such as nats and tokens. Its standard error is that
 * of the mean of a_i − R b_i, over the mean of b (Cochran 1977, "Sampling Techniques", §2.11).
 */
export function ratioEstimate(a: readonly number[], b: readonly number[]): Estimate {
  const size = mean(b);
  const ratio = mean(a) / size;
  const { standardError } = estimate(a.map((value, i) => value - ratio * b[i]));
  return { mean: ratio, standardError: standardError / size };
}

/** What it costs to write one text. */
export interface TextCost {
  readonly nats: number;
  /** Tokens, the end included. */
  readonly tokens: number;
  /** Of UTF-8. */
  readonly bytes: number;
}

/** The costs of texts as a record: each number with its standard error beside it. */
export function lossRecord(costs: readonly TextCost[]) {
  const nats = costs.map((cost) => cost.nats);
  const text = estimate(nats);
  const token = perToken(nats, costs);
  const byte = ratioEstimate(
    nats.map((value) => value / Math.LN2),
    costs.map(({ bytes }) => bytes),
  );
  return {
    natsPerText: text.mean,
    standardError: text.standardError,
    natsPerToken: token.mean,
    natsPerTokenStandardError: token.standardError,
    perplexity: exp(token.mean),
    bitsPerByte: byte.mean,
    bitsPerByteStandardError: byte.standardError,
  };
}

/** How much more nats a token the first way of writing the same texts takes than the second. */
export function costDifference(first: readonly TextCost[], second: readonly TextCost[]): Estimate {
  const differences = first.map(({ nats }, i) => nats - second[i].nats);
  return perToken(differences, first);
}

const perToken = (nats: readonly number[], costs: readonly TextCost[]) =>
  ratioEstimate(
    nats,
    costs.map(({ tokens }) => tokens),
  );
