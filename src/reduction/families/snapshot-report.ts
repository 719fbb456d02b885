/** A snapshot of a family as a table and a figure. Not its numbers. */
import type { Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { mean } from '../../numerics/statistics.ts';
import type { Snapshot } from './snapshot.ts';

export function snapshotReport({ title, values, levels, quantiles }: Snapshot): Report {
  const at = Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  const middle = mean(quantiles);
  const deviation = Math.sqrt(mean(quantiles.map((x) => (x - middle) ** 2)));
  return {
    title: `${title}: ${at}`,
    settings: `${levels.length} quantiles, at the levels (k + ½)/${levels.length}`,
    columns: [
      { name: 'level', heading: 'level', values: levels },
      { name: 'quantile', heading: 'quantile', values: quantiles },
    ],
    findings: [`mean ${middle.toPrecision(6)}, deviation ${deviation.toPrecision(6)}`],
    figure: {
      title,
      caption: `The distribution function at ${at}.`,
      panels: [
        {
          x: { label: 'x' },
          y: { label: 'share of mass up to x', domain: [0, 1] },
          series: [{ kind: 'line', points: quantiles.map((x, k): Point => [x, levels[k]]) }],
        },
      ],
    },
  };
}
