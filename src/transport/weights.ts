/** The weights of a mean of measures: a point of the simplex, one number a measure. */
import { z } from 'zod';
import { InputError } from '../numerics/errors.ts';
import { sumOf } from '../numerics/vectors.ts';

/** The option of every barycentre; its numbers are checked by `simplexWeights`. */
export const weightsOption = z
  .custom<ArrayLike<number>>(
    (value) => Array.isArray(value) || ArrayBuffer.isView(value),
    'expected a list of numbers, one a measure',
  )
  .optional()
  .describe('λ_k ≥ 0 of sum 1; absent: all equal');

/**
 * The weights λ of a mean of `count` measures, of sum 1; absent: all equal. Throws InputError (field
 * `weights`) for a wrong count, a weight outside [0, 1], or a sum that is not 1 to within 1e-9.
 */
export function simplexWeights(count: number, weights?: ArrayLike<number>): Float64Array {
  if (count === 0)
    throw new InputError('measures', 'no measures are given: expected at least one to average');
  if (!weights) return new Float64Array(count).fill(1 / count);
  const sum = sumOf(weights);
  if (weights.length !== count)
    throw new InputError(
      'weights',
      `${weights.length} weights of sum ${sum} are given for ${count} measures: expected as many`,
    );
  for (let k = 0; k < count; k++)
    if (!(weights[k] >= 0 && weights[k] <= 1))
      throw new InputError(
        'weights',
        `weight ${k} is ${weights[k]}, the sum is ${sum}: expected weights from 0 to 1 with the sum 1`,
      );
  if (!(Math.abs(sum - 1) <= 1e-9))
    throw new InputError(
      'weights',
      `the weights ${Array.from(weights).join(', ')} have the sum ${sum}: expected 1; divide them by their sum`,
    );
  return Float64Array.from(weights, (weight) => weight / sum);
}
