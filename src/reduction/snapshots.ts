/** Snapshots of a family at drawn values of its parameters: what models are made of and tested on. */
import { z } from 'zod';
import type { Matrix } from '../numerics/matrix.ts';
import { wholeNumber } from '../numerics/options.ts';
import { drawValues, type OpenFamily } from './families/catalogue.ts';
import { familyOptions } from './families/family.ts';
import { snapshotsOf } from './quantiles.ts';

export const snapshotOptions = {
  ...familyOptions,
  training: wholeNumber(2, 2000)
    .default(40)
    .describe('Snapshots that models are made of: the corners of the ranges, then uniform draws'),
  test: wholeNumber(1, 2000).default(20).describe('Others that they are tested on, drawn as well'),
  seed: wholeNumber(0, 2 ** 31).default(1),
};

const schema = z.strictObject(snapshotOptions);
export type SnapshotSettings = z.output<typeof schema>;

export interface Snapshots {
  /** Parameters of each, and its quantiles in the row of the same number. */
  readonly values: readonly (readonly number[])[];
  readonly quantiles: Matrix;
}

/** Training and test snapshots; `step` is called after each. */
export async function drawSnapshots(
  family: OpenFamily,
  { training, test, seed }: SnapshotSettings,
  step: () => void,
): Promise<{ readonly training: Snapshots; readonly test: Snapshots }> {
  const taken = async (values: number[][]): Promise<Snapshots> => {
    const rows: Float64Array[] = [];
    for (const one of values) {
      rows.push(await family.quantiles(one));
      step();
    }
    return { values, quantiles: snapshotsOf(rows) };
  };
  return {
    training: await taken(drawValues(family.ranges, { count: training, seed, corners: true })),
    test: await taken(drawValues(family.ranges, { count: test, seed, corners: false })),
  };
}
