/** Pre-norm slows the collapse that post-norm makes exponential (claim C13). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { log, log10 } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { experiment, type Measured } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(2, 256).default(32),
  beta: numberBetween(0, 6).default(1),
  time: numberBetween(50, 1e6).default(1000).describe('Of the pre-norm run'),
  slow: z.enum(['pre', 'post']).default('pre').describe('The scheme that is to be slow'),
});
type Settings = z.output<typeof schema>;

const PRE = 'power of t in 1 − ρ, pre-norm';
const POST = 'rate of 1 − ρ, post-norm';

export const normalisationExperiment = experiment({
  id: 'c13-normalisation',
  title:
    'Pre-normalisation slows the collapse: 1 − ρ falls like t^{−2}, where post-normalisation makes it fall like e^{−2t}.',
  citation: 'arXiv 2510.22026',
  schema,
  quick: {},
  tiny: { n: 8, time: 300 },
  broken: { slow: 'post' },
  predict: () => [
    {
      quantity: PRE,
      expected: { value: -2, tolerance: 0.1 },
      why: 'radii grow like t once tokens agree, and ρ̇ = 2(1 − ρ)/r then gives t^{−2}; the fit is over the last decade',
    },
    {
      quantity: POST,
      expected: { value: 2, tolerance: 0.05 },
      why: 'linearised at ρ = 1: ρ̇ = 2(1 − ρ)',
    },
  ],
  async measure(settings, { signal, onProgress }) {
    const pre = await closing(settings, settings.slow, `log:0.1:${settings.time}:61`);
    signal?.throwIfAborted();
    onProgress?.(0.5);
    const post = await closing({ ...settings, time: 20 }, 'post', 'linear:0:20:61');
    onProgress?.(1);
    const late = pre.filter(([t, gap]) => t >= settings.time / 10 && gap > 1e-13);
    const falling = post.filter(([, gap]) => gap < 1e-2 && gap > 1e-10);
    const logs = (points: readonly Point[]) =>
      points
        .filter(([t, gap]) => t > 0 && gap > 0)
        .map(([t, gap]): Point => [log10(t), log10(gap)]);
    return {
      values: {
        [PRE]: slopeOf(
          late.map(([t, gap]): Point => [log(t), log(gap)]),
          1,
        ),
        [POST]: slopeOf(
          falling.map(([t, gap]): Point => [t, log(gap)]),
          -1,
        ),
      },
      columns: [
        { name: 'time', heading: 't', values: pre.map(([t]) => t) },
        { name: 'gap', heading: `1 − ρ, ${settings.slow}`, values: pre.map(([, gap]) => gap) },
      ],
      figure: {
        title: 'Collapse under two normalisations',
        caption: `${settings.n} tokens from an orthonormal start, β = ${settings.beta}.`,
        panels: [
          {
            x: { label: 'log₁₀ t' },
            y: { label: 'log₁₀ (1 − ρ)' },
            series: [
              { kind: 'line', name: settings.slow, points: logs(pre) },
              { kind: 'line', name: 'post', points: logs(post) },
            ],
          },
        ],
      },
    };
  },
});

/** Time and 1 − ρ. */
async function closing(
  { n, beta, time }: Settings,
  scheme: string,
  saveAt: string,
): Promise<Point[]> {
  const { frames } = await simulate({
    dynamics: 'normalised',
    parameters: { beta, normalisation: scheme },
    start: 'orthonormal',
    n,
    d: n,
    time,
    saveAt,
    scheme: 'dopri5',
    tolerance: 1e-12,
    diagnostics: ['cosine_mean'],
  });
  return frames.map(({ time: t, diagnostics }): Point => [t, 1 - Number(diagnostics.cosine_mean)]);
}

/** The slope with its 95 % interval, times a sign; no number where there are too few points. */
function slopeOf(points: readonly Point[], sign: 1 | -1): Measured {
  if (points.length < 3)
    return { value: Number.NaN, low: Number.NaN, high: Number.NaN, samples: 1 };
  const { slope, low, high } = fitLine(
    points.map(([x]) => x),
    points.map(([, y]) => y),
  );
  const ends = [sign * low, sign * high].sort((a, b) => a - b);
  return { value: sign * slope, low: ends[0], high: ends[1], samples: 1 };
}
