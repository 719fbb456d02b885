/** Matrices of attention from one's own data as a table and a figure. Not their numbers. */
import type { Panel } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { openFindings } from './estimate.ts';
import type { AttentionFromData } from './matrices-data.ts';

/** A row for each entry of βQᵀK and TV. */
export function attentionReport(found: AttentionFromData): Report {
  const { settings, n, d, times, horizon, names, data, intervals, deviation, b, tv } = found;
  return {
    title: 'What attention is made of, from frames of its tokens',
    settings: `${settings.attention}, ${n} tokens in d = ${d}, ${times.length} frames over T = ${horizon} · ${data} data for ${names.length} numbers, ${found.rounds} rounds`,
    columns: [
      { name: 'entry', heading: '', values: names },
      { name: 'estimate', heading: 'estimate', values: intervals.map(({ value }) => value) },
      { name: 'low', heading: '95 % from', values: intervals.map(({ low }) => low) },
      { name: 'high', heading: 'to', values: intervals.map(({ high }) => high) },
    ],
    findings: [
      ...(deviation === null
        ? [`${data} data leave none to spare for the noise: there are no intervals`]
        : [
            `what one datum is off by: ${deviation.toPrecision(3)}; far above its error, the frames are no flow of one such head, or the search ended in a local minimum`,
          ]),
      ...openFindings(names, found.null_space, data),
    ],
    figure: {
      title: 'What attention is made of',
      caption: 'B = βQᵀK and TV, all that positions tell.',
      panels: [heat('B = βQᵀK', b), heat('TV', tv)],
    },
  };
}

const heat = (title: string, values: readonly (readonly number[])[]): Panel => ({
  ...{ title, x: { label: 'column' }, y: { label: 'row' }, equalUnits: true },
  series: [{ kind: 'heat', values }],
});
