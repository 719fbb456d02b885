/** An order of convergence in words. */
import type { Order } from './order.ts';

/** An order in words; `variable` is what it is fitted against. */
export function orderText(order: Order, variable = 'L'): string {
  if (order.order === null) return `no order: ${order.problem}`;
  const { low, high, used, constant } = order;
  return `order ${order.order.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)}), error ≈ ${constant.toPrecision(3)} ${variable}^−${order.order.toFixed(2)}, from ${variable} = ${used.join(', ')}`;
}
