/** A network whose parts take steps, as tables and a figure. Not its numbers. */

import type { Axis, Figure, Line, Panel, Point } from '../../figures/figure.ts';
import type { Report, ReportColumn, ReportTable } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import { log2, log10 } from '../../numerics/elementary.ts';
import { orderText } from '../report.ts';
import {
  type NetworkDepthLimit,
  type RefinedEffect,
  type RefinedPart,
  type Refinement,
  RULE,
} from './network-depth.ts';
import { JACOBIAN_TOLERANCE, type PartJacobian } from './part-jacobians.ts';

const NAMES: Readonly<Record<Refinement, string>> = {
  attention: 'attention',
  mlp: 'MLP',
  both: 'both',
  together: 'both within each step',
};

export function networkDepthReport(limit: NetworkDepthLimit): Report {
  const { model, text, precision, depth, layers, steps, parts, answer } = limit;
  const some =
    layers.length === depth ? `all ${counted(depth, 'layer')}` : `layers ${layers.join(', ')}`;
  return {
    title: text,
    settings: `${model} · ${precision} · ${some} in m steps of 1/m, against the network`,
    columns: [
      { name: 'steps', heading: 'm', values: steps },
      ...parts.flatMap(({ part, effects }) => effectColumns(part, effects)),
    ],
    more: [
      matrixTable(limit),
      ...(limit.jacobians ? [jacobianTable(limit, limit.jacobians)] : []),
      ...(limit.dopri5 ? [flowTable(limit, limit.dopri5)] : []),
    ],
    findings: [
      ...(answer === null ? [] : [`the network goes on with "${answer}"`]),
      ...parts.map((part) => settlingText(steps, part)),
      ...farthest(limit),
      `converges: ${RULE}`,
      ...(limit.jacobians ? tooLarge(limit, limit.jacobians) : []),
      ...(limit.dopri5 ? flowTexts(limit.dopri5) : []),
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
      ? `${counted(steps.length, 'number')} of steps say nothing of convergence: take four or more`
      : `does not converge up to m = ${most}`;
  return `${NAMES[part]}: ${rests}; ${orderText(settling.order, 'm')}`;
}

/** A line a layer, the numbers of each part beside each other. */
function matrixTable({ layers, parts, matrix }: NetworkDepthLimit): ReportTable {
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

type Flows = NonNullable<NetworkDepthLimit['dopri5']>;

/** A line a layer: σ_max, λ and step × Lipschitz constant of each part, of a step of the matrix. */
function jacobianTable(
  { layers, matrix }: NetworkDepthLimit,
  jacobians: readonly PartJacobian[],
): ReportTable {
  const parts = [...new Set(jacobians.map(({ part }) => part))];
  const columns = parts.flatMap((part): ReportColumn[] => {
    const own = jacobians.filter((one) => one.part === part);
    const column = (
      name: string,
      heading: string | undefined,
      of: (one: PartJacobian) => number | null,
    ) => ({ name: `${part}_${name}`, heading, values: own.map(of) });
    return [
      column('singular_value', `${NAMES[part]}, σ`, ({ singularValue }) => singularValue),
      column('eigenvalue_re', 'Re λ', ({ eigenvalue }) => eigenvalue.re),
      column('eigenvalue_im', undefined, ({ eigenvalue }) => eigenvalue.im),
      column(
        'step_lipschitz',
        `σ/${matrix.steps}`,
        ({ singularValue }) => singularValue / matrix.steps,
      ),
      column('token', 'token', ({ token }) => token),
      column('residual', undefined, ({ residuals }) =>
        Math.max(residuals.singularValue, residuals.eigenvalue),
      ),
      ...(own.some(({ normBehind }) => normBehind !== null)
        ? [column('norm_behind', 'norm behind, σ', ({ normBehind }) => normBehind)]
        : []),
    ];
  });
  return {
    name: 'jacobians',
    title: 'Jacobians of the parts at the network’s own frames',
    columns: [{ name: 'layer', heading: 'layer', values: layers }, ...columns],
  };
}

/** Where a step times the Lipschitz constant is above 1, for the network's own step and for the last of the matrix. */
function tooLarge({ matrix }: NetworkDepthLimit, jacobians: readonly PartJacobian[]): string[] {
  const parts = [...new Set(jacobians.map(({ part }) => part))];
  const lines = parts.flatMap((part) => {
    const own = jacobians.filter((one) => one.part === part);
    const above = (steps: number) =>
      own.filter(({ singularValue }) => singularValue > steps).map(({ layer }) => layer);
    const [one, many] = [above(1), above(matrix.steps)];
    const told = many.length === 0 ? 'no layer' : `layers ${many.join(', ')}`;
    return [
      `${NAMES[part]}: step × Lipschitz constant is above 1 in ${one.length} of ${counted(own.length, 'layer')} for a step of 1, in ${told} for steps of 1/${matrix.steps}`,
    ];
  });
  const open = jacobians.filter(({ converged }) => !converged);
  if (open.length === 0) return lines;
  const where = open.map(({ layer, part }) => `${NAMES[part]} of layer ${layer}`).join(', ');
  return [
    ...lines,
    `not found to ${JACOBIAN_TOLERANCE} of σ: ${where}; their residuals are in the files`,
  ];
}

/** A line a layer: steps of each part alone, and what it does to the answer; a dash where it was given up. */
function flowTable({ layers }: NetworkDepthLimit, { cells, parts }: Flows): ReportTable {
  const columns = parts.flatMap(({ part }): ReportColumn[] => {
    const own = cells.filter((cell) => cell.part === part);
    const column = (name: string, heading: string | undefined, values: ReportColumn['values']) => ({
      name: `${part}_${name}`,
      heading,
      values,
    });
    const reads = own.some(({ effect }) => effect && effect.kl !== null);
    return [
      column(
        'steps',
        `${NAMES[part]}, steps`,
        own.map(({ steps }) => steps),
      ),
      column(
        'kl',
        reads ? 'nats' : undefined,
        own.map(({ effect }) => effect?.kl ?? null),
      ),
      column(
        'distance',
        reads ? undefined : 'distance',
        own.map(({ effect }) => effect?.distance ?? null),
      ),
      column(
        'given_up_at',
        undefined,
        own.map(({ givenUp }) => givenUp?.time ?? null),
      ),
    ];
  });
  return {
    name: 'dopri5',
    title: 'One layer alone as a flow, by Dormand–Prince',
    columns: [{ name: 'layer', heading: 'layer', values: layers }, ...columns],
  };
}

function flowTexts({ parts, cells, tolerance }: Flows): string[] {
  return [
    ...parts.map(({ part, effect, givenUp, steps, rejected }) => {
      const told = givenUp
        ? `given up in layer ${givenUp.layer}, ${NAMES[givenUp.part]}, at time ${givenUp.time.toPrecision(3)} of 1: ${givenUp.reason}`
        : effect?.kl != null
          ? `${effect.kl.toPrecision(3)} nats, "${effect.answer}"`
          : `a distance of ${effect?.distance.toPrecision(2)}`;
      return `${NAMES[part]} as flows (dopri5, tolerance ${tolerance}): ${told}; ${steps} steps, ${rejected} rejected`;
    }),
    ...cells.flatMap(({ layer, part, givenUp }) =>
      givenUp
        ? [
            `${NAMES[part]} of layer ${layer} alone is given up at time ${givenUp.time.toPrecision(3)} of 1: ${givenUp.reason}`,
          ]
        : [],
    ),
  ];
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
