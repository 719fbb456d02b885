/** A distance of two measures as a table and a figure. Not its numbers. */
import type { Report } from '../../figures/report.ts';
import { fromRows } from '../../numerics/matrix.ts';
import { measuresPanel } from '../measures-figure.ts';
import type { MeasuredDistance } from './distance.ts';

const TITLES = {
  hk: 'Hellinger–Kantorovich distance',
  spherical: 'Spherical Hellinger–Kantorovich distance',
} as const;

export function distanceReport(
  found: MeasuredDistance & { readonly names: readonly string[] },
): Report {
  const { names, settings, distance, gap, pairs, fading, growing, geodesic } = found;
  const title = TITLES[settings.metric];
  return {
    title: `${title} of ${names.join(' and ')}`,
    settings: `space ${settings.space} · ε ${settings.epsilon}`,
    columns: [
      { name: 'time', heading: 'time', values: geodesic.map(({ time }) => time) },
      { name: 'mass', heading: 'mass', values: geodesic.map(({ mass }) => mass) },
      { name: 'points', heading: 'points', values: geodesic.map(({ points }) => points.length) },
    ],
    findings: [
      `distance ${distance.toPrecision(8)}; the true HK² is at most ${gap.toExponential(1)} smaller than that of this transport`,
      `${pairs} pairs move, mass ${fading.toPrecision(3)} fades and ${growing.toPrecision(3)} grows in place`,
    ],
    figure: {
      title,
      caption: `Measures on the geodesic from ${names[0]} to ${names[1]}.`,
      panels: [
        measuresPanel(
          geodesic.map(({ time, points, masses }) => ({
            name: `time ${time}`,
            points: fromRows(points),
            masses,
          })),
          'mass',
        ),
      ],
    },
  };
}
