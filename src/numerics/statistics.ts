/** Summaries of lists of numbers: mean, entropy, histogram. Not regressions or random draws. */
import { log } from './elementary.ts';

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
    if (p > 0) result -= p * log(p);
  }
  return result;
}

/** KL(p ‖ q) = Σ p ln(p/q) in nats, 0 ln 0 = 0, of two laws on the same outcomes. */
export function divergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let result = 0;
  for (let k = 0; k < p.length; k++) if (p[k] > 0) result += p[k] * log(p[k] / q[k]);
  return result;
}

/** The total variation ½ Σ |p − q| of two laws on the same outcomes. */
export function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let result = 0;
  for (let k = 0; k < p.length; k++) result += Math.abs(p[k] - q[k]);
  return result / 2;
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

/** The middle value, or the mean of the two in the middle; NaN for an empty list. By selection, O(n). */
export function median(values: ArrayLike<number>): number {
  const numbers = Float64Array.from(values);
  const middle = numbers.length >> 1;
  const upper = select(numbers, middle);
  if (numbers.length % 2 === 1) return upper;
  const lower = numbers
    .subarray(0, middle)
    .reduce((most, value) => Math.max(most, value), -Infinity);
  return (lower + upper) / 2;
}

/** The value that is at place k of the rising order; those before it end up before it (Hoare, CACM 4, 1961). */
function select(values: Float64Array, k: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[k];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (pivot < values[j]) j--;
      if (i > j) break;
      const kept = values[i];
      values[i++] = values[j];
      values[j--] = kept;
    }
    if (j < k) low = i;
    if (k < i) high = j;
  }
  return values[k];
}

/**
 * Spearman's rank correlation, −1 … 1: Pearson's of the ranks, equal values sharing the mean of theirs.
 * NaN where all values of one list are equal.
 */
export function rankCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [a, b] = [ranks(x), ranks(y)];
  const middle = (a.length - 1) / 2;
  const along = (u: Float64Array, v: Float64Array) =>
    u.reduce((sum, value, i) => sum + (value - middle) * (v[i] - middle), 0);
  return along(a, b) / Math.sqrt(along(a, a) * along(b, b));
}

/** From 0 on. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const out = new Float64Array(order.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) out[order[k]] = (from + to - 1) / 2;
    from = to;
  }
  return out;
}
