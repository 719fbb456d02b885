/** V = −I without projection: tokens go to the origin like (2t)^{−1/2} (claim C9). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { log, log10 } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { mean } from '../numerics/statistics.ts';
import { squaredNorm } from '../numerics/vectors.ts';
import { measureSeeds } from './cells.ts';
import { experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(2, 1000).default(40),
  d: wholeNumber(1, 64).default(1),
  time: numberBetween(10, 1e6).default(2000),
  seeds: wholeNumber(2, 1000).default(20),
  value: numberBetween(-10, 10).default(-1).describe('V is this multiple of the identity'),
});
type Settings = z.output<typeof schema>;

const POWER = 'power of t in the root mean square distance to the origin';
const CONSTANT = 'rms · (2t)^{1/2} at the end';
const SAMPLES = 41;

export const repulsionExperiment = experiment({
  id: 'c09-repulsion',
  title:
    'With V = −I and QᵀK = I, without projection, tokens go to the origin without any rescaling, algebraically: their rms is about (2t)^{−1/2}.',
  citation: 'arXiv 2305.05465, section 3',
  schema,
  quick: { seeds: 6 },
  tiny: { n: 12, seeds: 3, time: 500 },
  broken: { value: 0 },
  predict: ({ d }) => [
    {
      quantity: POWER,
      expected: { value: -0.5, tolerance: 0.05 },
      why: 'near the origin v is −Σ_j x_j ⟨x_i, x_j⟩/n − mean: the covariance s falls as ṡ = −2s², so s ≈ 1/2t; the fit is over the last decade',
    },
    {
      quantity: CONSTANT,
      expected: { value: Math.sqrt(d), tolerance: 0.1 * Math.sqrt(d) },
      why: 'every eigenvalue of the covariance tends to 1/2t, and the squared rms is their sum',
    },
  ],
  async measure(settings, context) {
    const runs = await measureSeeds(radii, settings, context);
    const { time, d } = settings;
    const slopes = runs.map((run) => slopeOf(run.filter(([t]) => t >= time / 10)));
    const ends = runs.map((run) => run[run.length - 1][1] * Math.sqrt(2 * time));
    const samples = settings.seeds;
    const middle = runs[0].map(([t], k): Point => [t, mean(runs.map((run) => run[k][1]))]);
    const logs = (points: readonly Point[]) => points.map(([t, r]): Point => [log10(t), log10(r)]);
    return {
      values: {
        [POWER]: { ...bootstrap(slopes, mean), samples },
        [CONSTANT]: { ...bootstrap(ends, mean), samples },
      },
      columns: [
        { name: 'time', heading: 't', values: middle.map(([t]) => t) },
        { name: 'rms', heading: 'rms', values: middle.map(([, r]) => r) },
      ],
      figure: {
        title: 'Tokens that go to the origin',
        caption: `${settings.n} tokens in d = ${d}, mean over ${samples} starts, with (2t/d)^{−1/2}.`,
        panels: [
          {
            x: { label: 'log₁₀ t' },
            y: { label: 'log₁₀ rms' },
            series: [
              { kind: 'line', name: 'measured', points: logs(middle) },
              {
                kind: 'line',
                name: 'predicted',
                points: logs(middle.map(([t]): Point => [t, Math.sqrt(d / (2 * t))])),
              },
            ],
          },
        ],
      },
    };
  },
});

/** Time and root mean square distance to the origin, at times equally spaced in their logarithm. */
async function radii({ n, d, time, value }: Settings, seed: number): Promise<Point[]> {
  const { frames } = await simulate({
    dynamics: 'no_projection',
    parameters: { beta: 1, value },
    start: 'gaussian',
    n,
    d,
    seed,
    scheme: 'dopri5',
    tolerance: 1e-9,
    time,
    saveAt: `log:0.1:${time}:${SAMPLES}`,
    diagnostics: [],
  });
  return frames
    .filter((frame) => frame.time > 0)
    .map(({ time: t, positions: { data } }): Point => {
      const square = squaredNorm(data) / n;
      return [t, Math.sqrt(square)];
    });
}

const slopeOf = (points: readonly Point[]) =>
  fitLine(
    points.map(([t]) => log(t)),
    points.map(([, r]) => log(r)),
  ).slope;
