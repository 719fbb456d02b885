/**
 * Forward model reduction: how well snapshots of a family are approximated by few of them. Greedy
 * barycentres and tangent PCA, which move mass, against linear PCA of densities, which does not.
 */
import { z } from 'zod';
import type { Matrix } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { mean } from '../../numerics/statistics.ts';
import { gridOver } from '../cells.ts';
import { counter, type ReductionContext } from '../context.ts';
import { type OpenFamily, openFamily } from '../families/catalogue.ts';
import { rowsOf } from '../quantiles.ts';
import { drawSnapshots, snapshotOptions } from '../snapshots.ts';
import {
  gridErrors,
  linearErrors,
  linearModel,
  tangentErrors,
  tangentModel,
} from './components.ts';
import { barycentreErrors, greedyChoice } from './greedy.ts';

export const forwardSchema = z.strictObject({
  ...snapshotOptions,
  components: wholeNumber(1, 60).default(10).describe('Snapshots or components, at most so many'),
  cells: wholeNumber(2, 5000).default(400).describe('Cells of the grid for densities'),
});

/** The family and the ranges of its parameters, how many snapshots train and test, and how many are kept. */
export type ForwardOptions = z.input<typeof forwardSchema>;
type Parsed = z.output<typeof forwardSchema>;

/** By number of snapshots or components; null where no more are needed. */
export interface ReductionErrors {
  readonly mean: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export interface MethodErrors {
  /** W_2 */
  readonly training: ReductionErrors;
  readonly test: ReductionErrors;
}

export interface ForwardReduction {
  readonly settings: Parsed;
  readonly title: string;
  readonly ranges: OpenFamily['ranges'];
  readonly fixed: OpenFamily['fixed'];
  /** Numbers of snapshots or components. */
  readonly counts: readonly number[];
  readonly barycentres: MethodErrors & {
    /** Parameters of the chosen snapshots, in their order. */
    readonly chosen: readonly (readonly number[])[];
  };
  readonly tangent: MethodErrors & {
    /** Share of the variance of quantiles by component. */
    readonly explained: readonly number[];
  };
  readonly linear: MethodErrors & {
    /** L² of the densities, over the test snapshots. */
    readonly l2: ReductionErrors;
    /** Mean W_2 of the test snapshots to themselves on the grid: the floor of the linear errors. */
    readonly gridError: number;
  };
}

/**
 * Errors of three reduced models of one family against their size (docs/theory.md §6; Ehrlacher, Lombardi, Mula,
 * Vialard, arXiv 1909.06626). Throws InputError for options that do not fit and where the family has no
 * such measures, and the signal's reason.
 */
export async function forwardReduction(
  options: ForwardOptions = {},
  context: ReductionContext = {},
): Promise<ForwardReduction> {
  const settings = parseOptions(forwardSchema, options);
  const family = openFamily(settings);
  const step = counter(context, settings.training + settings.test);
  const { training, test } = await drawSnapshots(family, settings, step);
  const most = Math.min(settings.components, settings.training);
  const counts = Array.from({ length: most }, (_, k) => k + 1);
  const sets = { training: training.quantiles, test: test.quantiles };
  const { chosen, ...barycentres } = greedyErrors(sets, counts);
  return {
    settings,
    title: family.title,
    ranges: family.ranges,
    fixed: family.fixed,
    counts,
    barycentres: { ...barycentres, chosen: chosen.map((i) => training.values[i]) },
    tangent: tangentReduction(sets, counts),
    linear: linearReduction(sets, counts, settings.cells),
  };
}

interface Sets {
  readonly training: Matrix;
  readonly test: Matrix;
}

function greedyErrors({ training, test }: Sets, counts: readonly number[]) {
  const { chosen, errors } = greedyChoice(training, counts.length);
  const tested = (count: number) =>
    count > chosen.length ? null : barycentreErrors(training, chosen.slice(0, count), test);
  return {
    chosen,
    training: summary(counts.map((count) => errors[count - 1] ?? null)),
    test: summary(counts.map(tested)),
  };
}

function tangentReduction({ training, test }: Sets, counts: readonly number[]) {
  const model = tangentModel(training, counts.length);
  const errors = (targets: Matrix) =>
    summary(counts.map((count) => tangentErrors(model, count, targets)));
  return { explained: model.explained, training: errors(training), test: errors(test) };
}

function linearReduction({ training, test }: Sets, counts: readonly number[], cells: number) {
  const grid = gridOver([...rowsOf(training), ...rowsOf(test)], cells);
  const model = linearModel(training, grid, counts.length);
  const errors = (targets: Matrix) => counts.map((count) => linearErrors(model, count, targets));
  const tested = errors(test);
  return {
    training: summary(errors(training).map(({ w2 }) => w2)),
    test: summary(tested.map(({ w2 }) => w2)),
    l2: summary(tested.map(({ l2 }) => l2)),
    gridError: mean(gridErrors(test, grid)),
  };
}

const summary = (errors: readonly (readonly number[] | null)[]): ReductionErrors => ({
  mean: errors.map((all) => all && mean(all)),
  max: errors.map((all) => all && Math.max(...all)),
});
