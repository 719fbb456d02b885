/** The heat flow as the limit of residual attention that moves away (claim C15). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { exp } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { normalQuantile } from '../numerics/quantile.ts';
import { mean } from '../numerics/statistics.ts';
import { squaredNorm } from '../numerics/vectors.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(10, 2000).default(400),
  beta: numberBetween(1, 1000).default(60),
  time: numberBetween(0.01, 1)
    .default(0.2)
    .describe('Of the heat flow; the particles run β times as long'),
  steps: wholeNumber(4, 1000).default(20).describe('Of Runge–Kutta 4'),
  direction: z.enum(['away', 'towards']).default('away'),
});
type Settings = z.output<typeof schema>;

const SINKHORN = 'variance after the heat time, Sinkhorn';
const SOFTMAX = 'variance after the heat time, softmax of a Gaussian kernel';
const RATIO = 'growth of the variance, softmax over Sinkhorn';
const MEAN = 'drift of the mean under Sinkhorn, a start that is not symmetric';

/** What finitely many particles and their tails leave of a variance. */
const GRID = 0.02;

export const sinkformerExperiment = experiment({
  id: 'c15-sinkformer',
  title:
    'Moving away from what they listen to, with time scaled by β, particles diffuse: ∂ρ = ½Δρ under Sinkhorn, Δρ under softmax.',
  citation: 'arXiv 2110.11773, section 4',
  schema,
  quick: { n: 200, beta: 30, steps: 10 },
  tiny: { n: 80, beta: 15, steps: 6, time: 0.1 },
  broken: { direction: 'towards' },
  predict({ beta, time }) {
    const at = (rate: (s: number, beta: number) => number) => variance(rate, beta, time);
    return [
      {
        quantity: SINKHORN,
        expected: { value: at(sinkhornRate), tolerance: GRID },
        why: `a Gaussian law stays one, ṡ = 2(1 − M)s with M of docs/theory.md §4.6; the limit β → ∞ is 1 + t = ${1 + time}`,
      },
      {
        quantity: SOFTMAX,
        expected: { value: at(softmaxRate), tolerance: 2 * GRID },
        why: `ṡ = 2s/(1 + βs) in the particles' time; the limit is 1 + 2t = ${1 + 2 * time}`,
      },
      {
        quantity: RATIO,
        expected: { value: (at(softmaxRate) - 1) / (at(sinkhornRate) - 1), tolerance: 0.15 },
        why: 'tends to 2 as β grows: softmax forgets that others listen too',
      },
      {
        quantity: MEAN,
        expected: { value: 0, tolerance: 1e-10 },
        why: 'columns of the coupling sum to the masses, to the accuracy of the scaling',
      },
    ];
  },
  async measure(settings, { signal, onProgress }) {
    const curves = [];
    for (const [k, dynamics] of ['sinkhorn_residual', 'residual'].entries()) {
      signal?.throwIfAborted();
      curves.push(await spreading(settings, dynamics, gaussianStart(settings.n)));
      onProgress?.((k + 1) / 3);
    }
    const [sinkhorn, softmax] = curves;
    const skewed = gaussianStart(settings.n).map((x) => exp(x / 2));
    const { drift } = await spreading(
      { ...settings, time: settings.time / 4 },
      'sinkhorn_residual',
      skewed,
    );
    onProgress?.(1);
    const grown = ({ points }: Spreading) => points[points.length - 1][1];
    const line = (name: string, value: (t: number) => number) => ({
      kind: 'line' as const,
      name,
      points: sinkhorn.points.map(([t]): Point => [t, value(t)]),
    });
    return {
      values: {
        [SINKHORN]: exactly(grown(sinkhorn)),
        [SOFTMAX]: exactly(grown(softmax)),
        [RATIO]: exactly((grown(softmax) - 1) / (grown(sinkhorn) - 1)),
        [MEAN]: exactly(drift),
      },
      columns: [
        { name: 'time', heading: 't', values: sinkhorn.points.map(([t]) => t) },
        { name: 'sinkhorn', heading: 'Sinkhorn', values: sinkhorn.points.map(([, s]) => s) },
        { name: 'softmax', heading: 'softmax', values: softmax.points.map(([, s]) => s) },
      ],
      figure: {
        title: 'Variance of particles that move away',
        caption: `${settings.n} quantiles of N(0, 1), β = ${settings.beta}, time scaled by β; lines: the heat flows.`,
        panels: [
          {
            x: { label: 'heat time' },
            y: { label: 'variance' },
            series: [
              { kind: 'scatter', name: 'Sinkhorn', points: sinkhorn.points },
              { kind: 'scatter', name: 'softmax', points: softmax.points },
              line('1 + t', (t) => 1 + t),
              line('1 + 2t', (t) => 1 + 2 * t),
            ],
          },
        ],
      },
    };
  },
});

const sinkhornRate = (s: number, beta: number) =>
  2 * (1 - (Math.sqrt(1 + 4 * (beta * s) ** 2) - 1) / (2 * beta * s)) * s;
const softmaxRate = (s: number, beta: number) => (2 * s) / (1 + beta * s);

/** The variance of a Gaussian law that begins with 1, after β · time. */
function variance(rate: (s: number, beta: number) => number, beta: number, time: number): number {
  const steps = 4000;
  const h = (beta * time) / steps;
  let s = 1;
  // The midpoint rule; its error is far below the tolerance.
  for (let k = 0; k < steps; k++) s += h * rate(s + (h / 2) * rate(s, beta), beta);
  return s;
}

/** Quantiles of N(0, 1), brought to variance 1. */
function gaussianStart(n: number): number[] {
  const raw = Array.from({ length: n }, (_, k) => normalQuantile((k + 0.5) / n));
  const scale = Math.sqrt(squaredNorm(raw) / n);
  return raw.map((x) => x / scale);
}

interface Spreading {
  /** Heat time and variance. */
  readonly points: readonly Point[];
  /** Of the mean, absolute. */
  readonly drift: number;
}

async function spreading(
  { beta, time, steps, direction }: Settings,
  dynamics: string,
  start: readonly number[],
): Promise<Spreading> {
  const end = beta * time;
  const kernel = dynamics === 'residual' ? { kernel: 'gaussian' } : {};
  const { frames } = await simulate({
    dynamics,
    parameters: { ...kernel, beta, direction },
    init: start.map((x) => [x]),
    scheme: 'rk4',
    step: end / steps,
    time: end,
    saveAt: `linear:0:${end}:11`,
    accuracy: 1e-12,
    diagnostics: [],
  });
  const moments = frames.map(({ positions: { data } }) => {
    const middle = mean(data);
    return { mean: middle, variance: squaredNorm(data.map((x) => x - middle)) / data.length };
  });
  return {
    points: frames.map((frame, k): Point => [frame.time / beta, moments[k].variance]),
    drift: Math.abs(moments[moments.length - 1].mean - moments[0].mean),
  };
}
