/** How well measures of a family are recovered from m observations, over m and noise. One of them: state-model.ts. */
import { z } from 'zod';
import { hypot } from '../../numerics/elementary.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { mean } from '../../numerics/statistics.ts';
import { counter, type ReductionContext } from '../context.ts';
import { type OpenFamily, openFamily } from '../families/catalogue.ts';
import { tangentErrors, tangentModel } from '../forward/components.ts';
import { barycentre, quantileDistance, rowsOf } from '../quantiles.ts';
import { drawSnapshots, snapshotOptions } from '../snapshots.ts';
import {
  domainOf,
  type Observation,
  observations,
  observe,
  observeOption,
} from './observations.ts';
import { estimateState, type StateModel, stateModel } from './state-model.ts';

export const stateSchema = z.strictObject({
  ...snapshotOptions,
  components: wholeNumber(1, 60).default(4).describe('Unknowns: coordinates of tangent PCA'),
  observe: observeOption,
  observations: z
    .array(wholeNumber(1, 500), { error: 'expected a list such as [2, 4, 8]' })
    .min(1)
    .default([1, 2, 4, 8, 16])
    .describe('Numbers m of observations'),
  noise: z
    .array(numberBetween(0, 1e3), { error: 'expected a list such as [0, 0.01]' })
    .min(1)
    .default([0, 1e-3, 1e-2])
    .describe('Deviations of the errors of the observations'),
});

export type StateOptions = z.input<typeof stateSchema>;
type Parsed = z.output<typeof stateSchema>;

export interface StateErrors {
  readonly noise: number;
  /** W_2 over the test snapshots, by m. */
  readonly mean: readonly number[];
  readonly max: readonly number[];
  /** Root mean square, and what noise and unobserved directions let expect. */
  readonly rms: readonly number[];
  readonly expected: readonly number[];
  /** Directions that the observations leave open: the most over the test snapshots. */
  readonly nullity: readonly number[];
}

export interface StateEstimation {
  readonly settings: Parsed;
  readonly title: string;
  readonly ranges: OpenFamily['ranges'];
  readonly fixed: OpenFamily['fixed'];
  /** At most those asked for: directions of rounding are left out. */
  readonly unknowns: number;
  /** m */
  readonly observations: readonly number[];
  readonly errors: readonly StateErrors[];
  /** Mean W_2 of the test snapshots to the model itself, and to the mean measure alone. */
  readonly modelError: number;
  readonly unobservedError: number;
}

/** Tells this stream apart from others of the same seed. */
const STREAM = 0x7374;

/**
 * W_2 errors of estimated measures by number and noise of observations. Throws InputError for options that do
 * not fit, ConvergenceError where an estimate does not settle, and the signal's reason.
 */
export async function stateEstimation(
  options: StateOptions = {},
  context: ReductionContext = {},
): Promise<StateEstimation> {
  const settings = parseOptions(stateSchema, options);
  const { components, noise, observations: counts, seed } = settings;
  const family = openFamily(settings);
  const total = settings.training + settings.test + counts.length * noise.length;
  const step = counter(context, total);
  const snapshots = await drawSnapshots(family, settings, step);
  const [training, test] = [snapshots.training.quantiles, snapshots.test.quantiles];
  const model = stateModel(training, components);
  const domain = domainOf(training);
  const errors: StateErrors[] = [];
  for (const deviation of noise) {
    const measured: Measured[] = [];
    for (const m of counts) {
      const functions = observations(settings.observe, m, domain);
      measured.push(await measure({ model, functions, noise: deviation, seed }, test));
      step();
    }
    errors.push(summary(deviation, measured));
  }
  const middle = barycentre(training);
  return {
    settings,
    title: family.title,
    ranges: family.ranges,
    fixed: family.fixed,
    unknowns: model.directions.length,
    observations: counts,
    errors,
    modelError: mean(tangentErrors(tangentModel(training, components), components, test)),
    unobservedError: mean(rowsOf(test).map((target) => quantileDistance(middle, target))),
  };
}

interface Job {
  readonly model: StateModel;
  readonly functions: readonly Observation[];
  readonly noise: number;
  readonly seed: number;
}

/** By test snapshot. */
interface Measured {
  readonly error: number[];
  readonly expected: number[];
  readonly nullity: number[];
}

async function measure({ model, functions, noise, seed }: Job, targets: Matrix): Promise<Measured> {
  const measured: Measured = { error: [], expected: [], nullity: [] };
  for (let i = 0; i < targets.rows; i++) {
    const { gaussian } = random(seed, STREAM, i);
    const target = row(targets, i);
    const y = observe(functions, target).map((value) => value + noise * gaussian());
    const found = await estimateState(model, functions, y, noise);
    measured.error.push(quantileDistance(found.quantiles, target));
    measured.expected.push(found.expected);
    measured.nullity.push(found.nullSpace.length);
  }
  return measured;
}

function summary(noise: number, measured: readonly Measured[]): StateErrors {
  const rms = (values: readonly number[]) => hypot(values) / Math.sqrt(values.length);
  return {
    noise,
    mean: measured.map(({ error }) => mean(error)),
    max: measured.map(({ error }) => Math.max(...error)),
    rms: measured.map(({ error }) => rms(error)),
    expected: measured.map(({ expected }) => rms(expected)),
    nullity: measured.map(({ nullity }) => Math.max(...nullity)),
  };
}
