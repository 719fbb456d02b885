/** Parameter estimation as a table and a figure. Not its numbers. */
import type { Figure } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { rangesText } from '../forward/report.ts';
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
    figure: intervalFigure(estimation),
  };
}

function findings({ estimate, ranges, data }: ParameterEstimation): string[] {
  const { deviation, null_space, rounds } = estimate;
  const open = null_space.map((direction) => combinationText(ranges, direction));
  const noise =
    deviation === null
      ? `${data} data leave none to spare for the noise: there are no intervals`
      : `noise of one datum, estimated: ${deviation.toPrecision(3)}`;
  return [
    `estimate and interval are of the first data set (${rounds} rounds); deviation and coverage of all`,
    noise,
    ...open.map((direction) => `not identifiable: ${direction} changes nothing, to first order`),
  ];
}

/** A direction in words: its parts by name. */
export const combinationText = (
  names: readonly { readonly name: string }[],
  direction: readonly number[],
): string =>
  direction
    .flatMap((part, i) =>
      Math.abs(part) > 1e-3
        ? [`${part > 0 ? '+' : '−'}${Math.abs(part).toFixed(3)} ${names[i].name}`]
        : [],
    )
    .join(' ');

/** Estimates and intervals over the truth, in units of the ranges. */
function intervalFigure({ title, ranges, truth, estimate }: ParameterEstimation): Figure {
  const part = (i: number, value: number | null) =>
    value === null ? Number.NaN : (value - truth[i]) / (ranges[i].high - ranges[i].low || 1);
  const ends = (i: number) => [part(i, estimate.low[i]), part(i, estimate.high[i])] as const;
  return {
    title: `Parameter estimation: ${title}`,
    caption:
      'Estimates and 95 % intervals of the first data set, less the truth, in units of the range.',
    panels: [
      {
        x: {
          label: 'parameter',
          domain: [-0.5, ranges.length - 0.5],
          ticks: ranges.map(({ name }, i) => ({ value: i, label: name })),
        },
        y: { label: 'estimate − truth' },
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
