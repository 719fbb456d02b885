/** Stacks without a smooth θ(t) as a table and a figure. Not their numbers. */

import type { Line, Panel, Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import { log10 } from '../../numerics/elementary.ts';
import { orderText } from '../report.ts';
import type { StackLimit, StackResult } from './stack.ts';

export function stackReport({ settings, depths, stacks }: StackLimit): Report {
  const { n, d, seeds, seed } = settings;
  return {
    title: 'Stacks of layers without a smooth θ(t)',
    settings: `${counted(n, 'particle')} in d = ${d} · root mean square over ${seeds} seeds from ${seed}`,
    columns: [
      { name: 'layers', heading: 'L', values: depths },
      ...stacks.map(({ name, errors }) => ({ name, heading: name, values: errors })),
    ],
    findings: stacks.map(finding),
    figure: {
      title: 'Stacks of layers without a smooth θ(t)',
      caption: `Root mean square distance of ${counted(n, 'particle')} in d = ${d} to the limit, or to twice as many layers, over ${seeds} seeds.`,
      panels: [
        panelOf(
          stacks.filter(({ limit }) => limit !== null),
          depths,
        ),
        panelOf(
          stacks.filter(({ limit }) => limit === null),
          depths,
        ),
      ].filter(({ series }) => series.length > 0),
    },
  };
}

/** Those with a limit by themselves: what has none leaves their scale. */
const panelOf = (stacks: readonly StackResult[], depths: readonly number[]): Panel => ({
  x: {
    label: 'layers L',
    ticks: depths.map((depth) => ({ value: log10(depth), label: String(depth) })),
  },
  y: { label: 'log₁₀ error' },
  series: stacks.map((stack) => line(stack, depths)),
});

function finding({ name, title, limit, predicted, against, order }: StackResult): string {
  const expected =
    limit === null ? 'no limit predicted' : `${limit.toUpperCase()} predicted, order ${predicted}`;
  return `${name}: ${title}, against ${against}; ${expected}: ${orderText(order)}`;
}

function line({ name, errors, order }: StackResult, depths: readonly number[]): Line {
  return {
    kind: 'line',
    name: order.order === null ? name : `${name}, order ${order.order.toFixed(2)}`,
    points: depths.map((depth, i): Point => [log10(depth), log10(errors[i])]),
  };
}
