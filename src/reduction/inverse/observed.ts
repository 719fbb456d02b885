/** What is observed of a snapshot whose parameters are sought: all of its quantiles, or a few linear observations. */
import { z } from 'zod';
import { cornersOf, type OpenFamily } from '../families/catalogue.ts';
import { snapshotsOf } from '../quantiles.ts';
import { chosenDomain, domainOf, OBSERVATIONS, observations, observe } from './observations.ts';

export const observeOption = z
  .enum(['quantiles', ...OBSERVATIONS], { error: 'expected quantiles, moments or bumps' })
  .default('quantiles')
  .describe(
    'What is seen of the snapshot: all its quantiles, or a few of its moments or averages with bumps',
  );

interface ObservationOptions {
  readonly observe: z.output<typeof observeOption>;
  /** How many moments or bumps. */
  readonly observations: number;
  readonly domain?: readonly number[];
}

/** Of a measure’s quantiles what is observed; by default observations lie over the domain of the corners of the ranges. */
export async function observer(
  family: OpenFamily,
  { observe: kind, observations: count, domain }: ObservationOptions,
): Promise<(quantiles: Float64Array) => Float64Array> {
  if (kind === 'quantiles') return (quantiles) => quantiles;
  const corners = await Promise.all(cornersOf(family.ranges).map(family.quantiles));
  const functions = observations(kind, count, chosenDomain(domain, domainOf(snapshotsOf(corners))));
  return (quantiles) => observe(functions, quantiles);
}
