/** The forward problem: the measure of a family at given values of its parameters. */
import { z } from 'zod';
import { parseOptions } from '../../numerics/options.ts';
import { entryNamed } from '../../numerics/parameters.ts';
import { checkValues, families } from './catalogue.ts';
import { familyOptions, levelsOf } from './family.ts';

const { low: _, high: __, ...chosen } = familyOptions;

export const snapshotSchema = z.strictObject({
  ...chosen,
  at: z
    .array(z.number(), { error: 'expected numbers, one a parameter' })
    .optional()
    .describe('Values of the parameters, in their order; the middle of their ranges by default'),
});

export type SnapshotOptions = z.input<typeof snapshotSchema>;

export interface Snapshot {
  readonly settings: z.output<typeof snapshotSchema>;
  readonly title: string;
  /** By parameter. */
  readonly values: Readonly<Record<string, number>>;
  /** u_k = (k + ½)/N */
  readonly levels: readonly number[];
  /** F⁻¹(u_k), rising: as a measure, points of equal mass. */
  readonly quantiles: readonly number[];
}

/** μ(p) by its quantiles. Throws InputError for options that do not fit and where the family has no such measure. */
export async function familySnapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
  const settings = parseOptions(snapshotSchema, options);
  const family = entryNamed('family', families, settings.family);
  const { parameters, title } = family;
  const values = settings.at ?? parameters.map(({ low, high }) => (low + high) / 2);
  checkValues(parameters, values);
  const quantiles = await family.quantiles(values, settings);
  return {
    settings,
    title,
    values: Object.fromEntries(parameters.map(({ name }, i) => [name, values[i]])),
    levels: [...levelsOf(settings.levels)],
    quantiles: [...quantiles],
  };
}
