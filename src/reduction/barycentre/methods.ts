/** How the barycentre of given measures is found, by method. Not which one: barycentre.ts. */
import { InputError } from '../../numerics/errors.ts';
import { fromRows, type Matrix, matrix, stacked } from '../../numerics/matrix.ts';
import { mean } from '../../numerics/statistics.ts';
import { sumOf } from '../../numerics/vectors.ts';
import { barycentreOnCircle } from '../../transport/barycentre-circle.ts';
import { fixedBarycentre } from '../../transport/barycentre-fixed.ts';
import { freeBarycentre } from '../../transport/barycentre-free.ts';
import { barycentreOnLine } from '../../transport/barycentre-line.ts';
import { around, squaredArcs } from '../../transport/circle.ts';
import { type Measure, squaredDistances, unitMasses } from '../../transport/measure.ts';
import type { BarycentreMethod, BarycentreSettings, BarycentreSpace } from './options.ts';

export interface BarycentreTask {
  readonly measures: readonly Measure[];
  readonly weights: Float64Array;
  readonly space: BarycentreSpace;
  readonly settings: BarycentreSettings;
}

export interface FoundBarycentre {
  readonly points: Matrix;
  readonly masses: Float64Array;
  readonly quality: string;
}

export const FINDERS: Readonly<
  Record<BarycentreMethod, (task: BarycentreTask) => FoundBarycentre>
> = {
  exact: ({ measures, weights, space }) => {
    const lines = measures.map(asLine);
    if (space === 'line') {
      const { values, masses } = barycentreOnLine(lines, weights);
      return { points: column(values), masses, quality: 'exact: the mean of the quantiles' };
    }
    const angles = lines.map(equalAngles);
    const { values } = barycentreOnCircle(angles, weights);
    const masses = unitMasses(values.length);
    return { points: column(values), masses, quality: 'exact: the global minimum' };
  },
  free: ({ measures, weights, space, settings: { epsilon } }) => {
    const where = space === 'circle' ? 'circle' : 'euclidean';
    const found = freeBarycentre(measures, { weights, space: where, epsilon });
    const plans = found.exact.every((exact) => exact) ? 'exact' : 'entropic';
    const { points } = found;
    return {
      points: space === 'circle' ? column(around({ values: points.data }).values) : points,
      masses: unitMasses(found.points.rows),
      quality: `a local minimum with ${plans} plans, after ${found.steps} steps`,
    };
  },
  fixed({ measures, weights, space, settings }) {
    const pooled = stacked(measures.map(({ points }) => points));
    const support = settings.support ? given(settings.support, pooled) : pooled;
    const costs =
      space === 'circle' ? squaredArcs(pooled, support) : squaredDistances(pooled, support);
    const epsilon = settings.epsilon ?? (mean(costs) / 100 || 1);
    const { debiased } = settings;
    const found = fixedBarycentre(histograms(measures), costs, { weights, epsilon, debiased });
    const spread = debiased
      ? 'debiased'
      : `spread by about ${Math.sqrt(epsilon / 2).toPrecision(2)}`;
    const quality = `entropic at ε = ${epsilon.toPrecision(3)}, ${spread}, after ${found.sweeps} sweeps`;
    return { points: support, masses: found.masses, quality };
  },
};

function equalAngles({ values, masses }: ReturnType<typeof asLine>): Float64Array {
  if (!masses) return values;
  throw new InputError(
    'masses',
    'masses are given for the exact barycentre on the circle: expected angles of equal mass, leave the masses out or choose the method free or fixed',
  );
}

export const asLine = ({ points, masses }: Measure) => ({ values: points.data, masses });

const column = (values: Float64Array): Matrix => matrix(values.length, 1, values);

/** Each measure on the points of all. */
function histograms(measures: readonly Measure[]): Float64Array[] {
  const counts = measures.map(({ points }) => points.rows);
  const total = sumOf(counts);
  let at = 0;
  return measures.map(({ masses }, k) => {
    const histogram = new Float64Array(total);
    histogram.set(unitMasses(counts[k], masses), at);
    at += counts[k];
    return histogram;
  });
}

function given(support: readonly (readonly number[])[], like: Matrix): Matrix {
  const wrong = support.findIndex((one) => one.length !== like.columns);
  if (support.length === 0 || wrong >= 0)
    throw new InputError(
      'support',
      `support has ${support.length} rows${wrong < 0 ? '' : `, row ${wrong} of ${support[wrong].length} numbers`}: expected one at least, of ${like.columns} numbers each`,
    );
  return fromRows(support);
}
