/** The barycentre of measures that a caller brings, by what is known where they lie. Not of snapshots of a family. */
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix, row, toRows } from '../../numerics/matrix.ts';
import { parseOptions } from '../../numerics/options.ts';
import { wassersteinOnCircle } from '../../transport/circle.ts';
import { wassersteinOnLine } from '../../transport/line.ts';
import { checkFinite, checkSameSpace, type Measure } from '../../transport/measure.ts';
import { simplexWeights } from '../../transport/weights.ts';
import { asLine, type BarycentreTask, FINDERS, type FoundBarycentre } from './methods.ts';
import {
  type BarycentreMethod,
  type BarycentreOptions,
  type BarycentreSettings,
  type BarycentreSpace,
  barycentreSchema,
} from './options.ts';

export interface MeasuredBarycentre {
  readonly space: BarycentreSpace;
  readonly method: BarycentreMethod;
  readonly weights: readonly number[];
  /** [n, d] */
  readonly points: readonly (readonly number[])[];
  /** [n], of sum 1. */
  readonly masses: readonly number[];
  /** W_2 to each of the measures; null off line and circle, where it is not computed exactly. */
  readonly distances: readonly number[] | null;
  /** What is known of it. */
  readonly quality: string;
}

/**
 * argmin_μ Σ λ_k W_2²(μ, μ_k). Throws InputError for weights outside the simplex, measures of different dimension,
 * several columns on a line or the circle, and options of another method; LimitError and ConvergenceError as
 * transport does.
 */
export function measureBarycentre(
  measures: readonly Measure[],
  options: BarycentreOptions = {},
): MeasuredBarycentre {
  const settings = parseOptions(barycentreSchema, options);
  const weights = simplexWeights(measures.length, settings.weights);
  const space = settings.space ?? (measures[0].points.columns === 1 ? 'line' : 'euclidean');
  checkMeasures(measures, space);
  const method = settings.method ?? (isExact(measures, space) ? 'exact' : 'free');
  checkMethod(settings, space, method);
  const task = { measures, weights, space, settings };
  const { points, masses, quality } = FINDERS[method](task);
  return {
    space,
    method,
    weights: [...weights],
    points: toRows(points),
    masses: [...masses],
    distances: distancesTo({ points, masses }, task),
    quality,
  };
}

/** Where nothing but the points and masses themselves decides. */
const isExact = (measures: readonly Measure[], space: BarycentreSpace): boolean =>
  space === 'line' ||
  (space === 'circle' &&
    measures.every(({ points, masses }) => !masses && points.rows === measures[0].points.rows));

function checkMeasures(measures: readonly Measure[], space: BarycentreSpace): void {
  for (const { points } of measures) {
    checkSameSpace(measures[0].points, points);
    checkFinite(points);
    if (space !== 'euclidean' && points.columns !== 1)
      throw new InputError(
        'space',
        `points have ${points.columns} columns: expected one on a line or the circle, choose euclidean`,
      );
  }
}

function checkMethod(
  { support, debiased, epsilon }: BarycentreSettings,
  space: BarycentreSpace,
  method: BarycentreMethod,
): void {
  if (method === 'exact' && space === 'euclidean')
    throw new InputError(
      'method',
      'method is exact: expected it on a line or the circle, choose free or fixed',
    );
  if (method === 'exact' && epsilon !== undefined)
    throw new InputError(
      'epsilon',
      'epsilon is given for the method exact, which has none: leave it out, or choose free or fixed',
    );
  if (method === 'fixed') return;
  const stray = support ? 'support' : debiased ? 'debiased' : null;
  if (stray)
    throw new InputError(
      stray,
      `${stray} is given for the method ${method}: expected fixed, choose it or leave ${stray} out`,
    );
}

function distancesTo(
  found: Pick<FoundBarycentre, 'points' | 'masses'>,
  { measures, space }: BarycentreTask,
): number[] | null {
  if (space === 'euclidean') return null;
  const distance = space === 'line' ? wassersteinOnLine : wassersteinOnCircle;
  return measures.map((measure) => distance(asLine(found), asLine(measure), 2));
}

/** Rows whose last number is a mass as a measure. Throws InputError (field `masses`) where there is no other number. */
export function withMasses(rows: Matrix): Measure {
  const d = rows.columns - 1;
  if (d < 1)
    throw new InputError(
      'masses',
      'the rows have one number: expected coordinates and then a mass, add a column or leave --masses out',
    );
  const points = matrix(rows.rows, d);
  const masses = new Float64Array(rows.rows);
  for (let i = 0; i < rows.rows; i++) {
    points.data.set(row(rows, i).subarray(0, d), i * d);
    masses[i] = row(rows, i)[d];
  }
  return { points, masses };
}
