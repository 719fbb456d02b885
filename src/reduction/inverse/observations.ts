/** Linear observations of a measure, y_j = ∫ φ_j dμ: moments, or local averages. Not their noise. */
import { z } from 'zod';
import { exp, pow } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import { mean } from '../../numerics/statistics.ts';
import { largestOf } from '../../numerics/vectors.ts';

export const OBSERVATIONS = ['moments', 'bumps'] as const;

export const observeOption = z
  .enum(OBSERVATIONS, { error: 'expected moments or bumps' })
  .default('bumps')
  .describe(
    'moments: ∫ s^k dμ, s = −1 … 1 over the domain; bumps: averages with Gaussian bumps along it',
  );

/** Where measures of a family lie. */
export interface Domain {
  readonly low: number;
  readonly high: number;
}

export const domainOption = z
  .array(z.number(), { error: 'expected two numbers such as [-1, 1]' })
  .optional()
  .describe('Least and largest x, between which observations lie; by default those of the models');

/** The domain that was asked for, or else one. Throws InputError (field `domain`). */
export function chosenDomain(asked: readonly number[] | undefined, other: Domain): Domain {
  if (!asked) return other;
  const [low, high] = asked;
  if (asked.length === 2 && low < high) return { low, high };
  throw new InputError(
    'domain',
    `domain is ${asked.join(', ')}: expected two numbers, the least and the largest`,
  );
}

/** φ and φ'. */
export interface Observation {
  value(x: number): number;
  slope(x: number): number;
}

/** From the least to the largest quantile of the rows. */
export function domainOf({ data }: Matrix): Domain {
  const low = data.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = largestOf(data, low);
  return { low, high: high > low ? high : low + 1 };
}

/**
 * The first `count` functions φ_j of a kind over the domain: the monomials s, s², … with s = −1 … 1 along it, or
 * Gaussian bumps at equal distances. An observation of μ is ∫ φ_j dμ.
 */
export function observations(
  kind: (typeof OBSERVATIONS)[number],
  count: number,
  domain: Domain,
): Observation[] {
  const make = kind === 'moments' ? moment : bump;
  return Array.from({ length: count }, (_, j) => make(j, count, domain));
}

function moment(j: number, _count: number, { low, high }: Domain): Observation {
  const [centre, radius] = [(low + high) / 2, (high - low) / 2];
  return {
    value: (x) => pow((x - centre) / radius, j + 1),
    slope: (x) => ((j + 1) / radius) * pow((x - centre) / radius, j),
  };
}

/** e^{−(x − c)²/2w²}: `count` of them, of the width of their distance. */
function bump(j: number, count: number, { low, high }: Domain): Observation {
  const width = (high - low) / count;
  const centre = low + (j + 0.5) * width;
  const value = (x: number) => exp(-(((x - centre) / width) ** 2) / 2);
  return { value, slope: (x) => (-(x - centre) / width ** 2) * value(x) };
}

/** y of a measure by its quantiles, [m]. */
export const observe = (functions: readonly Observation[], quantiles: Float64Array): Float64Array =>
  Float64Array.from(functions, ({ value }) => mean(quantiles.map(value)));

/** ∂y/∂z [m, k] where the quantiles move by directions_k [N] with z_k. */
export function observationSlopes(
  functions: readonly Observation[],
  quantiles: Float64Array,
  directions: readonly Float64Array[],
): Matrix {
  const out = matrix(functions.length, directions.length);
  functions.forEach(({ slope }, j) => {
    const slopes = quantiles.map(slope);
    directions.forEach((direction, k) => {
      out.data[j * directions.length + k] = mean(direction.map((move, l) => move * slopes[l]));
    });
  });
  return out;
}
