/** On the line the attention matrix tends to a Boolean one of rank 1 or 2: its columns are leaders (claim C10). */
import { z } from 'zod';
import { noProjection } from '../dynamics/no-projection.ts';
import type { Panel } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { equalMasses } from '../geometry/catalogue.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { log } from '../numerics/elementary.ts';
import { type Matrix, row, toRows } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { mean, median } from '../numerics/statistics.ts';
import { sumOf } from '../numerics/vectors.ts';
import { measureSeeds } from './cells.ts';
import { exactly, experiment } from './experiment.ts';
import { attentionField } from './fields.ts';

const schema = z.strictObject({
  n: wholeNumber(3, 400).default(40),
  beta: numberBetween(0.01, 100).default(1).describe('The product of Q and K, numbers here'),
  halfWidth: numberBetween(0.01, 100).default(1).describe('Tokens begin in [−a, a]'),
  time: numberBetween(1, 14).default(12),
  seeds: wholeNumber(2, 5000).default(200),
  value: numberBetween(-4, 4).default(1).describe('V, a number here'),
});
type Settings = z.output<typeof schema>;

const BOOLEAN = 'share of starts whose rows all become Boolean, up to one';
const OUTER = 'share of starts that are led by the least or greatest token only';
const LEADERS = 'most leaders of any start';
const RATE = 'rate of ln(−ln(distance to Boolean)) at the end (median)';

/** A row whose largest entry is this close to 1 is Boolean. */
const CLOSE = 1e-3;
/** A token that gets as much of any row leads. */
const LEADS = 0.5;
/** Between Boolean and what Float64 can tell from 0. */
const FALLING = [1e-300, 1e-2] as const;
const SAMPLES = 49;
/** Matrices in the figure: of these shares of the time. */
const SHOWN = [0, 0.25, 1];

export const leadersExperiment = experiment({
  id: 'c10-leaders',
  title:
    'On the line, with V > 0 and QK > 0, the attention matrix tends to a Boolean matrix of rank 1 or 2 whose columns are the leaders: the outermost tokens.',
  citation: 'arXiv 2305.05465, theorem 2.1',
  schema,
  quick: { n: 20, seeds: 10 },
  tiny: { n: 12, seeds: 8 },
  broken: { value: -1 },
  predict: ({ value }) => [
    {
      quantity: BOOLEAN,
      expected: { low: 0.98, high: 1 },
      why: 'scores grow like e^{Vt}; only a token that balances between both ends, at most one, has a row that is not Boolean. A tie of two outermost tokens takes longer than the run in a few starts of a thousand',
    },
    {
      quantity: OUTER,
      expected: { low: 0.98, high: 1 },
      why: 'tokens on the line keep their order, and x_i x_j is largest for the greatest x_j where x_i > 0, for the least where x_i < 0',
    },
    {
      quantity: LEADERS,
      expected: { low: 1, high: 2 },
      why: 'a positive token follows the greatest one, a negative one the least: there is no third, and the rank is their number',
    },
    {
      quantity: RATE,
      expected: { value, tolerance: 0.1 * Math.abs(value) },
      why: 'followers of one leader keep their distance g to it while x ~ e^{Vt}: what a row gives to others is e^{−βgx}, doubly exponential. The fit is over the last decades, where x is that power already to some percent',
    },
  ],
  async measure(settings, context) {
    const runs = await measureSeeds(follow, settings, context);
    const samples = settings.seeds;
    const over = (value: (run: Run) => number, statistic = mean) => ({
      ...bootstrap(runs.map(value), statistic),
      samples,
    });
    const leaders = runs.map((run) => run.leaders.length);
    return {
      values: {
        [BOOLEAN]: over(({ undecided }) => (undecided <= 1 ? 1 : 0)),
        [OUTER]: over((run) => (ledFromOutside(run, settings) ? 1 : 0)),
        [LEADERS]: { ...exactly(Math.max(...leaders)), samples },
        [RATE]: over(({ rate }) => rate, median),
      },
      columns: [
        { name: 'seed', heading: 'seed', values: runs.map((_, i) => i + 1) },
        { name: 'leaders', heading: 'leaders', values: leaders },
        { name: 'undecided', heading: 'rows not Boolean', values: runs.map((r) => r.undecided) },
        { name: 'rate', heading: 'rate', values: runs.map(({ rate }) => rate) },
      ],
      figure: {
        title: 'Attention on the line',
        caption: `${settings.n} tokens in order, start 1: row i is how much token i listens to each.`,
        panels: SHOWN.map((share) => heat(runs[0], share, settings.time)),
      },
      notes: [
        `of ${samples} starts ${leaders.filter((count) => count === 1).length} end with one leader, ${leaders.filter((count) => count === 2).length} with two`,
      ],
    };
  },
});

interface Run {
  /** A at every frame [n, n], tokens in the order of the start. */
  readonly couplings: readonly Matrix[];
  /** Rows that are not Boolean at the end. */
  readonly undecided: number;
  /** Columns that lead at the end. */
  readonly leaders: readonly number[];
  readonly rate: number;
}

async function follow({ n, beta, halfWidth, time, value }: Settings, seed: number): Promise<Run> {
  const parameters = { beta, value };
  const { frames } = await simulate({
    dynamics: 'no_projection',
    parameters,
    n,
    d: 1,
    seed,
    time,
    start: 'box',
    startParameters: { half_width: halfWidth },
    diagnostics: [],
    scheme: 'dopri5',
    tolerance: 1e-6,
    saveAt: `linear:0:${time}:${SAMPLES}`,
  });
  const couplingOf = couplings({ beta, value }, n);
  const [{ positions: begun }] = frames;
  const order = Array.from(begun.data.keys()).sort((i, j) => begun.data[i] - begun.data[j]);
  const all = frames.map(({ positions }) =>
    couplingOf(Float64Array.from(order, (i) => positions.data[i])),
  );
  const end = all[all.length - 1];
  return {
    couplings: all,
    undecided: gapsOf(end).filter((gap) => gap > CLOSE).length,
    leaders: leadersOf(end),
    rate: rateOf(all.map((one, k) => [frames[k].time, Math.max(...gapsOf(one))])),
  };
}

/** The attention matrix of points. */
function couplings(given: { beta: number; value: number }, n: number) {
  const field = attentionField(noProjection, given, n, 1);
  return (positions: Float64Array) => {
    const [only] = field.couplings?.(positions, equalMasses(n)) ?? [];
    return only;
  };
}

/** Of each row, what all but its first token get: exact also where that is 1e-300. */
const gapsOf = (coupling: Matrix) =>
  Array.from({ length: coupling.rows }, (_, i) => {
    const shares = row(coupling, i).slice().sort();
    return sumOf(shares.subarray(0, -1));
  });

function leadersOf(coupling: Matrix): number[] {
  const rows = Array.from({ length: coupling.rows }, (_, i) => row(coupling, i));
  const columns = Array.from({ length: coupling.columns }, (_, j) => j);
  return columns.filter((j) => rows.some((shares) => shares[j] >= LEADS));
}

const ledFromOutside = ({ leaders }: Run, { n }: Settings) =>
  leaders.length > 0 && leaders.every((leader) => leader === 0 || leader === n - 1);

/** Of the last frames in which the distance to a Boolean matrix falls; 0 where it does not. */
function rateOf(distances: readonly (readonly [number, number])[]): number {
  const [least, most] = FALLING;
  const falling = distances.filter(([, gap]) => gap > least && gap < most).slice(-8);
  if (falling.length < 3) return 0;
  return fitLine(
    falling.map(([t]) => t),
    falling.map(([, gap]) => log(-log(gap))),
  ).slope;
}

function heat({ couplings: all }: Run, share: number, time: number): Panel {
  const coupling = all[Math.round(share * (SAMPLES - 1))];
  return {
    title: `t = ${Number((share * time).toPrecision(3))}`,
    x: { label: 'heard, from the least to the greatest' },
    y: { label: 'listener' },
    series: [{ kind: 'heat', name: 'attention', values: toRows(coupling), range: [0, 1] }],
  };
}
