/** The inverse problems over the flow's snapshots: what is recovered, and whether the errors told with it are true. */
import { z } from 'zod';
import type { Panel, Point } from '../figures/figure.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { type MatrixEstimation, matrixEstimation } from '../reduction/inverse/matrices.ts';
import { type ParameterEstimation, parameterEstimation } from '../reduction/inverse/parameters.ts';
import { stateEstimation } from '../reduction/inverse/state.ts';
import { stateFigure } from '../reduction/inverse/state-report.ts';
import { measureCells, partOf } from './cells.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  training: wholeNumber(4, 1000).default(40),
  test: wholeNumber(2, 1000).default(20),
  levels: wholeNumber(8, 400).default(50).describe('Quantiles of each snapshot'),
  noise: numberBetween(1e-4, 0.1).default(1e-2).describe('Of averages'),
  datasets: wholeNumber(10, 1000).default(200).describe('Noisy snapshots of one β and horizon'),
  flows: wholeNumber(2, 200)
    .default(40)
    .describe('Noisy flows of 8 tokens, each with matrices of its own'),
  told: numberBetween(0.01, 1)
    .default(1)
    .describe('Of the errors that are told with the answers so much is held against the truth'),
});

const EXACT = 'W₂ of measures recovered from 8 exact averages over that of the model';
const STATE = 'W₂ of measures recovered from 8 noisy averages over what was told (rms)';
const PARAMETERS = 'share of 95 % intervals that hold β and the horizon (the smaller)';
const MATRICES = 'share of 95 % intervals that hold an entry of βQᵀK or TV';

/** Three deviations of the share among so many. */
const allowed = (count: number) => 3 * Math.sqrt((0.95 * 0.05) / count) + 0.005;
const COUNTS = [1, 2, 4, 8, 16];

export const inverseExperiment = experiment({
  id: 'inverse-problems',
  title:
    'From a few averages the flow’s measures are recovered, from one snapshot β and the horizon, and from positions βQᵀK and TV, with errors as large as is told with them.',
  citation: 'arXiv 1909.06626; Seber & Wild, Nonlinear Regression (1989)',
  schema,
  seconds: 100,
  quick: { datasets: 60, flows: 8 },
  tiny: { training: 15, test: 8, levels: 16, datasets: 20, flows: 2 },
  broken: { told: 0.2 },
  predict: ({ datasets, flows }) => [
    {
      quantity: EXACT,
      expected: { low: 0, high: 2 },
      why: 'four tangent coordinates are seen by eight bumps; the part of the measure outside the model is seen too and drawn into it, at about its own size',
    },
    {
      quantity: STATE,
      expected: { low: 0.5, high: 1.5 },
      why: 'the posterior deviation is the error where measures are as scattered as the prior, which uniform draws of β and t are to a factor',
    },
    {
      quantity: PARAMETERS,
      expected: { value: 0.95, tolerance: allowed(datasets) },
      why: 'at this noise the flow is linear in β and t over the interval; the tolerance is three deviations of the share',
    },
    {
      quantity: MATRICES,
      expected: { value: 0.95, tolerance: allowed(2 * flows) },
      why: 'the same of eight entries at once, whose errors in one flow are correlated: counted as two',
    },
  ],
  async measure(settings, context) {
    const { training, test, levels, noise, datasets, flows, told } = settings;
    const { signal } = context;
    const total = 1 + datasets + 10 * flows;
    const parts = [0, 1, 1 + datasets, total].map((done) => done / total);
    const [state] = await measureCells(
      () =>
        stateEstimation(
          { training, test, levels, observations: COUNTS, noise: [0, noise] },
          { signal },
        ),
      settings,
      1,
      partOf(context, parts[0], parts[1]),
    );
    const once = { levels, tolerance: 1e-9, repetitions: 1 };
    const snapshots = await measureCells(
      (_, index) => parameterEstimation({ ...once, seed: index + 1 }, { signal }),
      settings,
      datasets,
      partOf(context, parts[1], parts[2]),
    );
    const small = { n: 8, snapshots: 2, tolerance: 1e-9 };
    const matrices = await measureCells(
      (_, index) => matrixEstimation({ ...small, seed: index + 1 }, { signal }),
      settings,
      flows,
      partOf(context, parts[2], parts[3]),
    );
    const eight = COUNTS.indexOf(8);
    const [exact, noisy] = state.errors;
    const off = entryErrors(matrices);
    const held = (errors: readonly number[]) =>
      mean(errors.map((e) => (Math.abs(e) < told ? 1 : 0)));
    const byParameter = [0, 1].map((i) => parameterErrors(snapshots, i));
    return {
      values: {
        [EXACT]: exactly(exact.mean[eight] / state.modelError),
        [STATE]: exactly(noisy.rms[eight] / (told * noisy.expected[eight])),
        [PARAMETERS]: { ...exactly(Math.min(...byParameter.map(held))), samples: datasets },
        [MATRICES]: { ...exactly(held(off)), samples: flows },
      },
      columns: [
        { name: 'observations', heading: 'm', values: COUNTS },
        { name: 'open', heading: 'open', values: exact.nullity },
        { name: 'exact', heading: 'W₂, exact', values: exact.rms },
        { name: 'noisy', heading: `σ = ${noise}`, values: noisy.rms },
        { name: 'told', heading: 'told', values: noisy.expected },
      ],
      figure: {
        title: 'Inverse problems over the flow’s snapshots',
        caption: `Top: W₂ of ${test} recovered measures. Middle: β and horizon from ${datasets} noisy snapshots. Bottom: errors of the entries of βQᵀK and TV in units of their intervals, ${flows} flows.`,
        panels: [...stateFigure(state).panels, snapshotPanel(snapshots), entryPanel(matrices, off)],
      },
    };
  },
});

/** Of parameter i by data set, in half widths of the interval. */
const parameterErrors = (all: readonly ParameterEstimation[], i: number): number[] =>
  all.map(({ estimate: { values, low, high }, truth }) =>
    inUnits(values[i] - truth[i], low[i], high[i]),
  );

/** Of every entry of every flow. */
const entryErrors = (all: readonly MatrixEstimation[]): number[] =>
  all.flatMap(({ intervals, truth }) =>
    intervals.map(({ value, low, high }, i) => inUnits(value - truth[i], low, high)),
  );

/** Without bounds nothing is told, and nothing held. */
const inUnits = (error: number, low: number | null, high: number | null): number =>
  low === null || high === null ? Number.POSITIVE_INFINITY : (2 * error) / (high - low);

/** The estimates around a cross at the truth. */
function snapshotPanel(all: readonly ParameterEstimation[]): Panel {
  const points = all.map(({ estimate: { values } }): Point => [values[0], values[1]]);
  const [beta, horizon] = all[0].truth;
  const ends = (axis: 0 | 1) =>
    [Math.min, Math.max].map((end) => end(...points.map((point) => point[axis])));
  const line = (name: string | undefined, ...points: Point[]) => ({
    kind: 'line' as const,
    name,
    colour: 1,
    points,
  });
  const [[left, right], [low, high]] = [ends(0), ends(1)];
  return {
    x: { label: 'β' },
    y: { label: 'horizon' },
    series: [
      { kind: 'scatter', name: 'estimates', colour: 0, points },
      line('truth', [left, horizon], [right, horizon]),
      line(undefined, [beta, low], [beta, high]),
    ],
  };
}

function entryPanel(all: readonly MatrixEstimation[], errors: readonly number[]): Panel {
  const { names } = all[0];
  const ends: [number, number] = [-0.5, names.length - 0.5];
  const bound = (y: number, name?: string) => ({
    kind: 'line' as const,
    name,
    colour: 1,
    points: ends.map((x): Point => [x, y]),
  });
  return {
    x: { label: 'entry', ticks: names.map((label, value) => ({ value, label })) },
    y: { label: 'error / half the interval' },
    series: [
      {
        kind: 'scatter',
        name: 'flows',
        colour: 0,
        points: errors.map((error, at): Point => [at % names.length, error]),
      },
      bound(1, '95 % interval'),
      bound(-1),
    ],
  };
}
