/** A network whose parts take steps, as tables and a figure. Not its numbers. */
import type { Axis, Figure, Line, Panel, Point } from '../../figures/figure.ts';
import type { Report, ReportColumn } from '../../figures/report.ts';
import { log2, log10 } from '../../numerics/elementary.ts';
import { orderText } from '../report.ts';
import {
  type NetworkDepthLimit,
  type RefinedEffect,
  type RefinedPart,
  type Refinement,
  RULE,
} from './network-depth.ts';

const NAMES: Readonly<Record<Refinement, string>> = {
  attention: 'attention',
  mlp: 'MLP',
  both: 'both',
  together: 'both within each step',
};

export function networkDepthReport(limit: NetworkDepthLimit): Report {
  const { model, text, precision, depth, layers, steps, parts, answer } = limit;
  const some = layers.length === depth ? `all ${depth} layers` : `layers ${layers.join(', ')}`;
  return {
    title: text,
    settings: `${model} · ${precision} · ${some} in m steps of 1/m, against the network`,
    columns: [
      { name: 'steps', heading: 'm', values: steps },
      ...parts.flatMap(({ part, effects }) => effectColumns(part, effects)),
    ],
    more: [matrixTable(limit)],
    findings: [
      ...(answer === null ? [] : [`the network goes on with "${answer}"`]),
      ...parts.map((part) => settlingText(steps, part)),
      ...farthest(limit),
      `converges: ${RULE}`,
    ],
    figure: networkDepthFigure(limit),
  };
}

/** On a screen nats and answer, or without a head the distance. */
function effectColumns(part: Refinement, effects: readonly RefinedEffect[]): ReportColumn[] {
  const reads = effects.some(({ kl }) => kl !== null);
  const name = NAMES[part];
  const column = (field: keyof RefinedEffect, heading?: string): ReportColumn => ({
    name: `${part}_${field}`,
    heading,
    values: effects.map((effect) => effect[field]),
  });
  if (!reads) return [column('angle', `${name}, angle`), column('distance', 'distance')];
  return [
    column('kl', `${name}, nats`),
    column('answer', 'answer'),
    column('angle'),
    column('distance', 'distance'),
  ];
}

function settlingText(steps: readonly number[], { part, settling }: RefinedPart): string {
  const most = steps[steps.length - 1];
  const rests = settling.converges
    ? `converges up to m = ${most}`
    : settling.differences.length < 3
      ? `${steps.length} numbers of steps say nothing of convergence: take four or more`
      : `does not converge up to m = ${most}`;
  return `${NAMES[part]}: ${rests}; ${orderText(settling.order, 'm')}`;
}

/** A line a layer, the numbers of each part beside each other. */
function matrixTable({ layers, parts, matrix }: NetworkDepthLimit) {
  const columns = parts.flatMap(({ part }): ReportColumn[] => {
    const own = matrix.cells.filter((cell) => cell.part === part);
    return effectColumns(part, own).map(({ name, heading, values }) =>
      // most answers are the network's: in files only
      name.endsWith('answer') ? { name, values } : { name, heading, values },
    );
  });
  return {
    name: 'matrix',
    title: `One layer alone in ${matrix.steps} steps`,
    columns: [{ name: 'layer', heading: 'layer', values: layers }, ...columns],
  };
}

/** Which single layer matters most, by part. */
function farthest({ parts, matrix }: NetworkDepthLimit): string[] {
  return parts.map(({ part }) => {
    const own = matrix.cells.filter((cell) => cell.part === part);
    const size = ({ kl, distance }: RefinedEffect) => kl ?? distance;
    const [most] = own.toSorted((a, b) => size(b) - size(a));
    const told =
      most.kl === null
        ? `a distance of ${most.distance.toPrecision(2)}`
        : `${most.kl.toPrecision(3)} nats`;
    return `${NAMES[part]} of one layer alone: at most ${told}, layer ${most.layer}`;
  });
}

/** Nats against m, a line a part, and the matrix of layers and parts; distances where there is no head. */
export function networkDepthFigure(limit: NetworkDepthLimit): Figure {
  const { steps, parts, layers, matrix, text, model } = limit;
  const reads = matrix.cells.some(({ kl }) => kl !== null);
  const measure = ({ kl, distance }: RefinedEffect) => log10(Math.max(kl ?? distance, FLOOR));
  const label = reads ? 'log₁₀ nats' : 'log₁₀ distance';
  const curves: Panel = {
    title: 'All chosen layers',
    x: { label: 'steps m', ticks: ticksOf(steps) },
    y: { label },
    series: parts.map(
      ({ part, effects }): Line => ({
        kind: 'line',
        name: NAMES[part],
        points: effects.flatMap((effect, k): Point[] =>
          steps[k] === 1 ? [] : [[log2(steps[k]), measure(effect)]],
        ),
      }),
    ),
  };
  const cells: Panel = {
    title: `One layer alone in ${matrix.steps} steps: ${label}`,
    x: { label: 'layer', ticks: layers.map((layer, j) => ({ value: j, label: String(layer) })) },
    y: {
      label: 'part',
      ticks: parts.map(({ part }, i) => ({ value: i, label: NAMES[part] })),
    },
    series: [
      {
        kind: 'heat',
        values: parts.map(({ part }) =>
          matrix.cells.filter((cell) => cell.part === part).map(measure),
        ),
      },
    ],
  };
  return {
    title: `“${text}”, refined`,
    caption: `${model}: parts of its layers in m steps of 1/m, against the network itself.`,
    panels: [curves, cells],
  };
}

/** What is below is round-off, or nothing. */
const FLOOR = 1e-6;

const ticksOf = (steps: readonly number[]): NonNullable<Axis['ticks']> =>
  steps.map((count) => ({ value: log2(count), label: String(count) }));
