/** A barycentre of measures as a table and a figure. Not its numbers. */
import type { Panel, Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { toRows } from '../../numerics/matrix.ts';
import type { Measure } from '../../transport/measure.ts';
import type { MeasuredBarycentre } from './barycentre.ts';

/** `names`: of the measures, in their order. */
export function barycentreReport(
  found: MeasuredBarycentre & {
    readonly measures: readonly Measure[];
    readonly names: readonly string[];
  },
): Report {
  const { points, masses, weights, distances, names, space, quality } = found;
  const axes = points[0].map((_, k) => k);
  return {
    title: `Barycentre of ${names.length} measures`,
    settings: `space ${space} · weights ${weights.map((weight) => weight.toPrecision(3)).join(', ')}`,
    columns: [
      ...axes.map((k) => ({
        ...{ name: `x${k + 1}`, heading: space === 'circle' ? 'angle' : `x${k + 1}` },
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
      panels: [axes.length === 1 ? distributions(found) : clouds(found)],
    },
  };
}

/** The share of mass up to x. */
function distributions({
  points,
  masses,
  measures,
  names,
}: Parameters<typeof barycentreReport>[0]): Panel {
  const curve = (values: readonly number[], weights: ArrayLike<number>): Point[] => {
    const order = Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
    const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
    let share = 0;
    return order.map((i): Point => {
      share += weights[i] / total;
      return [values[i], share];
    });
  };
  const equal = (n: number) => new Array<number>(n).fill(1);
  return {
    x: { label: 'x' },
    y: { label: 'share of mass up to x', domain: [0, 1] },
    series: [
      ...measures.map(({ points: { data }, masses: own }, k) => ({
        ...{ kind: 'line' as const, name: names[k] },
        points: curve([...data], own ?? equal(data.length)),
      })),
      {
        kind: 'line',
        name: 'barycentre',
        points: curve(
          points.map(([x]) => x),
          masses,
        ),
      },
    ],
  };
}

/** The first two coordinates. */
function clouds({ points, measures, names }: Parameters<typeof barycentreReport>[0]): Panel {
  const flat = (rows: readonly (readonly number[])[]) => rows.map(([x, y]): Point => [x, y]);
  return {
    ...{ x: { label: 'x₁' }, y: { label: 'x₂' }, equalUnits: true },
    series: [
      ...measures.map((measure, k) => ({
        ...{ kind: 'scatter' as const, name: names[k] },
        points: flat(toRows(measure.points)),
      })),
      { kind: 'scatter', name: 'barycentre', points: flat(points) },
    ],
  };
}
