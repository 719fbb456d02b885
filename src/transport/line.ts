/** Exact Wasserstein distances on the line, where the sorted points are matched in their order. */
import { InputError } from '../numerics/errors.ts';
import { unitMasses } from './measure.ts';

/** Points on a line with masses; absent masses are equal. */
export interface LineMeasure {
  readonly values: ArrayLike<number>;
  readonly masses?: ArrayLike<number>;
}

export interface Sorted {
  /** Rising. */
  readonly values: Float64Array;
  /** In the order of the values, of sum 1. */
  readonly masses: Float64Array;
}

/**
 * W_p = (∫_0^1 |F⁻¹(u) − G⁻¹(u)|^p du)^{1/p}, p ≥ 1 (Santambrogio, Optimal Transport for Applied
 * Mathematicians, 2015, prop. 2.17). O((n + m) log(n + m)). Throws InputError for values or
 * masses that are none.
 */
export function wassersteinOnLine(a: LineMeasure, b: LineMeasure, p = 1): number {
  const [x, y] = [sorted(a), sorted(b)];
  let cost = 0;
  let [i, j] = [0, 0];
  let [left, right] = [x.masses[0], y.masses[0]];
  for (;;) {
    const moved = Math.min(left, right);
    cost += moved * Math.abs(x.values[i] - y.values[j]) ** p;
    left -= moved;
    right -= moved;
    if (left <= 0) left = x.masses[++i];
    if (right <= 0) right = y.masses[++j];
    // what is left of one of them then is rounding
    if (i >= x.values.length || j >= y.values.length) return cost ** (1 / p);
  }
}

/** The points in rising order with their masses, of sum 1. Throws InputError for values or masses that are none. */
export function sorted({ values, masses }: LineMeasure): Sorted {
  const weights = unitMasses(values.length, masses);
  checkValues(values);
  if (!masses) return { values: Float64Array.from(values).sort(), masses: weights };
  const order = Array.from(weights.keys()).sort((i, j) => values[i] - values[j]);
  return {
    values: Float64Array.from(order, (i) => values[i]),
    masses: Float64Array.from(order, (i) => weights[i]),
  };
}

/** Throws InputError (field `values`) where one is no finite number. */
export function checkValues(values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new InputError('values', `value ${i} is ${values[i]}: expected a finite number`);
}
