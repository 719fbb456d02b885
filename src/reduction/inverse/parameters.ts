/**
 * Inverse parameter estimation, tried out: data of a known snapshot with noise, the parameters estimated from
 * them, and how often their intervals hold the truth. The estimate itself: fit-parameters.ts.
 */

import { z } from 'zod';
import { counted } from '../../numerics/counted.ts';
import { InputError } from '../../numerics/errors.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { mean } from '../../numerics/statistics.ts';
import { counter, type ReductionContext } from '../context.ts';
import { type OpenFamily, openFamily } from '../families/catalogue.ts';
import { familyOptions } from '../families/family.ts';
import { fitParameters, type ParameterEstimate } from './fit-parameters.ts';
import { observeOption, observer } from './observed.ts';

export const parametersSchema = z.strictObject({
  ...familyOptions,
  levels: familyOptions.levels.default(50),
  truth: z
    .array(z.number(), { error: 'expected numbers, one a parameter with a range' })
    .optional()
    .describe('The values to be found; two fifths of the way along their ranges by default'),
  observe: observeOption,
  observations: wholeNumber(1, 500).default(10).describe('How many moments or bumps'),
  noise: numberBetween(0, 1e3).default(1e-3).describe('Deviation of each datum’s error'),
  repetitions: wholeNumber(1, 100_000).default(20).describe('Data sets with noise of their own'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of the noise'),
});

export type ParametersOptions = z.input<typeof parametersSchema>;
type Parsed = z.output<typeof parametersSchema>;

export interface ParameterEstimation {
  readonly settings: Parsed;
  readonly title: string;
  readonly ranges: OpenFamily['ranges'];
  readonly fixed: OpenFamily['fixed'];
  readonly truth: readonly number[];
  /** Numbers in one data set. */
  readonly data: number;
  /** Of the first data set. */
  readonly estimate: ParameterEstimate;
  /** Over all data sets, by parameter. */
  readonly repeated: {
    readonly mean: readonly number[];
    readonly deviation: readonly (number | null)[];
    /** Share of the intervals that hold the truth; null where there is none. */
    readonly coverage: readonly (number | null)[];
  };
}

/** Tells this stream apart from others of the same seed. */
const STREAM = 0x7061;
/** Not the middle of the ranges, where the search begins. */
const AWAY = 0.4;

/**
 * Estimates β and the horizon of a flow, or the parameters of another family, from one snapshot each time.
 * Throws InputError for options that do not fit, ConvergenceError where an estimate does not settle, and
 * the signal's reason.
 */
export async function parameterEstimation(
  options: ParametersOptions = {},
  context: ReductionContext = {},
): Promise<ParameterEstimation> {
  const settings = parseOptions(parametersSchema, options);
  const family = openFamily(settings);
  const truth = trueValues(family, settings.truth);
  const see = await observer(family, settings);
  const exact = see(await family.quantiles(truth));
  const step = counter(context, settings.repetitions);
  const estimates: ParameterEstimate[] = [];
  for (let repetition = 0; repetition < settings.repetitions; repetition++) {
    const { gaussian } = random(settings.seed, STREAM, repetition);
    const data = exact.map((value) => value + settings.noise * gaussian());
    // later searches begin where the first one ended
    estimates.push(await fitParameters(family, see, data, estimates[0]?.values));
    step();
  }
  const { title, ranges, fixed } = family;
  const [estimate] = estimates;
  return {
    settings,
    title,
    ranges,
    fixed,
    truth,
    data: exact.length,
    estimate,
    repeated: summary(estimates, truth, settings.noise),
  };
}

function trueValues({ ranges }: OpenFamily, given?: readonly number[]): readonly number[] {
  if (given && given.length !== ranges.length)
    throw new InputError(
      'truth',
      `truth has ${counted(given.length, 'number')}: expected ${ranges.length}, of ${ranges.map(({ name }) => name).join(', ')}`,
    );
  return given ?? ranges.map(({ low, high }) => low + AWAY * (high - low));
}

function summary(estimates: readonly ParameterEstimate[], truth: readonly number[], noise: number) {
  const each = <T>(of: (i: number) => T): T[] => truth.map((_, i) => of(i));
  const values = (i: number) => estimates.map((estimate) => estimate.values[i]);
  return {
    mean: each((i) => mean(values(i))),
    deviation: each((i) => deviation(values(i))),
    // without noise the intervals are rounding, and so is what lies in them
    coverage: each((i) => (noise > 0 ? coverage(estimates, i, truth[i]) : null)),
  };
}

function deviation(values: readonly number[]): number | null {
  const centre = mean(values);
  const square = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return values.length > 1 ? Math.sqrt(square / (values.length - 1)) : null;
}

function coverage(
  estimates: readonly ParameterEstimate[],
  i: number,
  truth: number,
): number | null {
  const held = estimates.flatMap(({ low, high }) => {
    const [least, most] = [low[i], high[i]];
    return least === null || most === null ? [] : [least <= truth && truth <= most ? 1 : 0];
  });
  return held.length > 0 ? mean(held) : null;
}
