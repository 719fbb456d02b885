/** A depth limit as a table and a figure. Not its numbers. */
import type { Axis, Figure, Line, Point } from '../../figures/figure.ts';
import type { Report, ReportColumn } from '../../figures/report.ts';
import { log10 } from '../../numerics/elementary.ts';
import { orderText } from '../report.ts';
import type { DepthLimit } from './depth.ts';
import type { Column } from './errors.ts';
import type { ModelDepthLimit } from './model-depth.ts';

export function depthReport(limit: DepthLimit | ModelDepthLimit): Report {
  const { reference, breakpoints, depths, schemes, time, apriori } = limit;
  const knots = breakpoints.length > 0 ? ` · knots at ${breakpoints.join(', ')}` : '';
  const answer = 'answer' in limit ? limit.answer : null;
  return {
    title: 'text' in limit ? limit.text : 'Layers against the flow',
    settings: `time ${time}${knots} · reference dopri5 at ${reference.tolerance}, good to ${reference.estimated_error.toExponential(1)}`,
    columns: [
      { name: 'layers', heading: 'L', values: depths },
      ...errorColumns(limit),
      ...(answer ? [{ name: 'answer', heading: 'best answer', values: answer.by_depth }] : []),
    ],
    findings: [
      ...Object.entries(schemes).map(([scheme, { order }]) => `${scheme}: ${orderText(order)}`),
      ...(apriori ? [aprioriText(apriori)] : []),
      ...(answer ? [answerText(answer)] : []),
    ],
    figure: depthFigure(limit),
  };
}

/** On a screen the largest error of each scheme, what extrapolation makes of the layer's, its masses and its divergence. */
function errorColumns({ schemes }: DepthLimit): ReportColumn[] {
  const headings: Readonly<Record<string, string>> = {
    layer_richardson: 'extrapolated',
    layer_logits_kl: 'KL',
    layer_mass_max: 'a mass',
  };
  return Object.entries(schemes).flatMap(([scheme, { errors }]) =>
    Object.entries<Column>({ ...errors }).map(([error, values]) => {
      const name = `${scheme}_${error}`;
      return { name, heading: error === 'position_max' ? scheme : headings[name], values };
    }),
  );
}

function aprioriText(bound: NonNullable<DepthLimit['apriori']>): string {
  const { log10_constant, log10_measured, lipschitz_mean } = bound;
  const measured = log10_measured === null ? '' : `; measured 10^${log10_measured.toFixed(2)}`;
  return `a priori: error ≤ 10^${log10_constant.toFixed(2)} / L, with a Lipschitz constant of ${lipschitz_mean.toFixed(2)} on average along the trajectory${measured}`;
}

function answerText({ ode, stable_from }: ModelDepthLimit['answer']): string {
  const stays =
    stable_from === null
      ? 'and the deepest differs'
      : `and it is the same from L = ${stable_from} on`;
  return `the flow answers "${ode}", ${stays}`;
}

/** log₁₀ of the largest error of a position against log₁₀ L, a line a scheme, with the reference's own error. */
export function depthFigure({ depths, schemes, reference }: DepthLimit): Figure {
  const lines = Object.entries(schemes).map(([scheme, { errors, order }]) =>
    logLine(
      order.order === null ? scheme : `${scheme}, order ${order.order.toFixed(2)}`,
      depths,
      errors.position_max,
    ),
  );
  const floor = depths.map((depth): Point => [log10(depth), reference.estimated_error]);
  return {
    title: 'Layers against the flow',
    caption: `Largest distance of a particle to its place in the flow at the end; the flow is dopri5 at tolerance ${reference.tolerance}.`,
    panels: [
      {
        x: { label: 'layers L', ticks: powersOf(depths) },
        y: { label: 'log₁₀ error' },
        series: [
          ...lines,
          {
            kind: 'line',
            name: 'reference',
            points: floor.map(([x, y]): Point => [x, log10(y)]),
          },
        ],
      },
    ],
  };
}

function logLine(name: string, depths: readonly number[], values: Column): Line {
  const points = depths.map((depth, i): Point => [log10(depth), log10(values[i] ?? Number.NaN)]);
  return { kind: 'line', name, points };
}

const powersOf = (depths: readonly number[]): NonNullable<Axis['ticks']> =>
  depths.map((depth) => ({ value: log10(depth), label: String(depth) }));
