/** Forward model reduction as a table and a figure. Not its numbers. */
import type { Figure, Line } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { log10 } from '../../numerics/elementary.ts';
import type { OpenFamily } from '../families/catalogue.ts';
import type { ForwardReduction, ReductionErrors } from './forward.ts';

const METHODS = [
  { name: 'barycentres', heading: 'barycentres' },
  { name: 'tangent', heading: 'tangent PCA' },
  { name: 'linear', heading: 'linear PCA' },
] as const;

/** The mean over the test snapshots on a screen, everything in files. */
export function forwardReport(reduction: ForwardReduction): Report {
  const { settings, title, counts, linear } = reduction;
  const { training, test, levels, cells, seed } = settings;
  return {
    title: `Reduced models: ${title}`,
    settings: `${rangesText(reduction)} · ${training} training and ${test} test snapshots of ${levels} quantiles, seed ${seed} · densities on ${cells} cells`,
    columns: [
      { name: 'count', heading: 'n', values: counts },
      ...METHODS.flatMap(({ name, heading }) => columnsOf(name, heading, reduction[name])),
      { name: 'linear_l2_mean', heading: 'linear, L²', values: linear.l2.mean },
      { name: 'linear_l2_max', values: linear.l2.max },
    ],
    findings: findings(reduction),
    figure: forwardFigure(reduction),
  };
}

/** The parameters of a family in words: those with a range, then the fixed ones. */
export function rangesText({ ranges, fixed }: Pick<OpenFamily, 'ranges' | 'fixed'>): string {
  const moving = ranges.map(({ name, low, high }) => `${name} ${low} to ${high}`);
  const rest = Object.entries(fixed).map(([name, value]) => `${name} ${value}`);
  return [...moving, ...rest].join(', ');
}

function columnsOf(
  name: string,
  heading: string,
  { training, test }: { readonly training: ReductionErrors; readonly test: ReductionErrors },
) {
  return [
    { name: `${name}_test_mean`, heading, values: test.mean },
    { name: `${name}_test_max`, values: test.max },
    { name: `${name}_training_mean`, values: training.mean },
    { name: `${name}_training_max`, values: training.max },
  ];
}

function findings({ barycentres, counts, linear, ranges }: ForwardReduction): string[] {
  const { chosen } = barycentres;
  const [first, ...rest] = chosen.map((values) => `(${values.map(short).join(', ')})`);
  const names = ranges.map(({ name }) => name).join(', ');
  const all = `greedy choice of (${names}): ${[first, ...rest].join(' ')}`;
  return [
    'errors are W2, the mean over the test snapshots; n snapshots, or the mean and n components',
    all,
    ...(chosen.length < counts.length
      ? [`${chosen.length} snapshots leave rounding alone: no more are chosen`]
      : []),
    `linear PCA: the grid alone costs ${linear.gridError.toExponential(1)}`,
  ];
}

const short = (value: number) => Number(value.toPrecision(3));

function forwardFigure(reduction: ForwardReduction): Figure {
  const lines = METHODS.map(
    ({ name, heading }): Line => ({
      kind: 'line',
      name: heading,
      points: reduction[name].test.mean.map((error, i) => [reduction.counts[i], log10(error ?? 0)]),
    }),
  );
  return {
    title: `Reduced models: ${reduction.title}`,
    caption:
      'Mean W2 of test snapshots to their best approximation, against the number of snapshots or components.',
    panels: [{ x: { label: 'n' }, y: { label: 'log₁₀ W₂' }, series: lines }],
  };
}
