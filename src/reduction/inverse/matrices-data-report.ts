/** Matrices of attention from one's own data as a table and a figure. Not their numbers. */
import type { Panel } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { openFindings } from './estimate.ts';
import type { AttentionFromData } from './matrices-data.ts';

/** A row for each entry of βQᵀK and TV. */
export function attentionReport(found: AttentionFromData): Report {
  const { settings, n, d, times, horizon, names, data, intervals, b, tv } = found;
  return {
    title: 'What attention is made of, from frames of its tokens',
    settings: `${settings.attention}, ${n} tokens in d = ${d}, ${times.length} frames over T = ${horizon} · ${data} data for ${names.length} numbers, ${found.rounds} rounds`,
    columns: [
      { name: 'entry', heading: '', values: names },
      { name: 'estimate', heading: 'estimate', values: intervals.map(({ value }) => value) },
      { name: 'low', heading: '95 % from', values: intervals.map(({ low }) => low) },
      { name: 'high', heading: 'to', values: intervals.map(({ high }) => high) },
    ],
    findings: [...fitFindings(found), ...openFindings(names, found.nullSpace, data)],
    figure: {
      title: 'What attention is made of',
      caption: 'B = βQᵀK and TV, all that positions tell.',
      panels: [heat('B = βQᵀK', b), heat('TV', tv)],
    },
  };
}

/** Why these matrices are none; null where they explain the frames. */
export function attentionMisfit({ fits, misfit, settings }: AttentionFromData): string | null {
  if (fits) return null;
  return `no matrices explain the frames: the nearest found are off by ${misfit.toPrecision(3)} a coordinate, more than noise ${settings.noise} leaves; give the frames' noise, frames of the flow itself (a simulation's with scheme dopri5), more of them, another attention, or another seed of the search`;
}

function fitFindings(found: AttentionFromData): string[] {
  const wrong = attentionMisfit(found);
  if (wrong) return [wrong];
  return found.deviation === null
    ? [`${found.data} data leave none to spare for the noise: there are no intervals`]
    : [`what one datum is off by: ${found.deviation.toPrecision(3)}`];
}

const heat = (title: string, values: readonly (readonly number[])[]): Panel => ({
  title,
  x: { label: 'column' },
  y: { label: 'row' },
  equalUnits: true,
  series: [{ kind: 'heat', values }],
});
