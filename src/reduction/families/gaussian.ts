/** Normal laws on the line: translations, scalings, and both. Their quantiles are m + s Φ⁻¹(u). */
import { normalQuantile } from '../../numerics/quantile.ts';
import { type Family, type FamilyParameter, levelsOf } from './family.ts';

const MEAN: FamilyParameter = {
  name: 'mean',
  help: 'm',
  minimum: -1e6,
  maximum: 1e6,
  low: -2,
  high: 2,
};

const DEVIATION: FamilyParameter = {
  name: 'deviation',
  help: 's',
  minimum: 1e-6,
  maximum: 1e6,
  low: 0.5,
  high: 2,
};

const quantiles = (mean: number, deviation: number, levels: number) =>
  levelsOf(levels).map((level) => mean + deviation * normalQuantile(level));

/** A narrow law that moves: linear spaces of densities need many dimensions for it. */
const NARROW = 0.3;

export const translations: Family = {
  name: 'translations',
  title: 'Translations of a normal law',
  help: `N(m, ${NARROW}²): one direction of quantiles, many of densities.`,
  parameters: [MEAN],
  quantiles: ([mean], { levels }) => quantiles(mean, NARROW, levels),
};

export const scalings: Family = {
  name: 'scalings',
  title: 'Scalings of a normal law',
  help: 'N(0, s²): one direction of quantiles.',
  parameters: [DEVIATION],
  quantiles: ([deviation], { levels }) => quantiles(0, deviation, levels),
};

export const gaussian: Family = {
  name: 'gaussian',
  title: 'Normal laws',
  help: 'N(m, s²): a plane of quantiles.',
  parameters: [MEAN, DEVIATION],
  quantiles: ([mean, deviation], { levels }) => quantiles(mean, deviation, levels),
};
