/** Snapshots of a family at drawn values of its parameters: what models are made of and tested on. */
import { z } from 'zod';
import type { Matrix } from '../numerics/matrix.ts';
import { wholeNumber } from '../numerics/options.ts';
import { drawValues, type OpenFamily } from './families/catalogue.ts';
import { familyOptions } from './families/family.ts';
import { snapshotsOf } from './quantiles.ts';

/** Of every model that is made of snapshots. */
export const trainingOptions = {
  ...familyOptions,
  training: wholeNumber(2, 2000)
    .default(40)
    .describe('Snapshots that models are made of: the corners of the ranges, then uniform draws'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of the parameters that are drawn'),
};

export const snapshotOptions = {
  ...trainingOptions,
  test: wholeNumber(1, 2000).default(20).describe('Others that they are tested on, drawn as well'),
};

const schema = z.strictObject(snapshotOptions);
export type SnapshotSettings = z.output<typeof schema>;
export type TrainingSettings = Omit<SnapshotSettings, 'test'>;

export interface Snapshots {
  /** Parameters of each, and its quantiles in the row of the same number. */
  readonly values: readonly (readonly number[])[];
  readonly quantiles: Matrix;
}

/** What models are made of; `step` is called after each. */
export const trainingSnapshots = (
  family: OpenFamily,
  { training, seed }: TrainingSettings,
  step: () => void,
): Promise<Snapshots> =>
  taken(family, drawValues(family.ranges, { count: training, seed, corners: true }), step);

/** Training and test snapshots; `step` is called after each. */
export async function drawSnapshots(
  family: OpenFamily,
  settings: SnapshotSettings,
  step: () => void,
): Promise<{ readonly training: Snapshots; readonly test: Snapshots }> {
  const { test, seed } = settings;
  return {
    training: await trainingSnapshots(family, settings, step),
    test: await taken(
      family,
      drawValues(family.ranges, { count: test, seed, corners: false }),
      step,
    ),
  };
}

async function taken(family: OpenFamily, values: number[][], step: () => void): Promise<Snapshots> {
  const rows: Float64Array[] = [];
  for (const one of values) {
    rows.push(await family.quantiles(one));
    step();
  }
  return { values, quantiles: snapshotsOf(rows) };
}
