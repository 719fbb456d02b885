/** A measure from observations that a caller brings. How well that goes, tried out: state.ts. */
import { z } from 'zod';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { counter, type ReductionContext } from '../context.ts';
import { type OpenFamily, openFamily } from '../families/catalogue.ts';
import { levelsOf } from '../families/family.ts';
import { trainingOptions, trainingSnapshots } from '../snapshots.ts';
import {
  chosenDomain,
  type Domain,
  domainOf,
  domainOption,
  observations,
  observe,
  observeOption,
} from './observations.ts';
import { estimateState, stateModel } from './state-model.ts';

export const recoverSchema = z.strictObject({
  ...trainingOptions,
  components: wholeNumber(1, 60).default(4).describe('Unknowns: coordinates of tangent PCA'),
  observe: observeOption,
  domain: domainOption,
  data: z
    .array(z.number(), { error: 'expected numbers, one an observation' })
    .describe('y_1 … y_m, the first m observations of the measure'),
  noise: numberBetween(0, 1e3).default(0).describe('Deviation of the errors of the observations'),
});

export type RecoverOptions = z.input<typeof recoverSchema>;

export interface RecoveredMeasure {
  readonly settings: z.output<typeof recoverSchema>;
  readonly title: string;
  readonly ranges: OpenFamily['ranges'];
  readonly fixed: OpenFamily['fixed'];
  /** Where the observations lie. */
  readonly domain: Domain;
  /** Of the measure: u_k, and F⁻¹(u_k). */
  readonly levels: readonly number[];
  readonly quantiles: readonly number[];
  /** z, in deviations over the training snapshots. */
  readonly coordinates: readonly number[];
  /** Unit directions of z that the observations leave open: then the answer is the one of least |z|. */
  readonly nullSpace: readonly (readonly number[])[];
  /** What z_k + 1 adds to the quantiles. */
  readonly directions: readonly (readonly number[])[];
  /** W_2 to the truth that noise and open directions let expect, were the model right. */
  readonly expected: number;
  /** Observations of the answer less the data. */
  readonly misfit: readonly number[];
}

/**
 * The most likely measure among those of a reduced model (`estimateState`). Throws InputError for options and
 * data that do not fit, ConvergenceError where the search does not settle, and the signal's reason.
 */
export async function recoverMeasure(
  options: RecoverOptions,
  context: ReductionContext = {},
): Promise<RecoveredMeasure> {
  const settings = parseOptions(recoverSchema, options);
  const { components, data, noise } = settings;
  const family = openFamily(settings);
  const step = counter(context, settings.training);
  const { quantiles: training } = await trainingSnapshots(family, settings, step);
  const model = stateModel(training, components);
  const domain = chosenDomain(settings.domain, domainOf(training));
  const functions = observations(settings.observe, data.length, domain);
  const found = await estimateState(model, functions, data, noise);
  const { title, ranges, fixed } = family;
  return {
    settings,
    title,
    ranges,
    fixed,
    domain,
    levels: [...levelsOf(settings.levels)],
    quantiles: [...found.quantiles],
    coordinates: [...found.coordinates],
    nullSpace: found.nullSpace,
    directions: model.directions.map((one) => [...one]),
    expected: found.expected,
    misfit: Array.from(observe(functions, found.quantiles), (value, j) => value - data[j]),
  };
}
