/** Intervals of a statistic by resampling: for what a few dozen seeds say. Not regressions. */
import { random } from './random.ts';

const RESAMPLES = 2000;

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The statistic of the values with its 95 % percentile interval over 2,000 resamples (Efron & Tibshirani
 * 1993, chapter 13), seeded. At least two values; an interval of infinite values is infinite.
 */
export function bootstrap(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  seed = 1,
): Interval {
  const stream = random(seed, values.length);
  const found = Array.from({ length: RESAMPLES }, () =>
    statistic(values.map(() => values[stream.integer(values.length)])),
  ).sort((a, b) => a - b);
  const at = (share: number) => found[Math.round(share * (RESAMPLES - 1))];
  return { value: statistic(values), low: at(0.025), high: at(0.975) };
}
