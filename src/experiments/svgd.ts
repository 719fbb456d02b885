/** SVGD with the linear kernel: the moments of finitely many particles are exact. */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { linearSvgdMoments } from '../limits/moments/svgd.ts';
import { matrix } from '../numerics/matrix.ts';
import { momentsOf } from '../numerics/moments.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { largestDifference } from '../numerics/vectors.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(3, 1000).default(20),
  time: numberBetween(0.1, 100).default(20),
  seed: wholeNumber(0, 2 ** 31).default(1),
  kernel: z.enum(['linear', 'rbf', 'imq']).default('linear'),
});

const MEAN = 'largest distance of the empirical mean to the moment flow';
const COVARIANCE = 'largest distance of the empirical covariance to the moment flow';
const TARGET = 'distance of the empirical mean to the target at the end';

/** Correlated, and off the origin. */
const CENTRE = [1, 0];
const SPREAD = [1.5, 0.4, 0.4, 0.8];

export const svgdExperiment = experiment({
  id: 'svgd',
  title:
    'With the kernel ⟨x, y⟩ + 1, particles under SVGD move the mean and the covariance exactly as a closed flow of moments, whatever their number.',
  citation: 'arXiv 1608.04471; moments: Liu & Wang, arXiv 1810.11693',
  schema,
  quick: {},
  tiny: { n: 6, time: 15 },
  broken: { kernel: 'rbf' },
  predict: () => [
    {
      quantity: MEAN,
      expected: { low: 0, high: 1e-7 },
      why: 'the flow of moments is exact for any n; what is left is the integrator at 1e-11',
    },
    {
      quantity: COVARIANCE,
      expected: { low: 0, high: 1e-7 },
      why: 'as for the mean, of second order',
    },
    {
      quantity: TARGET,
      expected: { low: 0, high: 0.05 },
      why: 'a Gaussian target is the stationary point of the moment flow, approached exponentially',
    },
  ],
  async measure({ n, time, seed, kernel }, { signal, onProgress }) {
    signal?.throwIfAborted();
    const times = Array.from({ length: 21 }, (_, k) => (time * k) / 20);
    const { frames } = await simulate({
      dynamics: 'svgd',
      n,
      d: 2,
      start: 'gaussian',
      seed,
      time,
      saveAt: times,
      parameters: { kernel, centre: CENTRE[0], covariance: [SPREAD.slice(0, 2), SPREAD.slice(2)] },
      scheme: 'dopri5',
      tolerance: 1e-11,
      diagnostics: [],
    });
    const masses = new Float64Array(n).fill(1 / n);
    const found = frames.map(({ positions }) => momentsOf(positions, masses));
    const target = {
      mean: Float64Array.from(CENTRE),
      covariance: matrix(2, 2, Float64Array.from(SPREAD)),
    };
    const exact = [found[0], ...linearSvgdMoments(found[0], target, times.slice(1))];
    onProgress?.(1);
    const over = (distance: (k: number) => number) => Math.max(...times.map((_, k) => distance(k)));
    const curve = (value: (k: number) => number) => times.map((t, k): Point => [t, value(k)]);
    const shown = [0, 3, 1];
    return {
      values: {
        [MEAN]: exactly(over((k) => largestDifference(exact[k].mean, found[k].mean))),
        [COVARIANCE]: exactly(
          over((k) => largestDifference(exact[k].covariance.data, found[k].covariance.data)),
        ),
        [TARGET]: exactly(largestDifference(CENTRE, found[20].mean)),
      },
      columns: [
        { name: 'time', heading: 't', values: times },
        { name: 'mean_x', heading: 'mean x', values: found.map(({ mean }) => mean[0]) },
        { name: 'mean_y', heading: 'mean y', values: found.map(({ mean }) => mean[1]) },
        ...shown.map((at) => ({
          name: `covariance_${at}`,
          heading: ['var x', 'cov', '', 'var y'][at],
          values: found.map(({ covariance }) => covariance.data[at]),
        })),
      ],
      figure: {
        title: 'Moments under SVGD',
        caption: `${n} particles, kernel ${kernel}, target N((1, 0), Q); dots: particles, lines: the flow of moments.`,
        panels: [
          {
            x: { label: 'time' },
            y: { label: 'covariance' },
            series: shown.flatMap((at, colour) => [
              {
                kind: 'scatter' as const,
                name: ['var x', 'cov', '', 'var y'][at],
                colour,
                points: curve((k) => found[k].covariance.data[at]),
              },
              { kind: 'line' as const, colour, points: curve((k) => exact[k].covariance.data[at]) },
            ]),
          },
        ],
      },
    };
  },
});
