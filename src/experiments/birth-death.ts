/** Creation and annihilation against pure transport: which leaves the metastable states sooner? */
import { z } from 'zod';
import type { Line, Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { expm1, log10 } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean, median } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { experiment, type Measured } from './experiment.ts';

const PARTS = ['transport', 'reaction', 'both'] as const;
type Part = (typeof PARTS)[number];

const schema = z.strictObject({
  beta: numberBetween(0.1, 8).default(5),
  n: wholeNumber(2, 1000).default(64),
  time: numberBetween(1e-3, 1e4).default(50).describe('Runs end here'),
  seeds: wholeNumber(2, 1000).default(20),
  rate: numberBetween(0, 100).default(4).describe('Of the reaction; 0 leaves transport alone'),
});
type Settings = z.output<typeof schema>;

const SOONER = 'time to 95 % of the largest energy, both over transport (median)';
const ALWAYS = 'share of starts where both is sooner';

/** Of the largest energy (e^β − 1)/(2β), that of one cluster. */
const REACHED = 0.95;
const FRAMES = 120;

export const birthDeathExperiment = experiment({
  id: 'birth-death',
  title:
    'With birth and death, particles on the circle leave their metastable clusters sooner than by transport alone.',
  citation: 'arXiv 1508.07941, 1905.09863',
  schema,
  seconds: 35,
  quick: { seeds: 6, n: 32 },
  tiny: { seeds: 3, n: 16, time: 10, beta: 4 },
  broken: { rate: 0 },
  predict: () => [
    {
      quantity: SOONER,
      expected: { low: 0, high: 0.1 },
      why: 'two clusters at angle φ merge by transport after e^{β(1 − cos φ)}, by reaction the heavier one wins after log(n)-many units of e^{−β}β: at β = 5 a factor of ten or more',
    },
    {
      quantity: ALWAYS,
      expected: { low: 0.9, high: 1 },
      why: 'a start that is one cluster from the beginning has nothing to leave; at n = 16 or more these are rare',
    },
  ],
  async measure(settings, context) {
    const found = await measureCells(
      (own: Settings, index) =>
        energies(own, PARTS[index % PARTS.length], Math.floor(index / PARTS.length) + 1),
      settings,
      settings.seeds * PARTS.length,
      context,
    );
    const times: Record<Part, number[]> = { transport: [], reaction: [], both: [] };
    for (const [index, energy] of found.entries())
      times[PARTS[index % PARTS.length]].push(
        energy.find(([, value]) => value >= REACHED)?.[0] ?? settings.time,
      );
    const curves = PARTS.map((part, k) => curveOf(part, found[k]));
    const ratios = times.both.map((time, i) => time / times.transport[i]);
    const sooner = times.both.map((time, i) => (time < times.transport[i] ? 1 : 0));
    return {
      values: {
        [SOONER]: over(ratios, median),
        [ALWAYS]: over(sooner, (all) => mean(all)),
      },
      columns: [
        { name: 'seed', heading: 'seed', values: ratios.map((_, i) => i + 1) },
        ...PARTS.map((part) => ({ name: part, heading: part, values: times[part] })),
      ],
      figure: {
        title: 'Energy under transport, reaction and both',
        caption: `${settings.n} particles on the circle, β = ${settings.beta}, one start; plateaus are metastable states.`,
        panels: [
          {
            x: { label: 'log₁₀ time' },
            y: { label: 'energy', unit: 'of one cluster', domain: [0, 1] },
            series: curves,
          },
        ],
      },
      notes: [
        `a run that has not got there by time ${settings.time} counts as that: the ratio is then an upper bound`,
      ],
    };
  },
});

function over(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
): Measured {
  return { ...bootstrap(values, statistic), samples: values.length };
}

/** Time and energy as a share of that of one cluster. */
async function energies({ beta, n, time, rate }: Settings, part: Part, seed: number) {
  const { frames } = await simulate({
    dynamics: 'birth_death',
    parameters: { beta, rate, part },
    d: 2,
    n,
    seed,
    time,
    scheme: 'dopri5',
    tolerance: 1e-6,
    saveAt: `log:1e-4:${time}:${FRAMES}`,
    diagnostics: ['energy'],
  });
  const most = expm1(beta) / (2 * beta);
  return frames.map((frame): Point => [frame.time, Number(frame.diagnostics.energy) / most]);
}

const curveOf = (name: string, energy: readonly Point[]): Line => ({
  kind: 'line',
  name,
  points: energy.filter(([time]) => time > 0).map(([time, value]) => [log10(time), value]),
});
