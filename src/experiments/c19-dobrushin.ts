/** How fast n particles follow the law that they are drawn of, and how far they can part from it (claim C19). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { type ParticleLimit, particleLimit } from '../limits/particles/particles.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { exp, log10 } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { measureSeeds } from './cells.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  attention: z.enum(['sa', 'usa']).default('sa'),
  beta: numberBetween(0, 10).default(2),
  particleBeta: numberBetween(0, 10)
    .optional()
    .describe('β of the particles; another one than that of the law breaks the claim'),
  amplitude: numberBetween(0, 1).default(0.5).describe('Of the start, density ∝ 1 + a cos θ'),
  n: z
    .array(wholeNumber(10, 1e5))
    .min(3)
    .max(5)
    .default([100, 300, 1000, 3000, 10_000])
    .describe('Numbers of particles, rising'),
  times: z.array(numberBetween(0.1, 50)).min(1).default([1, 5]).describe('After the start, rising'),
  seeds: wholeNumber(2, 1000).default(20),
});
type Settings = z.output<typeof schema>;

const BEGINS = 'order of W₁ in n at the start, independent particles';
const FOLLOWS = 'change of that order up to the last time';
const QUANTILES = 'order of W₁ in n at the last time, particles at quantiles';
const CONSTANT = 'least C with W₁(t) ≤ e^{Ct} W₁(0) in all runs and at all times';

export const dobrushinExperiment = experiment({
  id: 'c19-dobrushin',
  title:
    'n particles stay as close to their mean field as e^{Ct} times where they began, W₁(μⁿ_t, μ_t) ≤ e^{Ct} W₁(μⁿ_0, μ_0), so that their rate in n is that of the start.',
  citation: 'arXiv 2312.10794, section 3; Dobrushin, Funct. Anal. Appl. 13, 1979',
  schema,
  quick: { n: [100, 300, 1000, 3000], seeds: 6 },
  tiny: { n: [30, 100, 300, 1000], times: [1], seeds: 6 },
  broken: { particleBeta: 6 },
  predict({ attention, beta, n, seeds }) {
    const constant = lipschitz(attention, beta);
    const chance = 0.4 / Math.sqrt(seeds);
    return [
      {
        quantity: BEGINS,
        expected: { value: 0.5, tolerance: 0.1 + chance },
        why: 'W₁ of n independent points of a law on the circle is of the order n^{−½}; a fit over few n, and the seeds',
      },
      {
        quantity: FOLLOWS,
        expected: { value: 0, tolerance: 0.1 + chance },
        why: 'the estimate bounds W₁(t) by a multiple of W₁(0) that does not depend on n',
      },
      {
        quantity: QUANTILES,
        expected: { value: 1, tolerance: 0.1 },
        why: `quantiles (i + ½)/n are about 1/n from their law, here up to n = ${n[n.length - 1]}, and so they stay`,
      },
      {
        quantity: CONSTANT,
        expected: { low: -constant, high: constant },
        why: 'the Lipschitz constants of the field in the place and in the law: 1 + β and (1 + 2β)e^{2β} for the softmax, e^β twice without it',
      },
    ];
  },
  async measure(settings, context) {
    const { seeds, n, times, beta, attention } = settings;
    const { signal } = context;
    const quantiles = await limitOf(settings, 'quantiles', 1, signal);
    const runs = await measureSeeds(
      (own, seed) => limitOf(own, 'independent', seed, signal),
      settings,
      context,
    );
    const last = times.length;
    const begins = runs.map((run) => orderAt(run, 0));
    const follows = runs.map((run, i) => orderAt(run, last) - begins[i]);
    const over = (values: readonly number[]) => ({ ...bootstrap(values, mean), samples: seeds });
    const largest = Math.max(...runs.map(constantOf), constantOf(quantiles));
    const all = [0, ...times];
    const means = all.map((_, t) => n.map((_n, i) => mean(runs.map((run) => run.errors.w1[t][i]))));
    const logs = (errors: readonly number[]) =>
      errors.map((error, i): Point => [log10(n[i]), log10(error)]);
    return {
      values: {
        [BEGINS]: over(begins),
        [FOLLOWS]: over(follows),
        [QUANTILES]: exactly(orderAt(quantiles, last)),
        [CONSTANT]: { ...exactly(largest), samples: seeds },
      },
      columns: [
        { name: 'n', heading: 'n', values: n },
        ...all.map((time, t) => ({
          name: `w1_${time}`,
          heading: `W₁ at ${time}`,
          values: means[t],
        })),
        ...all.map((time, t) => ({
          name: `quantiles_${time}`,
          heading: `quantiles at ${time}`,
          values: quantiles.errors.w1[t],
        })),
      ],
      figure: {
        title: 'Particles and their mean field',
        caption: `W₁ on the circle, β = ${beta}: mean over ${seeds} independent draws, and particles at quantiles.`,
        panels: [
          {
            x: {
              label: 'particles n',
              ticks: n.map((size) => ({ value: log10(size), label: String(size) })),
            },
            y: { label: 'log₁₀ W₁', unit: 'rad' },
            series: [
              ...all.map((time, t) => ({
                kind: 'line' as const,
                name: `independent, t = ${time}`,
                points: logs(means[t]),
              })),
              {
                kind: 'line',
                name: `quantiles, t = ${times[last - 1]}`,
                points: logs(quantiles.errors.w1[last]),
              },
            ],
          },
        ],
      },
      notes: [
        `the constant of the estimate is ${lipschitz(attention, beta).toPrecision(3)}, and e^{Ct} of it says nothing at t = 1; the runs need ${largest.toPrecision(2)}`,
      ],
    };
  },
});

function limitOf(
  { times, seeds: _, ...settings }: Settings,
  draw: 'independent' | 'quantiles',
  seed: number,
  signal?: AbortSignal,
) {
  const start = { law: 'cosine' as const, mode: 1 };
  const options = { ...settings, ...start, draw, times: [0, ...times], seeds: 1, seed };
  return particleLimit(options, { signal });
}

/** NaN where the errors show none. */
const orderAt = ({ orders }: ParticleLimit, time: number): number => orders[time].order ?? NaN;

const constantOf = ({ dobrushin }: ParticleLimit): number => dobrushin ?? Number.NaN;

/**
 * C with |v[μ](x) − v[ν](y)| ≤ C (|x − y| + W₁(μ, ν)) on the circle, both parts added. For the softmax
 * v′ = β Var sin − E cos, and v[μ] − v[ν] = ∫ e^{β cos}(sin − v[ν]) d(μ − ν) / ∫ e^{β cos} dμ.
 */
const lipschitz = (attention: Settings['attention'], beta: number): number =>
  attention === 'usa' ? 2 * exp(beta) : 1 + beta + (1 + 2 * beta) * exp(2 * beta);
