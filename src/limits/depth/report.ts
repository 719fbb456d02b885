/** A depth limit as a table and a figure. Not its numbers. */
import type { Axis, Figure, Line, Point } from '../../figures/figure.ts';
import type { Report, ReportColumn } from '../../figures/report.ts';
import { log10 } from '../../numerics/elementary.ts';
import { snakeCase } from '../../numerics/result-json.ts';
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
    settings: `time ${time}${knots} · reference ${reference.scheme} at ${reference.tolerance}, good to ${reference.estimatedError.toExponential(1)}`,
    columns: [
      { name: 'layers', heading: 'L', values: depths },
      ...errorColumns(limit),
      ...(answer ? [{ name: 'answer', heading: 'best answer', values: answer.byDepth }] : []),
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
      const name = `${scheme}_${snakeCase(error)}`;
      return { name, heading: error === 'positionMax' ? scheme : headings[name], values };
    }),
  );
}

function aprioriText(bound: NonNullable<DepthLimit['apriori']>): string {
  const { log10Constant, log10Measured, lipschitzMean } = bound;
  const measured = log10Measured === null ? '' : `; measured 10^${log10Measured.toFixed(2)}`;
  return `a priori: error ≤ 10^${log10Constant.toFixed(2)} / L, with a Lipschitz constant of ${lipschitzMean.toFixed(2)} on average along the trajectory${measured}`;
}

function answerText({ ode, stableFrom }: ModelDepthLimit['answer']): string {
  const stays =
    stableFrom === null
      ? 'and the deepest differs'
      : `and it is the same from L = ${stableFrom} on`;
  return `the flow answers "${ode}", ${stays}`;
}

/** log₁₀ of the largest error of a position against log₁₀ L, a line a scheme, with the reference's own error. */
export function depthFigure({ depths, schemes, reference }: DepthLimit): Figure {
  const lines = Object.entries(schemes).map(([scheme, { errors, order }]) =>
    logLine(
      order.order === null ? scheme : `${scheme}, order ${order.order.toFixed(2)}`,
      depths,
      errors.positionMax,
    ),
  );
  const floor = depths.map((depth): Point => [log10(depth), reference.estimatedError]);
  return {
    title: 'Layers against the flow',
    caption: `Largest distance of a particle to its place in the flow at the end; the flow is ${reference.scheme} at tolerance ${reference.tolerance}.`,
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
