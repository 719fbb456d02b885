/** What stacks of many layers tend to: an ODE, an SDE, or nothing (claim C18). Residual networks: resnet.ts. */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { depthLimit } from '../limits/depth/depth.ts';
import type { Order } from '../limits/order.ts';
import { stackLimit } from '../limits/stack/stack.ts';
import type { StackName } from '../limits/stack/stacks.ts';
import { log10 } from '../numerics/elementary.ts';
import { wholeNumber } from '../numerics/options.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment, type Measured, type Prediction } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(1, 100).default(8).describe('Particles'),
  d: wholeNumber(2, 64).default(4),
  seeds: wholeNumber(2, 2000).default(500).describe('Draws of weights and start'),
  deepest: wholeNumber(64, 4096).default(512).describe('Layers, doubled from 16 on'),
  centred: z
    .enum(['tanh', 'relu'])
    .default('tanh')
    .describe('The update that is to have mean zero; relu has not'),
});
type Settings = z.output<typeof schema>;

const ATTENTION = 'attention layers, one set of weights';
const CONTROL = 'log₁₀ of the growth of the error, ReLU layers at 1/√L, fewest to most layers';
const order = (stack: string) => `order of ${stack}`;

/** By what they are called here, with the order predicted. */
const STACKS = {
  smooth: { title: 'weights smooth in depth, 1/L', predicted: 1 },
  tanh_sde: { title: 'independent weights, 1/√L, mean zero', predicted: 0.5 },
  attention_sde: { title: 'attention with independent V, 1/√L', predicted: 0.5 },
  tanh_ode: { title: 'independent weights, 1/L, mean zero', predicted: 0.5 },
  relu_ode: { title: 'independent weights, 1/L, ReLU', predicted: 0.5 },
} as const;
type Shown = keyof typeof STACKS;
const shown = Object.keys(STACKS) as Shown[];

const predictionOf = (title: string, value: number, why: string, chance: number): Prediction => ({
  quantity: order(title),
  expected: { value, tolerance: 0.06 + chance },
  why: `${why}; 0.06 for a fit over finite L${chance > 0 ? `, ${chance.toFixed(2)} for that many seeds` : ''}`,
});

const WHY: Readonly<Record<Shown, string>> = {
  smooth: 'L layers are Euler steps of ẋ = V(t) tanh x, off by C/L',
  tanh_sde:
    'Euler–Maruyama of dx = dB tanh x, strong order ½: L layers against 2L whose weights average to theirs, W_k = (W_2k + W_2k+1)/√2',
  attention_sde: 'the same for attention, whose update is linear in V_k',
  tanh_ode: 'a sum of L independent terms of size 1/L about its mean 0: L^{−½}',
  relu_ode: 'the same about the mean flow ẋ = |x|/√(2πd) · (1, …, 1)',
};

export const depthExperiment = experiment({
  id: 'c18-depth',
  title:
    'L layers are C/L from an ODE if their weights are smooth in depth; independent weights at 1/√L give an SDE if the mean update is zero and no limit if not; at 1/L they average to an ODE like L^{−½}.',
  citation: 'arXiv 1806.07366; independent weights: arXiv 2206.06929; Kloeden & Platen 1992, §10.2',
  schema,
  seconds: 50,
  quick: { seeds: 60, deepest: 256 },
  tiny: { seeds: 30, n: 4, deepest: 256 },
  broken: { centred: 'relu' },
  predict: ({ deepest, seeds }) => [
    predictionOf(ATTENTION, 1, 'a layer is first-order consistent with ẋ = P v', 0),
    ...shown.map((name) =>
      predictionOf(STACKS[name].title, STACKS[name].predicted, WHY[name], 1 / Math.sqrt(seeds)),
    ),
    {
      quantity: CONTROL,
      expected: { low: 0.5, high: 300 },
      why: `the control: its mean update drifts by √L over the stack, here up to L = ${deepest}, and the doubled stack runs away from it like e^{c√L}`,
    },
  ],
  async measure(settings, context) {
    const depths = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096].filter(
      (L) => L <= settings.deepest,
    );
    const names = [...shown, 'relu_sde'] as const;
    const rows = await measureCells(
      (own: Settings, index) =>
        index === 0 ? attentionLayers(own, depths) : stackOf(names[index - 1], own, depths),
      settings,
      names.length + 1,
      context,
    );
    const control = rows[rows.length - 1].errors;
    const growth = log10(control[control.length - 1] / control[0]);
    return {
      values: {
        ...Object.fromEntries(
          rows.slice(0, -1).map((row) => [order(row.title), measuredOrder(row)]),
        ),
        [CONTROL]: { ...exactly(growth), samples: settings.seeds },
      },
      columns: [
        { name: 'layers', heading: 'L', values: depths },
        ...rows.map(({ name, errors }) => ({ name, heading: name, values: errors })),
      ],
      figure: {
        title: 'Stacks of many layers',
        caption: `Root mean square distance to the limit, or to twice as many layers; ${settings.n} particles in d = ${settings.d}, ${settings.seeds} seeds.`,
        panels: [
          {
            x: {
              label: 'layers L',
              ticks: depths.map((L) => ({ value: log10(L), label: String(L) })),
            },
            y: { label: 'log₁₀ error' },
            series: rows.slice(0, -1).map(({ title, errors }) => ({
              kind: 'line' as const,
              name: title,
              points: errors.map((error, i): Point => [log10(depths[i]), log10(error)]),
            })),
          },
        ],
      },
      notes: [
        `ReLU layers at 1/√L, not in the figure: ${control.map((error) => error.toPrecision(2)).join(', ')}`,
      ],
    };
  },
});

interface Row {
  readonly name: string;
  readonly title: string;
  /** By L. */
  readonly errors: readonly number[];
  readonly order: Order;
  readonly samples: number;
}

/** Of a stack, with ReLU in place of a centred update where the settings say so. */
async function stackOf(
  name: Shown | 'relu_sde',
  { n, d, seeds, centred }: Settings,
  depths: number[],
): Promise<Row> {
  const drawn: StackName = centred === 'relu' && name === 'tanh_sde' ? 'relu_sde' : name;
  const { stacks } = await stackLimit({ stacks: [drawn], depths, n, d, seeds });
  const [{ errors, order: found }] = stacks;
  const title = name === 'relu_sde' ? CONTROL : STACKS[name].title;
  return { name, title, errors, order: found, samples: seeds };
}

/** SA from an orthonormal start, which has an exact finite-depth map too (docs/theory.md §4.1). */
async function attentionLayers({ n }: Settings, depths: number[]): Promise<Row> {
  const { limit } = await depthLimit({
    dynamics: 'sa',
    parameters: { beta: 2 },
    start: 'orthonormal',
    n,
    d: n,
    time: 1,
    depths,
    schemes: ['layer'],
  });
  const { layer } = limit.schemes;
  if (!layer) throw new RangeError('the depth limit measured no layers');
  const errors = layer.errors.positionRms.map((error) => error ?? Number.NaN);
  return { name: 'attention', title: ATTENTION, errors, order: layer.order, samples: 1 };
}

/** No order is none at all: it holds nowhere. */
function measuredOrder({ order: found, samples }: Row): Measured {
  if (found.order === null)
    return { value: Number.NaN, low: Number.NaN, high: Number.NaN, samples };
  return { value: found.order, low: found.low, high: found.high, samples };
}
