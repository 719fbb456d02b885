/** Inverse parameter estimation of a family: the values that explain one set of data, with intervals. */
import { hypot } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import type { OpenFamily } from '../families/catalogue.ts';
import { estimate } from './estimate.ts';

export interface ParameterEstimate {
  /** One a parameter that has a range. */
  readonly values: readonly number[];
  /** 95 %; null where the data do not bound the parameter. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Estimated deviation of one datum; null without data to spare. */
  readonly deviation: number | null;
  /** Unit directions of the parameters that the data do not feel, to first order. */
  readonly nullSpace: readonly (readonly number[])[];
  readonly rounds: number;
  /** Parameters that lie at an end of where they are sought: the data may want them beyond. */
  readonly atEnd: readonly boolean[];
}

/** The search goes beyond the ranges by their width at most. */
const BEYOND = 1;

/**
 * argmin_p |see(μ(p)) − data|² by Levenberg and Marquardt from `start` (absent: the middle of the ranges),
 * with 95 % intervals for independent errors of one deviation. Where data leave directions open, as fewer data
 * than parameters do, it is of all that fit alike the one nearest to the start, in units of the ranges. Throws
 * InputError (field `data`) for data of another number than is seen, and ConvergenceError.
 */
export async function fitParameters(
  family: OpenFamily,
  see: (quantiles: Float64Array) => Float64Array,
  data: ArrayLike<number>,
  start?: readonly number[],
): Promise<ParameterEstimate> {
  const { ranges } = family;
  const widths = ranges.map(({ low, high }) => high - low);
  // each parameter in units of its range, so that one damping serves all
  const unit = (values: readonly number[]) =>
    values.map((value, i) => (value - ranges[i].low) / widths[i]);
  const back = (x: number, i: number) =>
    Math.min(ranges[i].maximum, Math.max(ranges[i].minimum, ranges[i].low + x * widths[i]));
  const from = start ?? ranges.map(({ low, high }) => (low + high) / 2);
  checkData(data, see(await family.quantiles(from)));
  const problem = {
    residuals: async (x: Float64Array) =>
      see(await family.quantiles(x.map(back))).map((value, i) => value - data[i]),
    low: unit(ranges.map(({ minimum }) => minimum)).map((end) => Math.max(end, -BEYOND)),
    high: unit(ranges.map(({ maximum }) => maximum)).map((end) => Math.min(end, 1 + BEYOND)),
  };
  const { fit, intervals, deviation, nullSpace } = await estimate(problem, unit(from));
  const end = (x: number | null, i: number) => (x === null ? null : ranges[i].low + x * widths[i]);
  return {
    values: Array.from(fit.values, back),
    low: intervals.map(({ low }, i) => end(low, i)),
    high: intervals.map(({ high }, i) => end(high, i)),
    deviation,
    nullSpace: nullSpace.map((x) => ofLengthOne(x.map((part, i) => part * widths[i]))),
    rounds: fit.rounds,
    atEnd: Array.from(fit.values, (x, i) => x <= problem.low[i] || x >= problem.high[i]),
  };
}

function ofLengthOne(direction: readonly number[]): number[] {
  const length = hypot(direction);
  return direction.map((part) => part / length);
}

function checkData(data: ArrayLike<number>, seen: Float64Array): void {
  if (data.length === seen.length && Array.from(data).every(Number.isFinite)) return;
  throw new InputError(
    'data',
    `${data.length} data are given: expected ${seen.length} finite numbers, one for each that is seen of a measure`,
  );
}
