/** What may be chosen of a barycentre of given measures. */
import { z } from 'zod';
import { numberBetween } from '../../numerics/options.ts';
import { weightsOption } from '../../transport/weights.ts';

export const barycentreSchema = z.strictObject({
  weights: weightsOption,
  space: z
    .enum(['line', 'circle', 'euclidean'], { error: 'expected line, circle or euclidean' })
    .optional()
    .describe(
      'circle: numbers are angles in radians; by default line for one column, else euclidean',
    ),
  method: z
    .enum(['exact', 'free', 'fixed'], { error: 'expected exact, free or fixed' })
    .optional()
    .describe(
      'exact: on a line, and of equally many angles on the circle; free: points move, which is a local minimum; fixed: entropic, masses on given points. By default exact where it is, else free',
    ),
  epsilon: numberBetween(1e-12, 1e12)
    .optional()
    .describe('Of entropic plans, in units of |x − y|²; by default a hundredth of its mean'),
  support: z
    .array(z.array(z.number()), { error: 'expected rows of numbers such as [[0], [0.5]]' })
    .optional()
    .describe('fixed: where masses may lie; by default all points of the measures'),
  debiased: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('fixed, without support: takes back the spread by entropy'),
});

export type BarycentreOptions = z.input<typeof barycentreSchema>;
export type BarycentreSettings = z.output<typeof barycentreSchema>;
export type BarycentreSpace = 'line' | 'circle' | 'euclidean';
export type BarycentreMethod = 'exact' | 'free' | 'fixed';
