/** Reduced models in Wasserstein space against linear ones, on families whose mass moves. */
import { z } from 'zod';
import type { Panel, Point } from '../figures/figure.ts';
import { log10 } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import {
  type ForwardReduction,
  forwardReduction,
  type MethodErrors,
} from '../reduction/forward/forward.ts';
import { exactly, experiment } from './experiment.ts';

const FAMILIES = ['burgers', 'translations', 'scalings', 'flow'] as const;

const schema = z.strictObject({
  families: z
    .array(z.enum([...FAMILIES, 'gaussian']))
    .min(1)
    .default([...FAMILIES]),
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

const TANGENT =
  'error of tangent PCA over that of linear PCA, all components (largest of families)';
const GREEDY =
  'error of greedy barycentres over that of linear PCA, all snapshots (largest of families)';

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
  async measure({ compared, families, factor: _, ...settings }, { signal, onProgress }) {
    const found: ForwardReduction[] = [];
    for (const family of families) {
      const before = found.length;
      const part = (done: number, total: number) =>
        onProgress?.((before + done / total) / families.length);
      found.push(await forwardReduction({ ...settings, family }, { signal, onProgress: part }));
    }
    const ratio = (method: 'tangent' | 'barycentres') =>
      Math.max(
        ...found.map((one) => {
          const held = compared === 'linear' ? one.linear : one[method];
          return lastError(held) / lastError(one.linear);
        }),
      );
    const rows = found.flatMap((one, f) =>
      one.counts.map((n, i) => ({ family: families[f], n, i, one })),
    );
    return {
      values: { [TANGENT]: exactly(ratio('tangent')), [GREEDY]: exactly(ratio('barycentres')) },
      columns: [
        { name: 'family', heading: 'family', values: rows.map(({ family }) => family) },
        { name: 'count', heading: 'n', values: rows.map(({ n }) => n) },
        ...METHODS.map(({ name, heading }) => ({
          name,
          heading,
          values: rows.map(({ one, i }) => one[name].test.mean[i]),
        })),
      ],
      figure: {
        title: 'Reduced models of families whose mass moves',
        caption: `Mean W₂ over ${settings.test} test measures, models built from ${settings.training} others.`,
        panels: found.map(panelOf),
      },
      notes: found.map(
        ({ title, linear }) =>
          `${title}: the grid alone costs linear PCA ${linear.gridError.toPrecision(2)} in W₂`,
      ),
    };
  },
});

const METHODS = [
  { name: 'barycentres', heading: 'barycentres' },
  { name: 'tangent', heading: 'tangent PCA' },
  { name: 'linear', heading: 'linear PCA' },
] as const;

const panelOf = (one: ForwardReduction): Panel => ({
  title: one.title,
  x: { label: 'snapshots or components' },
  y: { label: 'log₁₀ W₂ error' },
  series: METHODS.map(({ name, heading }) => ({
    kind: 'line' as const,
    name: heading,
    points: one.counts.flatMap((n, i): Point[] => {
      const error = one[name].test.mean[i];
      return error ? [[n, log10(error)]] : [];
    }),
  })),
});

/** The error of the largest model, or where fewer were enough the smallest one reached. */
function lastError({ test }: MethodErrors): number {
  const known = test.mean.filter((error): error is number => error !== null);
  return known[known.length - 1];
}
