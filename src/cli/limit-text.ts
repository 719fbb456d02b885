/** A limit for a reader: errors by depth, orders, and what becomes of the answer. */
import type { Column, DepthLimit } from '../limits/depth.ts';
import type { ModelDepthLimit } from '../limits/model-depth.ts';
import type { Order } from '../limits/order.ts';
import { bold, dim, printable, type Screen, table } from './terminal.ts';

export function depthLines(
  screen: Screen,
  limit: DepthLimit | ModelDepthLimit,
  seconds: number,
): string[] {
  const { reference, breakpoints } = limit;
  const knots = breakpoints.length > 0 ? ` · knots at ${breakpoints.join(', ')}` : '';
  return [
    bold(screen, 'text' in limit ? printable(limit.text) : 'Layers against the flow'),
    dim(
      screen,
      `time ${limit.time}${knots} · reference dopri5 at ${reference.tolerance}, good to ${reference.estimated_error.toExponential(1)}`,
    ),
    '',
    ...table(screen, rows(limit)),
    '',
    ...Object.entries(limit.schemes).map(([scheme, { order }]) => `${scheme}: ${told(order)}`),
    ...('answer' in limit ? answerLines(limit) : []),
    '',
    dim(screen, `${seconds.toFixed(1)} s`),
  ];
}

/** Columns by scheme: the largest error, and for a model the divergence of its logits. */
function rows(limit: DepthLimit | ModelDepthLimit): string[][] {
  const columns = columnsOf(limit);
  const answers = 'answer' in limit ? limit.answer.by_depth : null;
  return [
    ['L', ...columns.map(({ title }) => title), ...(answers ? ['best answer'] : [])],
    ...limit.depths.map((depth, i) => [
      String(depth),
      ...columns.map(({ values }) => number(values[i])),
      ...(answers ? [printable(answers[i] ?? '')] : []),
    ]),
  ];
}

function columnsOf({ schemes }: DepthLimit | ModelDepthLimit) {
  return Object.entries(schemes).flatMap(([scheme, { errors }]) => {
    const own: { title: string; values: Column }[] = [
      { title: scheme, values: errors.position_max },
    ];
    if (scheme === 'layer') own.push({ title: 'extrapolated', values: errors.richardson });
    if (scheme === 'layer' && 'logits_kl' in errors)
      own.push({ title: 'KL', values: errors.logits_kl as Column });
    return own;
  });
}

const number = (value: number | null) => (value === null ? '–' : value.toExponential(2));

function told(order: Order): string {
  if (order.order === null) return `no order: ${order.problem}`;
  const { low, high, used, constant } = order;
  return `order ${order.order.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}), error ≈ ${constant.toPrecision(3)} L^−${order.order.toFixed(2)}, from L = ${used.join(', ')}`;
}

function answerLines({ answer: { ode, stable_from } }: ModelDepthLimit): string[] {
  const stays =
    stable_from === null
      ? 'and the deepest differs'
      : `and it is the same from L = ${stable_from} on`;
  return ['', `the flow answers "${printable(ode)}", ${stays}`];
}
