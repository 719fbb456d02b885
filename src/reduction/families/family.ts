/**
 * What a parametrised family of probability measures on a line is: snapshots μ(p), each by its quantiles at
 * the levels u_k = (k + ½)/N. Not the list of them (catalogue.ts).
 */
import { z } from 'zod';
import { numberBetween, wholeNumber } from '../../numerics/options.ts';

export interface FamilyParameter {
  readonly name: string;
  readonly help: string;
  /** Both ends are allowed. */
  readonly minimum: number;
  readonly maximum: number;
  /** Where snapshots are taken unless another range is given. */
  readonly low: number;
  readonly high: number;
}

export interface Family {
  /** snake_case, the key on every face. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly citation?: string;
  readonly parameters: readonly FamilyParameter[];
  /** Rising, [levels]. Values are in range, one a parameter. Throws InputError where there is no such measure. */
  quantiles(
    values: readonly number[],
    settings: FamilySettings,
  ): Float64Array | Promise<Float64Array>;
}

const choice = <T extends string>(...names: [T, ...T[]]) =>
  z.enum(names, { error: `expected one of ${names.join(', ')}` });

const ends = z.array(z.number(), { error: 'expected numbers, one a parameter' }).optional();

/** Which family, and where its parameters lie: part of the options of every reduction. */
export const familyOptions = {
  family: z
    .string({ error: 'expected the name of a family' })
    .default('flow')
    .describe('Name of a family: translations, scalings, gaussian, burgers or flow'),
  low: ends.describe('Least values of the parameters, in their order'),
  high: ends.describe('Largest values; where both are the same the parameter is fixed'),
  levels: wholeNumber(2, 5000).default(100).describe('Quantiles N of each measure'),
  attention: choice('sa', 'usa').default('sa').describe('Attention of the flow'),
  start: choice('arc', 'von_mises').default('arc').describe('Start of the flow'),
  arc: numberBetween(1e-3, 1.57)
    .default(1.2)
    .describe('Half the width of the arc that the flow starts on, radians'),
  concentration: numberBetween(0, 1e4)
    .default(8)
    .describe('c of the von Mises start, density ∝ e^(c cos θ)'),
  tolerance: numberBetween(1e-13, 1e-4)
    .default(1e-10)
    .describe('Tolerance of dopri5, for the flow'),
};

const schema = z.strictObject(familyOptions);
export type FamilySettings = z.output<typeof schema>;

/** u_k = (k + ½)/N */
export const levelsOf = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, k) => (k + 0.5) / count);
