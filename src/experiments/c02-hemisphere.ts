/** Tokens in an open hemisphere collapse to one point, exponentially (claim C2). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { log, log10 } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { mean, median } from '../numerics/statistics.ts';
import { measureSeeds } from './cells.ts';
import { experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(2, 1000).default(32),
  d: wholeNumber(2, 256).default(4),
  beta: numberBetween(0, 10).default(1),
  query: z.enum(['identity', 'ginibre']).default('ginibre').describe('Any Q: random by default'),
  time: numberBetween(1, 1e4).default(30),
  seeds: wholeNumber(2, 2000).default(200),
  value: numberBetween(-10, 10).default(1).describe('V is this multiple of the identity'),
});
type Settings = z.output<typeof schema>;

const SHARE = 'share of starts that collapse';
const RATE = 'rate of 1 − least cosine at the end (median)';

/** 1 − cosine that counts as one point. */
const TOGETHER = 1e-6;

export const hemisphereExperiment = experiment({
  id: 'c02-hemisphere',
  title:
    'Tokens in an open hemisphere, with V = I and any Q and K, collapse to one point exponentially fast.',
  citation: 'arXiv 2312.10794, section 4',
  schema,
  quick: { seeds: 40 },
  tiny: { n: 8, seeds: 6 },
  broken: { value: -1 },
  predict: () => [
    {
      quantity: SHARE,
      expected: { low: 0.995, high: 1 },
      why: 'the cone of the tokens shrinks for every start in an open hemisphere; only time could be short',
    },
    {
      quantity: RATE,
      expected: { value: 2, tolerance: 0.1 },
      why: 'close together attention is uniform, ẋ_i = P(mean), and a difference falls like e^{−t}, its square like e^{−2t}',
    },
  ],
  async measure(settings, context) {
    const runs = await measureSeeds(apart, settings, context);
    const samples = settings.seeds;
    const collapsed = runs.map((run) => (run[run.length - 1][1] <= TOGETHER ? 1 : 0));
    const rates = runs.map(rateOf);
    return {
      values: {
        [SHARE]: { ...bootstrap(collapsed, mean), samples },
        [RATE]: { ...bootstrap(rates, median), samples },
      },
      columns: [
        { name: 'seed', heading: 'seed', values: runs.map((_, i) => i + 1) },
        {
          name: 'end',
          heading: '1 − least cosine',
          values: runs.map((run) => run.at(-1)?.[1] ?? null),
        },
        { name: 'rate', heading: 'rate', values: rates },
      ],
      figure: {
        title: 'Collapse in a hemisphere',
        caption: `${settings.n} tokens in d = ${settings.d}, β = ${settings.beta}, ${Math.min(5, samples)} of ${samples} starts.`,
        panels: [
          {
            x: { label: 'time' },
            y: { label: 'log₁₀ (1 − least cosine)' },
            series: runs.slice(0, 5).map((run, k) => ({
              kind: 'line' as const,
              name: `start ${k + 1}`,
              points: run.filter(([, gap]) => gap > 0).map(([t, gap]): Point => [t, log10(gap)]),
            })),
          },
        ],
      },
    };
  },
});

/** Time and 1 − the least cosine. */
async function apart({ n, d, beta, query, time, value }: Settings, seed: number): Promise<Point[]> {
  const matrix = query === 'identity' ? query : `ginibre:${seed}`;
  const { frames } = await simulate({
    dynamics: 'sa',
    parameters: { beta, query: matrix, value },
    start: 'hemisphere',
    n,
    d,
    seed,
    scheme: 'dopri5',
    tolerance: 1e-10,
    time,
    saveAt: `linear:0:${time}:61`,
    diagnostics: ['cosine_min'],
  });
  return frames.map(({ time: t, diagnostics }): Point => [t, 1 - Number(diagnostics.cosine_min)]);
}

/** Of the last stretch above round-off; 0 where nothing falls. */
function rateOf(run: readonly Point[]): number {
  const falling = run.filter(([, gap]) => gap < 1e-2 && gap > 1e-11);
  if (falling.length < 3) return 0;
  return -fitLine(
    falling.map(([t]) => t),
    falling.map(([, gap]) => log(gap)),
  ).slope;
}
