/** Reduced models in Wasserstein space against linear ones, on families whose mass moves. */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { forwardReduction, type MethodErrors } from '../reduction/forward/forward.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  family: z.enum(['burgers', 'translations', 'scalings', 'flow']).default('burgers'),
  components: wholeNumber(2, 20).default(8),
  training: wholeNumber(4, 1000).default(40),
  test: wholeNumber(2, 1000).default(20),
  seed: wholeNumber(0, 2 ** 31).default(1),
  factor: numberBetween(0, 1).default(0.1).describe('How much smaller the error is to be'),
  compared: z
    .enum(['transport', 'linear'])
    .default('transport')
    .describe('What is held against linear PCA; itself is the control'),
});

const TANGENT = 'error of tangent PCA over that of linear PCA, all components';
const GREEDY = 'error of greedy barycentres over that of linear PCA, all snapshots';

export const reductionExperiment = experiment({
  id: 'reduced-models',
  title:
    'Where mass is transported, as behind a shock of Burgers’ equation, a few Wasserstein barycentres or tangent components approximate what linear ones cannot.',
  citation: 'arXiv 1909.06626',
  schema,
  quick: {},
  tiny: { training: 15, test: 6, components: 5 },
  broken: { compared: 'linear' },
  predict: ({ factor }) => [
    {
      quantity: TANGENT,
      expected: { low: 0, high: factor },
      why: 'translations are one tangent component and N^{−1/2} many linear ones: the Kolmogorov width of a moving front falls that slowly',
    },
    {
      quantity: GREEDY,
      expected: { low: 0, high: 2 * factor },
      why: 'barycentres reach convex combinations of the snapshots only, so somewhat less than the tangent space',
    },
  ],
  async measure({ compared, factor: _, ...settings }, { signal, onProgress }) {
    const found = await forwardReduction(settings, {
      signal,
      onProgress: (done, total) => onProgress?.(done / total),
    });
    const { counts, barycentres, tangent, linear } = found;
    const held = compared === 'linear' ? [linear, linear] : [tangent, barycentres];
    const [first, second] = held.map((method) => lastError(method) / lastError(linear));
    const methods = { barycentres, 'tangent PCA': tangent, 'linear PCA': linear };
    onProgress?.(1);
    return {
      values: { [TANGENT]: exactly(first), [GREEDY]: exactly(second) },
      columns: [
        { name: 'count', heading: 'n', values: counts },
        ...Object.entries(methods).map(([name, { test }]) => ({
          ...{ name: name.replace(' ', '_').toLowerCase(), heading: name },
          values: test.mean,
        })),
      ],
      figure: {
        title: `Reduced models: ${found.title}`,
        caption: `Mean W₂ over ${settings.test} test measures, models built from ${settings.training} others.`,
        panels: [
          {
            x: { label: 'snapshots or components' },
            y: { label: 'log₁₀ W₂ error' },
            series: Object.entries(methods).map(([name, { test }]) => ({
              ...{ kind: 'line' as const, name },
              points: counts.flatMap((n, i): Point[] => {
                const error = test.mean[i];
                return error ? [[n, Math.log10(error)]] : [];
              }),
            })),
          },
        ],
      },
      notes: [`the grid alone costs linear PCA ${linear.grid_error.toPrecision(2)} in W₂`],
    };
  },
});

/** The error of the largest model, or where fewer were enough the smallest one reached. */
function lastError({ test }: MethodErrors): number {
  const known = test.mean.filter((error): error is number => error !== null);
  return known[known.length - 1];
}
