/** V = I without projection: rescaled tokens end on a convex polytope (claim C6). */
import { z } from 'zod';
import { bootstrap } from '../numerics/bootstrap.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean, median } from '../numerics/statistics.ts';
import { measureSeeds } from './cells.ts';
import { experiment } from './experiment.ts';
import { polytopeNumbers, rescaled } from './limit-points.ts';
import { hullLine, mapOf } from './token-map.ts';

const schema = z.strictObject({
  n: wholeNumber(6, 200).default(20),
  d: wholeNumber(2, 4).default(2),
  time: numberBetween(2, 12).default(10).describe('Of a distance e^{−10} is left, 5e-5'),
  seeds: wholeNumber(2, 2000).default(200),
  key: numberBetween(-10, 10).default(1).describe('QᵀK is this multiple of the identity'),
});
type Settings = z.output<typeof schema>;

const SHARE = 'share of starts whose tokens all end on the boundary of a polytope';
const CORNERS = 'share of limit points that are its vertices (mean)';
const FEW = 'limit points over tokens (mean)';
const RATE = 'rate at which tokens reach their limits (median)';

export const polytopeExperiment = experiment({
  id: 'c06-polytope',
  title:
    'Without projection, with V = I and QᵀK positive definite, the rescaled tokens e^{−t} x go to finitely many points on the boundary of a convex polytope, its vertices among them.',
  citation: 'arXiv 2305.05465, theorem 3.1',
  schema,
  quick: { seeds: 30 },
  tiny: { n: 12, seeds: 8 },
  broken: { key: -1 },
  predict: () => [
    {
      quantity: SHARE,
      expected: { low: 0.97, high: 1 },
      why: 'holds for every start; one that begins almost halfway between two vertices may be on its way at the end',
    },
    {
      quantity: CORNERS,
      expected: { low: 0.98, high: 1 },
      why: 'limits on edges and at 0 are unstable: a token there that is moved a little goes on to a vertex, so almost no start has them',
    },
    {
      quantity: FEW,
      expected: { low: 0, high: 0.6 },
      why: 'every vertex of the start could be one of the limit; a uniform start of 20 tokens in the square has about 8, and tokens inside only join',
    },
    {
      quantity: RATE,
      expected: { value: 1, tolerance: 0.02 },
      why: 'once a token listens to one vertex p alone, ż = p − z',
    },
  ],
  async measure(settings, context) {
    const found = await measureSeeds(polytopeStart, settings, context);
    const column = (k: number) => found.map((numbers) => numbers[k]);
    const over = (k: number, statistic: (values: readonly number[]) => number) => ({
      ...bootstrap(column(k), statistic),
      samples: settings.seeds,
    });
    return {
      values: {
        [SHARE]: over(0, mean),
        [CORNERS]: over(1, mean),
        [FEW]: over(2, mean),
        [RATE]: over(3, median),
      },
      columns: [
        { name: 'seed', heading: 'seed', values: found.map((_, i) => i + 1) },
        { name: 'boundary', heading: 'on a polytope', values: column(0) },
        {
          name: 'limits',
          heading: 'limit points',
          values: column(2).map((s) => Math.round(s * settings.n)),
        },
        { name: 'vertices', heading: 'share of vertices', values: column(1) },
        { name: 'rate', heading: 'rate', values: column(3) },
      ],
      figure: {
        title: 'Tokens that end on a polytope',
        caption: `${settings.n} tokens in d = ${settings.d}, e^{−t} x from t = 0 to ${settings.time}, the first two of ${settings.seeds} starts: ways, ends, and the hull of the ends in two coordinates.`,
        columns: 2,
        panels: await Promise.all(
          [1, 2].map(async (seed) => {
            const run = await follow(settings, seed);
            return { ...mapOf(run, [hullLine(run)]), title: `start ${seed}` };
          }),
        ),
      },
    };
  },
});

const follow = ({ n, d, time, key }: Settings, seed: number) =>
  rescaled({ n, d, seed, time, parameters: { beta: 1, key } });

const polytopeStart = async (settings: Settings, seed: number) =>
  polytopeNumbers(await follow(settings, seed));
