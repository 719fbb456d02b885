/** Layers of a residual network against their neural ODE, and what a kink of the activation costs (claim C18). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import type { MeasuredScheme } from '../limits/resnet/orders.ts';
import { resnetLimit } from '../limits/resnet/resnet.ts';
import { log10 } from '../numerics/elementary.ts';
import { wholeNumber } from '../numerics/options.ts';
import { experiment, type Measured, type Prediction } from './experiment.ts';

const schema = z.strictObject({
  seeds: wholeNumber(2, 1000).default(100),
  n: wholeNumber(1, 100).default(8),
  d: wholeNumber(2, 64).default(4),
  deepest: wholeNumber(16, 4096).default(256).describe('Layers, doubled from 8 on'),
  smooth: z
    .enum(['tanh', 'relu'])
    .default('tanh')
    .describe('Takes the place of the smooth activation'),
});
type Settings = z.output<typeof schema>;

const LAYER = 'order of the layers, smooth activation';
const SMOOTH = 'order of Runge–Kutta 4, smooth activation';
const KINK = 'order of Runge–Kutta 4, ReLU';

const order = (quantity: string, value: number, tolerance: number, why: string): Prediction => ({
  quantity,
  expected: { value, tolerance },
  why,
});

export const resnetExperiment = experiment({
  id: 'c18-resnet',
  title:
    'Layers with weights smooth in depth differ from their neural ODE by C/L, and a kink of the activation costs higher schemes their order.',
  citation: 'arXiv 1806.07366, 2205.14612',
  schema,
  quick: { seeds: 20 },
  tiny: { seeds: 6, n: 4, deepest: 128 },
  broken: { smooth: 'relu' },
  predict: () => [
    order(
      LAYER,
      1,
      0.15,
      'Euler steps of a Lipschitz field, midpoint in time; the fit is not asymptotic yet',
    ),
    order(SMOOTH, 4, 0.4, 'the classical scheme on a smooth field'),
    order(
      KINK,
      2,
      0.5,
      'each crossing inside a step costs O(h²) once (Hairer, Nørsett & Wanner 1993, II.6)',
    ),
  ],
  async measure({ smooth, deepest, ...settings }: Settings, { signal, onProgress }) {
    const depths = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096].filter((L) => L <= deepest);
    const { schemes } = await resnetLimit(
      {
        ...settings,
        depths,
        activations: [...new Set([smooth, 'relu'] as const)],
        spirals: 'none',
      },
      { signal, onProgress: (done, total) => onProgress?.(done / total) },
    );
    const of = (activation: string, scheme: string) =>
      schemes.find((one) => one.activation === activation && one.scheme === scheme);
    const shown = [of(smooth, 'layer'), of(smooth, 'rk4'), of('relu', 'rk4')];
    const [layer, rk4, kink] = shown.map((one) => orderOf(one, settings.seeds));
    onProgress?.(1);
    return {
      values: { [LAYER]: layer, [SMOOTH]: rk4, [KINK]: kink },
      columns: [
        { name: 'layers', heading: 'L', values: depths },
        ...schemes.map(({ activation, scheme, errors }) => ({
          name: `${activation}_${scheme}`,
          heading: `${activation}, ${scheme}`,
          values: errors,
        })),
      ],
      figure: {
        title: 'Residual networks against their flow',
        caption: `Root mean square distance over ${settings.seeds} seeds and ${settings.n} particles in d = ${settings.d}.`,
        panels: [
          {
            x: { label: 'log₁₀ L' },
            y: { label: 'log₁₀ error' },
            series: schemes.map(({ activation, scheme, errors }) => ({
              kind: 'line' as const,
              name: `${activation}, ${scheme}`,
              points: errors.map((error, i): Point => [log10(depths[i]), log10(error)]),
            })),
          },
        ],
      },
    };
  },
});

/** No order is none at all: it holds nowhere. */
function orderOf(measured: MeasuredScheme | undefined, samples: number): Measured {
  const { order: found } = measured ?? { order: null };
  if (!found || found.order === null)
    return { value: Number.NaN, low: Number.NaN, high: Number.NaN, samples };
  return { value: found.order, low: found.low, high: found.high, samples };
}
