/** Residual networks as a table and a figure. Not their numbers. */

import type { Line, Point } from '../../figures/figure.ts';
import type { Report, ReportColumn } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import { log10 } from '../../numerics/elementary.ts';
import { orderText } from '../report.ts';
import type { MeasuredScheme } from './orders.ts';
import type { ResnetLimit } from './resnet.ts';
import type { SpiralLimit } from './spiral-depth.ts';

const TITLE = 'Layers of residual networks against their flow';

export function resnetReport(limit: ResnetLimit): Report {
  const { settings, depths, schemes, crossings, spirals } = limit;
  const { n, d, time, seeds, seed, reference } = settings;
  const floor = Math.max(...schemes.map((scheme) => scheme.floor));
  return {
    title: TITLE,
    settings: `${counted(n, 'particle')} in d = ${d}, time ${time} · root mean square over ${seeds} seeds from ${seed} · reference dopri5 at ${reference}, good to ${floor.toExponential(1)}`,
    columns: columnsOf(limit),
    findings: [
      ...schemes.map((scheme) => `${titleOf(scheme)}: ${orderText(scheme.order)}`),
      ...(crossings === null ? [] : [crossingText(crossings)]),
      ...(spirals ? spiralText(spirals) : []),
    ],
    figure: {
      title: TITLE,
      caption: `Root mean square distance of ${counted(n, 'particle')} in d = ${d} to the flow, over ${seeds} seeds.`,
      panels: [
        {
          x: {
            label: 'layers L',
            ticks: depths.map((depth) => ({ value: log10(depth), label: String(depth) })),
          },
          y: { label: 'log₁₀ error' },
          series: schemes.map((scheme) => line(scheme, depths)),
        },
      ],
    },
  };
}

/** By L, and last the flow itself. */
function columnsOf({ depths, schemes, spirals }: ResnetLimit): ReportColumn[] {
  const measured = schemes.map((scheme) => ({
    name: `${scheme.activation}_${scheme.scheme}`,
    heading: titleOf(scheme),
    values: spirals ? [...scheme.errors, null] : scheme.errors,
  }));
  if (!spirals) return [{ name: 'layers', heading: 'L', values: depths }, ...measured];
  const { errors, accuracy, flowAccuracy } = spirals;
  return [
    { name: 'layers', heading: 'L', values: [...depths, '∞'] },
    ...measured,
    { name: 'spirals_error', heading: 'spirals', values: [...errors, null] },
    { name: 'spirals_accuracy', heading: 'told right', values: [...accuracy, flowAccuracy] },
  ];
}

const SCHEME_TITLES = { layer: '', rk4: ' rk4', rk4_cut: ' rk4, cut' } as const;

const titleOf = ({ activation, scheme }: MeasuredScheme) => `${activation}${SCHEME_TITLES[scheme]}`;

const crossingText = (crossings: number) =>
  `a particle crosses a kink of relu ${crossings.toFixed(1)} times on average; cut: steps end there`;

function spiralText(spirals: SpiralLimit): string[] {
  const { activation, order, losses, trainedLayers, trainedAccuracy, flowAccuracy } = spirals;
  const [from, to] = losses.map((loss) => loss.toPrecision(3));
  const [fewest, most] = trainedLayers;
  return [
    `two spirals by ${activation}, trained with ${fewest} to ${counted(most, 'layer')} from ${from} to ${to} nats: ${percent(trainedAccuracy)} told right at ${counted(most, 'layer')}, ${percent(flowAccuracy)} by the flow`,
    `their largest distance to the flow: ${orderText(order)}`,
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function line(measured: MeasuredScheme, depths: readonly number[]): Line {
  const { errors, order } = measured;
  const name = titleOf(measured);
  return {
    kind: 'line',
    name: order.order === null ? name : `${name}, order ${order.order.toFixed(2)}`,
    points: depths.map((depth, i): Point => [log10(depth), log10(errors[i])]),
  };
}
