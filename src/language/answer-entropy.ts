/** How undecided the answer to a blank is: bounds on its entropy that hold whatever the search has not found. */
import { log } from '../numerics/elementary.ts';
import { sumOf } from '../numerics/vectors.ts';

/** What a search knows of the answers. */
export interface KnownAnswers {
  /** Probabilities of the answers found. */
  readonly scores: readonly number[];
  /** No answer that was not found is more likely than this. */
  readonly bound: number;
  /** Probability that may still belong to answers not found. */
  readonly open: number;
  /** Logarithm of how many answers there can be at most. */
  readonly logCount: number;
}

export interface EntropyBounds {
  readonly low: number;
  /** Infinity where no answer was found. */
  readonly high: number;
}

/**
 * Bounds in nats on H = −Σ p ln p / Σ p over all answers: the mean of −ln p(answer), which is their entropy where
 * nothing but answers is probable. Those found have S = −Σ p ln p and F = Σ p; of M others, each at most b, have
 * s ≤ `open` together, so that (S + s ln(1/b)) / (F + s) ≤ H ≤ (S + s ln(M/s)) / (F + s), the right side when
 * they are alike. Hence e^H ≥ 1 / max(p_best, b).
 */
export function entropyBounds({ scores, bound, open, logCount }: KnownAnswers): EntropyBounds {
  const found = sumOf(scores);
  const surprise = -scores.reduce((sum, p) => (p > 0 ? sum + p * log(p) : sum), 0);
  if (found === 0) return { low: bound > 0 ? -log(bound) : 0, high: Number.POSITIVE_INFINITY };
  const mean = (others: number, each: number) => (surprise + others * each) / (found + others);
  const none = mean(0, 0);
  if (open <= 0) return { low: none, high: none };
  const most = mostUndecided(found, surprise, open, logCount);
  return {
    low: Math.min(none, mean(open, -log(bound))), // it goes one way in s
    high: mean(most, logCount - log(most)),
  };
}

/** The s in (0, open] where (S + s ln(M/s)) / (F + s) is largest: it rises while F (ln(M/s) − 1) > s + S. */
function mostUndecided(found: number, surprise: number, open: number, logCount: number): number {
  const rises = (s: number) => found * (logCount - log(s) - 1) > s + surprise;
  if (rises(open)) return open;
  let [below, above] = [0, open];
  for (let halving = 0; halving < 100; halving++) {
    const middle = (below + above) / 2;
    if (rises(middle)) below = middle;
    else above = middle;
  }
  return above;
}
