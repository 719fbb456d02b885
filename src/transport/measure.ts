/** Discrete measures: points with masses, brought to total mass one. */
import { InputError } from '../numerics/errors.ts';
import { type Matrix, row } from '../numerics/matrix.ts';

/**
 * An empirical measure Σ w_i δ_{x_i} with points in R^d; what reads it brings masses to the sum 1, or says
 * that totals count.
 */
export interface Measure {
  /** [n, d] */
  readonly points: Matrix;
  /** w_i ≥ 0, [n], not all 0; absent: all equal. */
  readonly masses?: ArrayLike<number>;
}

/** Masses of sum 1. Throws InputError (field `masses`) for a wrong count, a negative or no mass at all. */
export function unitMasses(n: number, masses?: ArrayLike<number>): Float64Array {
  if (n === 0)
    throw new InputError('points', 'a measure of no points is given: expected at least one point');
  if (!masses) return new Float64Array(n).fill(1 / n);
  if (masses.length !== n)
    throw new InputError(
      'masses',
      `${masses.length} masses are given for ${n} points: expected as many`,
    );
  let total = 0;
  for (let i = 0; i < n; i++) {
    if (!(masses[i] >= 0 && masses[i] < Number.POSITIVE_INFINITY))
      throw new InputError('masses', `mass ${i} is ${masses[i]}: expected a number of at least 0`);
    total += masses[i];
  }
  if (total === 0)
    throw new InputError('masses', 'all masses are 0: expected one that is larger at least');
  // masses whose sum is no number any more: a power of two takes nothing from them
  if (total === Number.POSITIVE_INFINITY)
    return unitMasses(
      n,
      Float64Array.from(masses, (mass) => mass * 2 ** -64),
    );
  return Float64Array.from(masses, (mass) => mass / total);
}

/** |x_i − y_j|², [n, m]. */
export function squaredDistances(x: Matrix, y: Matrix): Float64Array {
  const costs = new Float64Array(x.rows * y.rows);
  for (let i = 0, at = 0; i < x.rows; i++) {
    const from = row(x, i);
    for (let j = 0; j < y.rows; j++, at++) {
      const to = row(y, j);
      for (let c = 0; c < from.length; c++) costs[at] += (from[c] - to[c]) ** 2;
    }
  }
  return costs;
}

/** Throws InputError (field `points`) where the two lie in spaces of different dimension. */
export function checkSameSpace(x: Matrix, y: Matrix): void {
  if (x.columns !== y.columns)
    throw new InputError(
      'points',
      `points in R^${x.columns} and in R^${y.columns} are compared: expected one dimension`,
    );
}

/** Throws InputError (field `points`) where a coordinate is no finite number. */
export function checkFinite({ data, columns }: Matrix): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new InputError(
      'points',
      `point ${Math.floor(at / columns)} has the coordinate ${data[at]}: expected finite numbers`,
    );
}
