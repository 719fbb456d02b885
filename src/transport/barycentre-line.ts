/** The exact barycentre of measures on the line: the mean of their quantile functions. */
import { type LineMeasure, ROUNDING, type Sorted, sorted } from './line.ts';
import { simplexWeights } from './weights.ts';

/**
 * argmin_μ Σ λ_k W_2²(μ, μ_k), whose quantile function is Σ λ_k F_k⁻¹ (Agueh, Carlier, SIAM J. Math. Anal.
 * 43, 2011, sec. 6.1). Rising values, at most as many as all measures have together, with masses of sum 1.
 * O(N K + N log N) for K measures of N points together. Throws InputError for weights outside the simplex
 * and for masses that are none.
 */
export function barycentreOnLine(
  measures: readonly LineMeasure[],
  weights?: ArrayLike<number>,
): Sorted {
  const lambda = simplexWeights(measures.length, weights);
  const points = measures.map(sorted);
  const at = points.map(() => 0);
  const left = points.map(({ masses }) => masses[0]);
  const [values, masses]: [number[], number[]] = [[], []];
  for (;;) {
    for (let k = 0; k < points.length; k++)
      while (left[k] <= ROUNDING) left[k] = points[k].masses[++at[k]];
    // what is left of the others then is rounding
    if (points.some((point, k) => at[k] >= point.values.length)) break;
    const moved = Math.min(...left);
    const value = points.reduce((sum, point, k) => sum + lambda[k] * point.values[at[k]], 0);
    if (values.at(-1) === value) masses[masses.length - 1] += moved;
    else {
      values.push(value);
      masses.push(moved);
    }
    for (let k = 0; k < points.length; k++) left[k] -= moved;
  }
  return { values: Float64Array.from(values), masses: Float64Array.from(masses) };
}
