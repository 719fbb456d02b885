/** Parameters of one's own snapshot as a table and a figure. Not their numbers. */
import type { Report } from '../../figures/report.ts';
import { rangesText } from '../forward/report.ts';
import type { FittedParameters } from './fit.ts';
import { estimateFindings, intervalFigure } from './parameters-report.ts';

export function fitReport({ settings, title, ranges, fixed, estimate }: FittedParameters): Report {
  const { data, observe } = settings;
  const middles = ranges.map(({ low, high }) => (low + high) / 2);
  return {
    title: `Parameters of a snapshot: ${title}`,
    settings: `${rangesText({ ranges, fixed })} · ${data.length} ${observe}`,
    columns: [
      { name: 'parameter', heading: '', values: ranges.map(({ name }) => name) },
      { name: 'estimate', heading: 'estimate', values: estimate.values },
      { name: 'low', heading: '95 % from', values: estimate.low },
      { name: 'high', heading: 'to', values: estimate.high },
    ],
    findings: estimateFindings(estimate, ranges, data.length),
    figure: intervalFigure(
      {
        title: `Parameters of a snapshot: ${title}`,
        caption: 'Estimates and 95 % intervals, less the middle of the range, in its units.',
        y: 'estimate − middle',
      },
      ranges,
      middles,
      estimate,
    ),
  };
}
