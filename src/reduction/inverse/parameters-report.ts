/** Parameter estimation as a table and a figure. Not its numbers. */
import type { Figure } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import type { ParameterRange } from '../families/catalogue.ts';
import { rangesText } from '../forward/report.ts';
import { openFindings } from './estimate.ts';
import type { ParameterEstimate } from './fit-parameters.ts';
import type { ParameterEstimation } from './parameters.ts';

/** A row for each parameter. */
export function parametersReport(estimation: ParameterEstimation): Report {
  const { settings, title, ranges, truth, data, estimate, repeated } = estimation;
  const { observe, noise, levels, seed } = settings;
  return {
    title: `Parameter estimation: ${title}`,
    settings: `${rangesText(estimation)} · ${data} ${observe} of ${levels} levels, noise ${noise} · ${settings.repetitions} data sets from seed ${seed}`,
    columns: [
      { name: 'parameter', heading: '', values: ranges.map(({ name }) => name) },
      { name: 'truth', heading: 'truth', values: truth },
      { name: 'estimate', heading: 'estimate', values: estimate.values },
      { name: 'low', heading: '95 % from', values: estimate.low },
      { name: 'high', heading: 'to', values: estimate.high },
      { name: 'mean', values: repeated.mean },
      { name: 'deviation', heading: 'deviation', values: repeated.deviation },
      { name: 'coverage', heading: 'coverage', values: repeated.coverage },
    ],
    findings: findings(estimation),
    figure: intervalFigure(
      {
        title: `Parameter estimation: ${title}`,
        caption:
          'Estimates and 95 % intervals of the first data set, less the truth, in units of the range.',
        y: 'estimate − truth',
      },
      ranges,
      truth,
      estimate,
    ),
  };
}

function findings({ estimate, ranges, data }: ParameterEstimation): string[] {
  return [
    `estimate and interval are of the first data set (${estimate.rounds} rounds); deviation and coverage of all`,
    ...estimateFindings(estimate, ranges, data),
  ];
}

/** What the data of an estimate decide, and what they do not. */
export function estimateFindings(
  { deviation, nullSpace, atEnd }: ParameterEstimate,
  ranges: readonly ParameterRange[],
  data: number,
): string[] {
  const names = ranges.map(({ name }) => name);
  return [
    deviation === null
      ? `${data} data leave none to spare for the noise: there are no intervals`
      : `noise of one datum, estimated: ${deviation.toPrecision(3)}`,
    ...openFindings(names, nullSpace, data),
    ...names
      .filter((_, i) => atEnd[i])
      .map(
        (name) =>
          `${name} lies at the end of where it was sought: the data may want it beyond, widen its range where the family goes on`,
      ),
  ];
}

/** Estimates and intervals less some values, in units of the ranges. */
export function intervalFigure(
  { title, caption, y }: { readonly title: string; readonly caption: string; readonly y: string },
  ranges: readonly ParameterRange[],
  from: readonly number[],
  estimate: ParameterEstimate,
): Figure {
  const part = (i: number, value: number | null) =>
    value === null ? Number.NaN : (value - from[i]) / (ranges[i].high - ranges[i].low);
  const ends = (i: number) => [part(i, estimate.low[i]), part(i, estimate.high[i])] as const;
  return {
    title,
    caption,
    panels: [
      {
        x: {
          label: 'parameter',
          domain: [-0.5, ranges.length - 0.5],
          ticks: ranges.map(({ name }, i) => ({ value: i, label: name })),
        },
        y: { label: y },
        series: [
          {
            kind: 'scatter',
            name: 'estimate',
            points: ranges.map((_, i) => [i, part(i, estimate.values[i])]),
          },
          ...ranges.map((_, i) => ({
            kind: 'line' as const,
            colour: 0,
            points: ends(i).map((end): [number, number] => [i, end]),
          })),
        ],
      },
    ],
  };
}
