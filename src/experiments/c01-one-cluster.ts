/** At β = 0 or d ≥ 3 almost every start ends in one cluster (claim C1). */
import { z } from 'zod';
import type { Line, Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { exp, log10 } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean, median } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { uniformInSpan } from './starts.ts';

const schema = z.strictObject({
  n: wholeNumber(2, 512).default(32),
  dimensions: z
    .array(wholeNumber(3, 512))
    .min(1)
    .default([3, 8, 128])
    .describe('With every β; d = 2 is run at β = 0 besides'),
  betas: z.array(numberBetween(0, 8)).min(1).default([0, 1, 4]).describe('Rising'),
  seeds: wholeNumber(2, 2000).default(200).describe('Starts of every d and β'),
  time: numberBetween(1, 1e9).default(1e6).describe('Runs end here'),
  value: numberBetween(-10, 10).default(1).describe('V is this multiple of the identity'),
});
type Settings = z.output<typeof schema>;

const SHARE = 'share of starts that end in one cluster';
const SLOWEST = 'longest time at the largest β, over (1 + e^{2β})/2';

/** Particles closer than this angle are one from then on: the cone of both then holds them together. */
const TOGETHER = 1e-3;

export const oneClusterExperiment = experiment({
  id: 'c01-one-cluster',
  title: 'At β = 0, or at any β in d ≥ 3, almost every start ends in one cluster.',
  citation: 'arXiv 2312.10794, sections 4 to 6; arXiv 2405.18273',
  schema,
  seconds: 55,
  quick: { seeds: 20 },
  tiny: { n: 8, dimensions: [3, 16], betas: [0, 1], seeds: 8, time: 100 },
  broken: { value: -1 },
  predict: () => [
    {
      quantity: SHARE,
      expected: { low: 0.995, high: 1 },
      why: 'starts that end elsewhere, such as regular polygons, have probability 0; only time could be short, and it is e^{2β} at worst',
    },
    {
      quantity: SLOWEST,
      expected: { low: 0, high: 20 },
      why: 'the last saddle is two clusters at opposite ends, which part at rate 2/(1 + e^{2β}); from an angle ε off it takes ln(1/ε) of these times, ln(1/ε) ≤ 20 for all but one start in 10⁸',
    },
  ],
  async measure(settings, context) {
    const { seeds } = settings;
    const cases = casesOf(settings);
    const found = await measureCells(oneClusterCell, settings, cases.length * seeds, context);
    const runs = cases.map((one, k) => ({
      ...one,
      times: found.slice(k * seeds, (k + 1) * seeds).map(([time]) => time),
    }));
    const beta = Math.max(...settings.betas);
    const slow = runs.filter((run) => run.beta === beta).flatMap(({ times }) => times);
    const scaled = slow.map((time) => (2 * time) / (1 + exp(2 * beta)));
    const ended = found.map(([time]) => (Number.isFinite(time) ? 1 : 0));
    const longest = (values: readonly number[]) => Math.max(...values);
    return {
      values: {
        [SHARE]: { ...bootstrap(ended, mean), samples: found.length },
        [SLOWEST]: { ...exactly(longest(scaled)), samples: scaled.length },
      },
      columns: [
        { name: 'd', heading: 'd', values: runs.map(({ d }) => d) },
        { name: 'beta', heading: 'β', values: runs.map((run) => run.beta) },
        { name: 'starts', heading: 'starts', values: runs.map(() => seeds) },
        {
          name: 'one_cluster',
          heading: 'one cluster',
          values: runs.map(({ times }) => times.filter(Number.isFinite).length),
        },
        ...(['median', 'longest'] as const).map((name) => ({
          name: `time_${name}`,
          heading: `${name} time`,
          values: runs.map(({ times }) => finite((name === 'median' ? median : longest)(times))),
        })),
      ],
      figure: {
        title: 'Starts that are not one cluster yet',
        caption: `${settings.n} particles, uniform starts, ${seeds} of every d and β.`,
        panels: [
          {
            x: { label: 'log₁₀ time' },
            y: { label: 'share of starts', domain: [0, 1] },
            series: runs.map(survival),
          },
        ],
      },
      notes: [
        `were there no exception among ${found.length} starts, their share would be below ${(3 / found.length).toPrecision(2)} (95 %)`,
        'the time grows like e^{2β}: at β = 9 one cluster may need 3e7, so that what holds for almost every start is not seen there',
      ],
    };
  },
});

const finite = (time: number) => (Number.isFinite(time) ? time : null);

interface Case {
  readonly d: number;
  readonly beta: number;
}

function casesOf({ dimensions, betas }: Settings): Case[] {
  return [{ d: 2, beta: 0 }, ...dimensions.flatMap((d) => betas.map((beta) => ({ d, beta })))];
}

/** The time when one start, of those of a case after another, has become one cluster; ∞ where it does not. */
export async function oneClusterCell(settings: Settings, index: number): Promise<[number]> {
  const { n, seeds, time, value } = settings;
  const { d, beta } = casesOf(settings)[Math.floor(index / seeds)];
  const run = await simulate({
    dynamics: 'sa',
    parameters: { beta, value },
    init: uniformInSpan(n, d, 1 + (index % seeds)),
    time,
    merge: TOGETHER,
    stopClusters: 1,
    scheme: 'dopri5',
    tolerance: 1e-6,
    diagnostics: [],
  });
  return [run.stopped === 'clusters' ? run.time : Number.POSITIVE_INFINITY];
}

/** The share of starts that has not become one cluster, as a staircase over log₁₀ time. */
function survival({ d, beta, times }: Case & { readonly times: readonly number[] }): Line {
  const ends = times.filter(Number.isFinite).toSorted((a, b) => a - b);
  const steps = ends.flatMap((time, k): Point[] => {
    const x = log10(time);
    return [
      [x, 1 - k / times.length],
      [x, 1 - (k + 1) / times.length],
    ];
  });
  return { kind: 'line', name: `d = ${d}, β = ${beta}`, points: [[0, 1], ...steps] };
}
