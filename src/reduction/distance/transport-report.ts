/** A transport of two measures as a table and a figure. Not its numbers. */
import type { Report } from '../../figures/report.ts';
import { type Measure, unitMasses } from '../../transport/measure.ts';
import { measuresPanel } from '../measures-figure.ts';
import type { MeasuredTransport, TransportMetric } from './transport.ts';

const TITLES: Readonly<Record<TransportMetric, string>> = {
  w1: 'Wasserstein distance W1',
  w2: 'Wasserstein distance W2',
  sinkhorn: 'Root of the Sinkhorn divergence',
  sliced: 'Sliced Wasserstein distance',
  gaussian: 'W2 of Gaussians (Bures–Wasserstein)',
  hk: 'Hellinger–Kantorovich distance',
};

/** So many parts of a plan are shown on a screen. */
const SHOWN = 24;

/** `names` of the measures. */
export function transportReport(
  found: MeasuredTransport & {
    readonly measures: readonly Measure[];
    readonly names: readonly string[];
  },
): Report {
  const { settings, distance, quality, standardError: error, plan, measures, names } = found;
  const title = TITLES[settings.metric];
  return {
    title: `${title} of ${names.join(' and ')}`,
    settings: quality,
    columns: plan ? planColumns(plan) : [{ name: 'distance', values: [distance] }],
    findings: [
      `distance ${distance.toPrecision(8)}${error === null ? '' : `, standard error ${error.toPrecision(2)}`}`,
      plan
        ? `the plan has ${plan.length} parts${plan.length > SHOWN ? ', which --out writes' : ''}`
        : 'it has no plan between the points',
    ],
    figure: {
      title,
      caption: `${names.join(' and ')}, at the distance ${distance.toPrecision(4)}.`,
      panels: [
        measuresPanel(
          measures.map(({ points, masses }, k) => ({
            name: names[k],
            points,
            masses: unitMasses(points.rows, masses),
          })),
          'share of mass',
        ),
      ],
    },
  };
}

function planColumns(plan: NonNullable<MeasuredTransport['plan']>): Report['columns'] {
  const columns = ['from', 'to', 'mass', 'arriving'] as const;
  return columns.map((name) => ({
    name,
    ...(plan.length <= SHOWN && { heading: name }),
    values: plan.map((part) => part[name]),
  }));
}
