/** The clusters that causal attention lives with are those of its Rényi centres (claim C12). */
import { z } from 'zod';
import { clustersAt, dendrogram } from '../diagnostics/clusters.ts';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { angle } from '../geometry/sphere.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { atan2, log10 } from '../numerics/elementary.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { measureSeeds } from './cells.ts';
import { experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(10, 1000).default(200),
  d: wholeNumber(2, 8).default(2),
  beta: numberBetween(4, 400).default(64),
  scale: numberBetween(0.5, 20).default(4).describe('δ in units of β^{−1/2}'),
  times: z
    .array(numberBetween(0.5, 1e5))
    .min(1)
    .default([5, 10, 20, 40, 75, 150])
    .describe('Rising; when the clusters are looked at'),
  time: numberBetween(0.5, 1e5).default(20).describe('The one of them that the verdict is about'),
  seeds: wholeNumber(2, 2000).default(200),
  dynamics: z.enum(['causal_sa', 'sa']).default('causal_sa'),
});
type Settings = z.output<typeof schema>;

const HELD = 'share of tokens in the cluster of a Rényi centre';
const COUNT = 'clusters over Rényi centres (mean)';
const REST = 'share of strong Rényi centres that have moved by less than δ/10';
const STRONG = 'share of clusters that hold a strong Rényi centre';

/** Tokens within this share of δ are one cluster. */
const TOGETHER = 0.2;

export const renyiExperiment = experiment({
  id: 'c12-renyi-centres',
  title:
    'Under a causal mask the metastable clusters are those of the Rényi centres, tokens farther than δ = 4β^{−½} from the centres before them; strong ones, farther than δ from all tokens before them, rest.',
  citation: 'arXiv 2411.04990, section 5 and figure 2',
  schema,
  quick: { seeds: 20 },
  tiny: { n: 80, seeds: 6, times: [20] },
  broken: { dynamics: 'sa' },
  predict: ({ time }) => [
    {
      quantity: HELD,
      expected: { low: 0.93, high: 1 },
      why: `at time ${time} tokens have gone to what lies within their reach, β^{−½}, and a centre lies within δ of every token; between two centres some are still on their way`,
    },
    {
      quantity: COUNT,
      expected: { low: 0.75, high: 1.1 },
      why: 'two centres little more than δ apart meet after e^{β(1 − cos δ)}/β, about 50 at β = 64, sooner with tokens between them: a few have merged',
    },
    {
      quantity: REST,
      expected: { low: 0.95, high: 1 },
      why: 'no token before a strong centre pulls by more than e^{−β(1 − cos δ)} of its own weight (lemma 5.1)',
    },
    {
      quantity: STRONG,
      expected: { low: 0.4, high: 0.95 },
      why: 'strong centres do not explain all clusters: most tokens have come by the time that the last gaps are filled',
    },
  ],
  async measure(settings, context) {
    const { seeds, times, time } = settings;
    const runs = await measureSeeds(follow, settings, context);
    const all = [...new Set([...times, time])].sort((a, b) => a - b);
    const at = (when: number, value: (look: Look) => number) =>
      runs.map(({ looks }) => value(looks[all.indexOf(when)]));
    const over = (value: (look: Look) => number) => ({
      ...bootstrap(at(time, value), mean),
      samples: seeds,
    });
    const column = (value: (look: Look) => number) => all.map((when) => mean(at(when, value)));
    const [first] = runs;
    return {
      values: {
        [HELD]: over(({ held }) => held),
        [COUNT]: over(({ count }) => count),
        [REST]: over(({ resting }) => resting),
        [STRONG]: over(({ strong }) => strong),
      },
      columns: [
        { name: 'time', heading: 't', values: all },
        { name: 'held', heading: 'tokens held', values: column(({ held }) => held) },
        { name: 'count', heading: 'clusters / centres', values: column(({ count }) => count) },
        { name: 'resting', heading: 'strong at rest', values: column((look) => look.resting) },
        { name: 'strong', heading: 'with a strong one', values: column((look) => look.strong) },
      ],
      figure: {
        title: 'Rényi centres and clusters',
        caption: `${settings.n} tokens, β = ${settings.beta}, δ = ${settings.scale}β^{−½}. Above: means over ${seeds} starts. Below: one start, in the first two coordinates; centres where they began.`,
        panels: [
          {
            x: { label: 'log₁₀ time' },
            y: { label: 'share', domain: [0, 1.2] },
            series: [
              ['clusters / centres', column(({ count }) => count)] as const,
              ['tokens held', column(({ held }) => held)] as const,
              ['strong centres at rest', column(({ resting }) => resting)] as const,
            ].map(([name, values]) => ({
              kind: 'line' as const,
              name,
              points: all.map((when, k): Point => [log10(when), values[k]]),
            })),
          },
          {
            x: { label: 'angle', unit: 'rad', domain: [-Math.PI, Math.PI] },
            y: { label: 'log₁₀ time' },
            series: [
              {
                kind: 'scatter',
                name: 'tokens',
                points: all.flatMap((when, k) =>
                  angles(first.positions[k + 1]).map((x): Point => [x, log10(when)]),
                ),
              },
              ...(['centres', 'strong'] as const).map((kind) => ({
                kind: 'scatter' as const,
                name: NAMES[kind],
                points: startsOf(first, kind).flatMap((x) =>
                  all.map((when): Point => [x, log10(when)]),
                ),
              })),
            ],
          },
        ],
      },
      notes: [
        `centres at the start: ${mean(runs.map(({ centres }) => centres.length)).toFixed(2)} on average, of them strong ${mean(runs.map(({ strong }) => strong.length)).toFixed(2)}; later than the time of the verdict clusters merge, see the table`,
      ],
    };
  },
});

const NAMES = { centres: 'Rényi centres', strong: 'strong ones' };

/** What one start looks like at one time. */
interface Look {
  readonly held: number;
  readonly count: number;
  readonly resting: number;
  readonly strong: number;
}

interface Run {
  readonly centres: readonly number[];
  readonly strong: readonly number[];
  /** At the start and at all times. */
  readonly positions: readonly Matrix[];
  /** At all times. */
  readonly looks: readonly Look[];
}

async function follow(settings: Settings, seed: number): Promise<Run> {
  const { n, d, beta, scale, times, time, dynamics } = settings;
  const all = [...new Set([0, ...times, time])].sort((a, b) => a - b);
  const { frames } = await simulate({
    dynamics,
    parameters: { beta },
    n,
    d,
    seed,
    time: all[all.length - 1],
    saveAt: all,
    scheme: 'dopri5',
    tolerance: 1e-6,
    diagnostics: [],
  });
  const positions = frames.map((frame) => frame.positions);
  const delta = scale / Math.sqrt(beta);
  const { centres, strong } = centresOf(positions[0], delta);
  const looks = positions.slice(1).map((now): Look => {
    const clusters = clustersAt(dendrogram(now), TOGETHER * delta);
    const holding = (some: readonly number[]) =>
      clusters.filter((members) => some.some((i) => members.includes(i)));
    const moved = strong.map((i) => angle(row(now, i), row(positions[0], i)));
    return {
      held: holding(centres).reduce((sum, { length }) => sum + length, 0) / n,
      count: clusters.length / centres.length,
      resting: mean(moved.map((way) => (way < delta / 10 ? 1 : 0))),
      strong: holding(strong).length / clusters.length,
    };
  });
  return { centres, strong, positions, looks };
}

/** Tokens farther than δ from all centres before them, and those farther than δ from all tokens before them. */
function centresOf(start: Matrix, delta: number) {
  const centres: number[] = [];
  const strong: number[] = [];
  for (let i = 0; i < start.rows; i++) {
    const far = (j: number) => angle(row(start, i), row(start, j)) > delta;
    if (centres.every(far)) centres.push(i);
    if (Array.from({ length: i }, (_, j) => j).every(far)) strong.push(i);
  }
  return { centres, strong };
}

const angles = (positions: Matrix): number[] =>
  Array.from({ length: positions.rows }, (_, i) => {
    const [x, y] = row(positions, i);
    return atan2(y, x);
  });

const startsOf = ({ positions, ...run }: Run, kind: 'centres' | 'strong'): number[] => {
  const all = angles(positions[0]);
  return run[kind].map((i) => all[i]);
};
