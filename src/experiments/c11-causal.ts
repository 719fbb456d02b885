/** Under a causal mask every token goes to the first one (claim C11). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { hypot } from '../numerics/elementary.ts';
import { row } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { measureSeeds } from './cells.ts';
import { experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(2, 512).default(32),
  d: wholeNumber(2, 64).default(3),
  beta: numberBetween(0, 9).default(1).describe('At β = 9 this may need a time of e^{18}'),
  time: numberBetween(1, 1e6).default(200),
  seeds: wholeNumber(2, 2000).default(200),
  dynamics: z.enum(['causal_sa', 'sa']).default('causal_sa'),
});
type Settings = z.output<typeof schema>;

const SHARE = 'share of starts in which all tokens are at token 1';
const RESTS = 'how far token 1 has moved (mean)';
/** 1 − cosine that counts as there. */
const THERE = 1e-3;

export const causalExperiment = experiment({
  id: 'c11-causal',
  title: 'With a causal mask and V = I, token 1 rests and every other token goes to it.',
  citation: 'arXiv 2411.04990, theorem 4.1',
  schema,
  quick: { seeds: 40 },
  tiny: { n: 8, seeds: 8 },
  broken: { dynamics: 'sa' },
  predict: () => [
    {
      quantity: SHARE,
      expected: { low: 0.97, high: 1 },
      why: 'holds for almost every start; a few that begin near an antipode may take longer than the run',
    },
    {
      quantity: RESTS,
      expected: { low: 0, high: 1e-9 },
      why: 'token 1 listens to itself only, and its own pull is radial',
    },
  ],
  async measure(settings, context) {
    const runs = await measureSeeds(follow, settings, context);
    const samples = settings.seeds;
    const ends = runs.map(({ farthest }) => farthest[farthest.length - 1][1]);
    const moved = runs.map((run) => run.moved);
    return {
      values: {
        [SHARE]: {
          ...bootstrap(
            ends.map((end) => (end <= THERE ? 1 : 0)),
            mean,
          ),
          samples,
        },
        [RESTS]: { ...bootstrap(moved, mean), samples },
      },
      columns: [
        { name: 'seed', heading: 'seed', values: ends.map((_, i) => i + 1) },
        { name: 'farthest', heading: '1 − cosine of the farthest', values: ends },
        { name: 'moved', heading: 'token 1 moved', values: moved },
      ],
      figure: {
        title: 'Tokens go to the first one',
        caption: `${settings.n} tokens in d = ${settings.d}, β = ${settings.beta}: the token farthest from token 1, ${Math.min(5, samples)} of ${samples} starts.`,
        panels: [
          {
            x: { label: 'time' },
            y: { label: '1 − cosine to token 1' },
            series: runs.slice(0, 5).map(({ farthest }, k) => ({
              kind: 'line' as const,
              name: `start ${k + 1}`,
              points: farthest,
            })),
          },
        ],
      },
    };
  },
});

async function follow({ n, d, beta, time, dynamics }: Settings, seed: number) {
  const { frames } = await simulate({
    dynamics,
    parameters: { beta },
    n,
    d,
    seed,
    time,
    saveAt: `linear:0:${time}:41`,
    scheme: 'dopri5',
    tolerance: 1e-8,
    diagnostics: [],
  });
  const start = row(frames[0].positions, 0).slice();
  const farthest = frames.map(({ time: t, positions }): Point => {
    const first = row(positions, 0);
    let most = 0;
    for (let i = 1; i < n; i++) {
      const cosine = row(positions, i).reduce((sum, value, k) => sum + value * first[k], 0);
      most = Math.max(most, 1 - cosine);
    }
    return [t, most];
  });
  const end = row(frames[frames.length - 1].positions, 0);
  return { farthest, moved: hypot(end.map((value, k) => value - start[k])) };
}
