/** What every limit tells: a table, what was found, a figure. Files and screens are made from it alike. */
import type { Figure } from '../figures/figure.ts';
import type { Order } from './order.ts';

export type LimitCell = number | string | null;

export interface LimitColumn {
  /** In files. */
  readonly name: string;
  /** On a screen; absent: in files only. */
  readonly heading?: string;
  readonly values: readonly LimitCell[];
}

export interface LimitReport {
  readonly title: string;
  /** How it was measured. */
  readonly settings: string;
  readonly columns: readonly LimitColumn[];
  readonly findings: readonly string[];
  readonly figure: Figure;
}

/** An order in words; `variable` is what it is fitted against. */
export function orderText(order: Order, variable = 'L'): string {
  if (order.order === null) return `no order: ${order.problem}`;
  const { low, high, used, constant } = order;
  return `order ${order.order.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}), error ≈ ${constant.toPrecision(3)} ${variable}^−${order.order.toFixed(2)}, from ${variable} = ${used.join(', ')}`;
}
