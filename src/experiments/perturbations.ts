/** What a trained flow map says about its output: does the answer notice what moves the particles? */
import { z } from 'zod';
import type { Point } from '../figures/figure.ts';
import { asFlow } from '../language/model.ts';
import { KINDS } from '../limits/perturbations/cloud.ts';
import {
  type PerturbationLimit,
  perturbationLimit,
} from '../limits/perturbations/perturbations.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { wholeNumber } from '../numerics/options.ts';
import { median, rankCorrelation } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { experiment } from './experiment.ts';
import { TEXTS } from './texts.ts';

const schema = z.strictObject({
  model: z.string().optional().describe('Name of an installed model; the default one if absent'),
  texts: wholeNumber(2, TEXTS.length).default(TEXTS.length),
  draws: wholeNumber(1, 100).default(5),
  shuffled: z.boolean().default(false).describe('Gives every perturbation another one’s answer'),
});

const CORRELATION =
  'rank correlation of W₂ at the end with the change of the answer (median of texts)';
const GROWTH = 'growth of W₂ under noise (median of texts)';
const FASTEST =
  'growth of the fastest small perturbation over that of small noise (median of texts)';

export const perturbationExperiment = experiment({
  id: 'perturbations',
  title:
    'The farther a perturbed text ends from the text in W₂, the more its answer changes: the flow map of a trained model tells which perturbations survive.',
  citation: 'arXiv 2312.10794, section 2; Dobrushin’s estimate of C19',
  schema,
  seconds: 50,
  quick: { texts: 6, draws: 2 },
  tiny: { texts: 3, draws: 2, model: 'lieblingstier' },
  broken: { shuffled: true },
  predict: () => [
    {
      quantity: CORRELATION,
      expected: { low: 0.4, high: 1 },
      why: 'the answer is read off one end position by a Lipschitz map; the other tokens’ ends add noise to the relation',
    },
    {
      quantity: GROWTH,
      expected: { low: 0.2, high: 20 },
      why: 'over the horizon a map that collapsed would give 0 and a chaotic one e^{ΛT}, Λ of several per unit; trained to tell texts apart it does neither',
    },
    {
      quantity: FASTEST,
      expected: { low: 2, high: 40 },
      why: 'noise grows by the root mean square of n (d − 1) singular values, most of them of directions that no head reads; a map that scales gives 1, one of rank 1 the root of about 1000, which is the most',
    },
  ],
  async measure(settings, context) {
    const { texts, draws, model: name, shuffled } = settings;
    const { signal, readModel } = context;
    if (!readModel) throw new RangeError('this experiment needs a trained model: pass readModel');
    const model = asFlow(readModel(name), 'this experiment');
    const options = { draws, fastest: true };
    const rows = await measureCells(
      async (_, index) =>
        rowOf(await perturbationLimit(model, TEXTS[index], options, { signal }), shuffled),
      settings,
      texts,
      context,
    );
    const over = (value: (row: Row) => number) => ({
      ...bootstrap(rows.map(value), median),
      samples: rows.length,
    });
    return {
      values: {
        [CORRELATION]: over(({ correlation }) => correlation),
        [GROWTH]: over(({ growth }) => growth),
        [FASTEST]: over(({ fastest, small }) => fastest / small),
      },
      columns: [
        { name: 'text', heading: 'text', values: rows.map(({ text }) => text) },
        { name: 'answer', heading: 'first token', values: rows.map(({ answer }) => answer) },
        { name: 'correlation', heading: 'correlation', values: rows.map((row) => row.correlation) },
        { name: 'growth', heading: 'growth', values: rows.map(({ growth }) => growth) },
        { name: 'lipschitz', heading: 'largest growth', values: rows.map((row) => row.lipschitz) },
        { name: 'small', heading: 'of small noise', values: rows.map(({ small }) => small) },
        { name: 'fastest', heading: 'fastest', values: rows.map(({ fastest }) => fastest) },
      ],
      figure: {
        title: 'Perturbed texts: how far they end, and what the answer notices',
        caption: `${texts} texts, model ${model.name}: every dot is a perturbation.`,
        panels: [
          {
            x: { label: 'W₂ at the end' },
            y: { label: 'total variation of the answer', domain: [0, 1] },
            series: KINDS.map((name) => ({
              kind: 'scatter' as const,
              name,
              points: rows.flatMap(({ kinds, points }) =>
                points.filter((_, i) => kinds[i] === name),
              ),
            })),
          },
        ],
      },
    };
  },
});

interface Row extends Pick<PerturbationLimit, 'text' | 'answer' | 'lipschitz'> {
  readonly correlation: number;
  /** Under noise. */
  readonly growth: number;
  /** Of small noise and of the fastest small perturbation: root mean square and largest of all σ. */
  readonly small: number;
  readonly fastest: number;
  /** Of every perturbation: what was done; W₂ at the end and the change of the answer. */
  readonly kinds: readonly string[];
  readonly points: readonly Point[];
}

function rowOf(
  { perturbations, text, answer, lipschitz, stretching }: PerturbationLimit,
  shuffled: boolean,
): Row {
  const ends = perturbations.map(({ distances }) => distances[distances.length - 1]);
  const changes = perturbations.map(({ answerChange }) => answerChange);
  // Half a turn through the list: other kinds, other places.
  const moved = changes.map((_, i) => changes[(i + (changes.length >> 1)) % changes.length]);
  const noise = perturbations.filter(({ kind }) => kind === 'noise');
  return {
    text,
    answer,
    lipschitz,
    correlation: rankCorrelation(ends, shuffled ? moved : changes),
    growth: median(noise.map(({ ratio }) => ratio)),
    small: stretching?.mean ?? Number.NaN,
    fastest: stretching?.largest ?? Number.NaN,
    kinds: perturbations.map(({ kind }) => kind),
    points: ends.map((end, i): Point => [end, changes[i]]),
  };
}
