/** How many clusters live on the circle before they merge: √β of them (claim C5). Not how long, and how they merge. */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { lastingClusters } from '../limits/temperature/clusters.ts';
import { powerOf } from '../limits/temperature/temperature.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { experiment } from './experiment.ts';

const schema = z.strictObject({
  betas: z.array(numberBetween(1, 400)).min(3).default([4, 9, 16, 25, 36, 49, 64, 81]),
  n: wholeNumber(10, 2000).default(100).describe('Tokens, uniform on the circle'),
  time: numberBetween(10, 1e5).default(300).describe('Until then clusters are counted'),
  seeds: wholeNumber(2, 1000).default(100).describe('Starts at every β'),
  value: numberBetween(-1, 1).default(1).describe('V is this multiple of the identity'),
});

const POWER = 'power of β in the mean number of clusters';
const CONSTANT = 'mean number of clusters over √β, all β';

export const rootBetaExperiment = experiment({
  id: 'c05-root-beta',
  title:
    'On the circle the number of metastable clusters, counted through the plateau that lasts longest in log t, grows like √β.',
  citation: 'arXiv 2312.10794, section 6 and figure 4; 2410.06833',
  schema,
  seconds: 60,
  quick: { betas: [4, 9, 16, 36, 64], seeds: 6, time: 150 },
  tiny: { betas: [4, 16, 49], seeds: 8, n: 60, time: 60 },
  broken: { value: -1 },
  predict: ({ seeds }) => [
    {
      quantity: POWER,
      expected: { value: 0.5, tolerance: 0.08 + 0.25 / Math.sqrt(seeds) },
      why: 'by a time t those have merged whose angle φ has e^{β(1 − cos φ)} ≤ 2βt sin²φ: angles of a fixed multiple of β^{−½}, but for logarithms and for counts being whole',
    },
    {
      quantity: CONSTANT,
      expected: { low: 0.5, high: Math.SQRT2 },
      why: 'the mode that grows fastest is about √(2β) (claim C16), and some of its clusters merge before the plateau',
    },
  ],
  async measure(settings, context) {
    const { betas, seeds, ...run } = settings;
    const { signal } = context;
    const found = await measureCells(
      (_, index) => {
        const seed = Math.floor(index / betas.length) + 1;
        return lastingClusters({ ...run, beta: betas[index % betas.length], seed }, { signal });
      },
      settings,
      seeds * betas.length,
      context,
    );
    const counts = Array.from({ length: seeds }, (_, i) =>
      found.slice(i * betas.length, (i + 1) * betas.length),
    );
    /** Mean counts by β over some of the seeds. */
    const means = (chosen: readonly number[]) =>
      betas.map((_, b) => mean(chosen.map((seed) => counts[seed][b])));
    const every = counts.map((_, i) => i);
    const over = (statistic: (chosen: readonly number[]) => number) => ({
      ...bootstrap(every, statistic),
      samples: seeds,
    });
    const intervals = betas.map((_, b) => over((chosen) => means(chosen)[b]));
    return {
      values: {
        [POWER]: over((chosen) => powerOf(betas, means(chosen)).rate),
        [CONSTANT]: over((chosen) =>
          mean(means(chosen).map((count, b) => count / Math.sqrt(betas[b]))),
        ),
      },
      columns: [
        { name: 'beta', heading: 'β', values: betas },
        { name: 'clusters', heading: 'clusters', values: intervals.map(({ value }) => value) },
        { name: 'low', heading: 'low', values: intervals.map(({ low }) => low) },
        { name: 'high', heading: 'high', values: intervals.map(({ high }) => high) },
      ],
      figure: {
        title: 'Clusters against √β',
        caption: `${run.n} tokens on the circle until t = ${run.time}: mean over ${seeds} starts, with its 95 % interval.`,
        panels: [
          {
            x: { label: '√β' },
            y: { label: 'clusters' },
            series: [
              {
                kind: 'line',
                name: 'mean',
                colour: 0,
                points: intervals.map(({ value }, b): Point => [Math.sqrt(betas[b]), value]),
              },
              ...intervals.map(({ low, high }, b) => ({
                kind: 'line' as const,
                colour: 0,
                points: [low, high].map((end): Point => [Math.sqrt(betas[b]), end]),
              })),
              ...[1, Math.SQRT2].map((factor, i) => ({
                kind: 'line' as const,
                name: ['√β', '√(2β)'][i],
                colour: i + 1,
                points: betas.map((beta): Point => [Math.sqrt(beta), factor * Math.sqrt(beta)]),
              })),
            ],
          },
        ],
      },
    };
  },
});
