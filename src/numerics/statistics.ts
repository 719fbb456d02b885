/** Summaries of lists of numbers: mean, entropy, histogram. Not regressions or random draws. */

/** The arithmetic mean; NaN for an empty list. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Shannon entropy of the weights divided by their sum, in nats; 0 ln 0 = 0. Weights ≥ 0, not all 0. */
export function entropy(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i];
  let result = 0;
  for (let i = 0; i < weights.length; i++) {
    const p = weights[i] / sum;
    if (p > 0) result -= p * Math.log(p);
  }
  return result;
}

/**
 * Counts in `bins` equal intervals of [low, high]; each interval holds its lower end, the last one both.
 * Values outside are counted in the nearest bin: a cosine may leave [−1, 1] by a rounding error.
 */
export function histogram(
  values: ArrayLike<number>,
  [low, high]: readonly [number, number],
  bins: number,
): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor(((values[i] - low) / (high - low)) * bins);
    counts[Math.min(bins - 1, Math.max(0, bin))]++;
  }
  return counts;
}

/** The middle value, or the mean of the two in the middle; NaN for an empty list. */
export function median(values: ArrayLike<number>): number {
  const rising = Float64Array.from(values).sort();
  const middle = rising.length / 2;
  return (rising[Math.ceil(middle) - 1] + rising[Math.floor(middle)]) / 2;
}
