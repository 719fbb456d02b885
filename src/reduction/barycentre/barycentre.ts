/** The barycentre of measures that a caller brings, by what is exact where they lie. Not of snapshots of a family. */
import { z } from 'zod';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix, row, toRows } from '../../numerics/matrix.ts';
import { parseOptions } from '../../numerics/options.ts';
import { barycentreOnCircle } from '../../transport/barycentre-circle.ts';
import { freeBarycentre } from '../../transport/barycentre-free.ts';
import { barycentreOnLine } from '../../transport/barycentre-line.ts';
import { wassersteinOnCircle } from '../../transport/circle.ts';
import { wassersteinOnLine } from '../../transport/line.ts';
import { checkSameSpace, type Measure } from '../../transport/measure.ts';
import { simplexWeights, weightsOption } from '../../transport/weights.ts';

export const barycentreSchema = z.strictObject({
  weights: weightsOption,
  space: z
    .enum(['line', 'circle', 'euclidean'], { error: 'expected line, circle or euclidean' })
    .optional()
    .describe(
      'circle: numbers are angles in radians; by default line for one column, else euclidean',
    ),
});

export type BarycentreOptions = z.input<typeof barycentreSchema>;
export type BarycentreSpace = 'line' | 'circle' | 'euclidean';

export interface MeasuredBarycentre {
  readonly space: BarycentreSpace;
  readonly weights: readonly number[];
  /** [n, d] */
  readonly points: readonly (readonly number[])[];
  /** [n], of sum 1. */
  readonly masses: readonly number[];
  /** W_2 to each of the measures; null where it is not exact, off line and circle. */
  readonly distances: readonly number[] | null;
  /** What is known of it. */
  readonly quality: string;
}

/**
 * argmin_μ Σ λ_k W_2²(μ, μ_k). On a line and (for as many angles of equal mass each) on the circle the global
 * minimum; in R^d a local one. Throws InputError for weights outside the simplex, measures of different
 * dimension, and several columns on a line or the circle; LimitError and ConvergenceError as transport does.
 */
export function measureBarycentre(
  measures: readonly Measure[],
  options: BarycentreOptions = {},
): MeasuredBarycentre {
  const asked = parseOptions(barycentreSchema, options);
  const weights = simplexWeights(measures.length, asked.weights);
  for (const { points } of measures) checkSameSpace(measures[0].points, points);
  const space = asked.space ?? (measures[0].points.columns === 1 ? 'line' : 'euclidean');
  const found = FINDERS[space](measures, weights);
  return { space, weights: [...weights], ...found };
}

type Found = Omit<MeasuredBarycentre, 'space' | 'weights'>;
type Finder = (measures: readonly Measure[], weights: Float64Array) => Found;

const FINDERS: Readonly<Record<BarycentreSpace, Finder>> = {
  line(measures, weights) {
    const lines = measures.map(({ masses, points }) => ({ masses, values: oneColumn(points) }));
    const { values, masses } = barycentreOnLine(lines, weights);
    const distances = lines.map((line) => wassersteinOnLine({ values, masses }, line, 2));
    return { ...single(values, masses), distances, quality: 'exact: the mean of the quantiles' };
  },
  circle(measures, weights) {
    if (measures.some(({ masses }) => masses))
      throw new InputError(
        'masses',
        'masses are given and space is circle: expected angles of equal mass, leave the masses out or choose another space',
      );
    const angles = measures.map(({ points }) => oneColumn(points));
    const { values } = barycentreOnCircle(angles, weights);
    const masses = new Float64Array(values.length).fill(1 / values.length);
    const distances = angles.map((own) => wassersteinOnCircle({ values }, { values: own }, 2));
    return { ...single(values, masses), distances, quality: 'exact: the global minimum' };
  },
  euclidean(measures, weights) {
    const { points, steps } = freeBarycentre(measures, { weights: [...weights] });
    const masses = new Array<number>(points.rows).fill(1 / points.rows);
    const quality = `a local minimum, after ${steps} steps`;
    return { points: toRows(points), masses, distances: null, quality };
  },
};

function oneColumn(points: Matrix): Float64Array {
  if (points.columns === 1) return points.data;
  throw new InputError(
    'space',
    `points have ${points.columns} columns: expected one on a line or the circle, choose euclidean`,
  );
}

const single = (values: Float64Array, masses: Float64Array) => ({
  points: Array.from(values, (value) => [value]),
  masses: [...masses],
});

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
