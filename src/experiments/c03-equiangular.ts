/** Orthonormal tokens close up along one exact curve; random ones only nearly (claim C3). */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { closingTime } from './equiangular.ts';
import { exactly, experiment } from './experiment.ts';
import { uniformInSpan } from './starts.ts';

const schema = z.strictObject({
  n: wholeNumber(3, 512).default(32),
  betas: z.array(numberBetween(0.1, 12)).min(2).default([1, 2, 4, 6, 8]),
  seeds: wholeNumber(2, 1000).default(20).describe('Random starts, for the comparison'),
  d: wholeNumber(2, 2048).default(128).describe('Of the random starts'),
  dynamics: z.enum(['sa', 'repulsion']).default('sa'),
});
type Settings = z.output<typeof schema>;

const EXACT = 'largest distance of the cosine to 0.999 at the predicted time';
const SPREAD = 'largest difference of two pairs’ cosines, orthonormal start';
const GROWS = 'mean deviation of random starts from the curve, largest β over smallest';

/** The cosine that counts as closed. */
const CLOSED = 0.999;
const SAMPLES = 9;

export const equiangularExperiment = experiment({
  id: 'c03-equiangular',
  title:
    'From an orthonormal start all pairwise cosines follow one scalar equation exactly; from random starts in high dimension only nearly, and less so the larger β.',
  citation: 'arXiv 2312.10794, section 5',
  schema,
  quick: { seeds: 4 },
  tiny: { n: 8, betas: [1, 6], seeds: 2, d: 48 },
  broken: { dynamics: 'repulsion' },
  predict: () => [
    {
      quantity: EXACT,
      expected: { low: 0, high: 1e-6 },
      why: 'the time is in closed form by exponential integrals; the integrator runs at 1e-10',
    },
    {
      quantity: SPREAD,
      expected: { low: 0, high: 1e-9 },
      why: 'the start and the flow are symmetric under all permutations; round-off is all that breaks it',
    },
    {
      quantity: GROWS,
      expected: { low: 1.2, high: 1e3 },
      why: 'cosines of a random start differ by d^{−1/2}, and attention weighs them by e^{β cosine}',
    },
  ],
  async measure(settings, context) {
    const { betas, seeds } = settings;
    const rows = await measureCells(compare, settings, betas.length, context);
    const [first, last] = [rows[0], rows[rows.length - 1]];
    const grows = (chosen: readonly number[]) =>
      mean(chosen.map((seed) => last.deviations[seed])) /
      mean(chosen.map((seed) => first.deviations[seed]));
    return {
      values: {
        [EXACT]: exactly(Math.max(...rows.map(({ error }) => error))),
        [SPREAD]: exactly(Math.max(...rows.map(({ spread }) => spread))),
        [GROWS]: { ...bootstrap([...first.deviations.keys()], grows), samples: seeds },
      },
      columns: [
        { name: 'beta', heading: 'β', values: betas },
        { name: 'time', heading: 'time to 0.999', values: rows.map(({ time }) => time) },
        { name: 'error', heading: 'error there', values: rows.map(({ error }) => error) },
        {
          name: 'deviation',
          heading: 'random starts',
          values: rows.map((row) => mean(row.deviations)),
        },
      ],
      figure: {
        title: 'Cosines from orthonormal and random starts',
        caption: `n = ${settings.n}; lines: orthonormal start, dots: mean cosine of random starts in d = ${settings.d}.`,
        panels: [
          {
            x: { label: 'time', unit: 'of closing' },
            y: { label: 'cosine', domain: [0, 1] },
            series: rows.flatMap(({ exact, random }, colour) => [
              {
                kind: 'line' as const,
                name: `β = ${betas[colour]}`,
                colour,
                points: exact,
              },
              { kind: 'scatter' as const, colour, points: random },
            ]),
          },
        ],
      },
    };
  },
});

/** One β: the orthonormal start against the closed form, and random starts against it. */
async function compare(settings: Settings, index: number) {
  const { n, d, betas, seeds, dynamics } = settings;
  const time = closingTime(CLOSED, n, betas[index]);
  const times = Array.from({ length: SAMPLES }, (_, k) => (time * k) / (SAMPLES - 1));
  const cosines = async (start: object, tolerance: number) => {
    const { frames } = await simulate({
      dynamics,
      parameters: { beta: betas[index] },
      ...start,
      time,
      saveAt: times,
      scheme: 'dopri5',
      tolerance,
      diagnostics: ['cosine_mean', 'cosine_min'],
    });
    return frames.map(({ diagnostics }) => ({
      mean: Number(diagnostics.cosine_mean),
      least: Number(diagnostics.cosine_min),
    }));
  };
  const exact = await cosines({ start: 'orthonormal', n, d: n }, 1e-10);
  const random: (typeof exact)[] = [];
  for (let seed = 1; seed <= seeds; seed++)
    random.push(await cosines({ init: uniformInSpan(n, d, seed) }, 1e-7));
  const from = (run: typeof exact) => mean(run.map((one, k) => Math.abs(one.mean - exact[k].mean)));
  const shares = times.map((at) => at / time);
  return {
    time,
    error: Math.abs(exact[SAMPLES - 1].mean - CLOSED),
    spread: Math.max(...exact.map((one) => one.mean - one.least)),
    /** Of every random start. */
    deviations: random.map(from),
    exact: shares.map((share, k): Point => [share, exact[k].mean]),
    random: shares.map((share, k): Point => [share, mean(random.map((run) => run[k].mean))]),
  };
}
