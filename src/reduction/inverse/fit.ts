/** Parameters of a family from a snapshot that a caller brings. How well that goes, tried out: parameters.ts. */
import { z } from 'zod';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { counter, type ReductionContext } from '../context.ts';
import { type OpenFamily, openFamily } from '../families/catalogue.ts';
import { familyOptions } from '../families/family.ts';
import { fitParameters, type ParameterEstimate } from './fit-parameters.ts';
import { domainOption } from './observations.ts';
import { observeOption, observer } from './observed.ts';

export const fitSchema = z.strictObject({
  ...familyOptions,
  levels: wholeNumber(1, 5000)
    .optional()
    .describe('Quantiles N of each measure: as many as data where those are quantiles, else 100'),
  observe: observeOption,
  domain: domainOption,
  data: z
    .array(z.number(), { error: 'expected numbers' })
    .min(1, 'expected one number at least')
    .describe('Points of the snapshot, in any order; or its first moments or bumps'),
});

export type FitOptions = z.input<typeof fitSchema>;

export interface FittedParameters {
  readonly settings: z.output<typeof fitSchema>;
  readonly title: string;
  readonly ranges: OpenFamily['ranges'];
  readonly fixed: OpenFamily['fixed'];
  readonly estimate: ParameterEstimate;
}

/**
 * The values of a family's parameters that explain the data best, with 95 % intervals (`fitParameters`): points of
 * equal mass are the quantiles of the snapshot, so of those it is the measure of the family nearest in W_2.
 * Throws InputError for options and data that do not fit, ConvergenceError where the search does not settle, and
 * the signal's reason.
 */
export async function fitSnapshot(
  options: FitOptions,
  context: ReductionContext = {},
): Promise<FittedParameters> {
  const settings = parseOptions(fitSchema, options);
  const asPoints = settings.observe === 'quantiles';
  const data = asPoints ? Float64Array.from(settings.data).sort() : settings.data;
  const levels = settings.levels ?? (asPoints ? data.length : 100);
  const family = openFamily({ ...settings, levels });
  const step = counter(context, 1);
  const see = await observer(family, { ...settings, observations: data.length });
  const estimate = await fitParameters(family, see, data);
  step();
  const { title, ranges, fixed } = family;
  return { settings, title, ranges, fixed, estimate };
}
