/** A barycentre of measures as a table and a figure. Not its numbers. */
import type { Report } from '../../figures/report.ts';
import { fromRows } from '../../numerics/matrix.ts';
import { type Measure, unitMasses } from '../../transport/measure.ts';
import { measuresPanel } from '../measures-figure.ts';
import type { MeasuredBarycentre } from './barycentre.ts';

/** `names`: of the measures, in their order. */
export function barycentreReport(
  found: MeasuredBarycentre & {
    readonly measures: readonly Measure[];
    readonly names: readonly string[];
  },
): Report {
  const { points, masses, weights, distances, names, space, method, quality, measures } = found;
  const axes = points[0].map((_, k) => k);
  return {
    title: `Barycentre of ${names.length} measures`,
    settings: `space ${space} · method ${method} · weights ${weights.map((weight) => weight.toPrecision(3)).join(', ')}`,
    columns: [
      ...axes.map((k) => ({
        name: `x${k + 1}`,
        heading: space === 'circle' ? 'angle' : `x${k + 1}`,
        values: points.map((point) => point[k]),
      })),
      { name: 'mass', heading: 'mass', values: masses },
    ],
    findings: [
      quality,
      ...(distances?.map((distance, k) => `W2 to ${names[k]}: ${distance.toPrecision(6)}`) ?? []),
    ],
    figure: {
      title: 'Barycentre',
      caption: `${names.join(', ')} and their barycentre.`,
      panels: [
        measuresPanel(
          [
            ...measures.map((measure, k) => shown(names[k], measure)),
            shown('barycentre', { points: fromRows(points), masses }),
          ],
          'share of mass',
        ),
      ],
    },
  };
}

const shown = (name: string, { points, masses }: Measure) => ({
  name,
  points,
  masses: unitMasses(points.rows, masses),
});
