/** On the circle at large β clusters live long and then merge: the energy is a staircase (claim C5). Not how many there are. */
import { z } from 'zod';
import { clusterMasses, clustersAt, dendrogram } from '../diagnostics/clusters.ts';
import { clusterPlateau, timePlateau } from '../diagnostics/plateau.ts';
import type { Line, Panel, Point } from '../figures/figure.ts';
import type { SimulationFrame } from '../flow/frames.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { cos, exp, expm1, log, log10, pow, sin } from '../numerics/elementary.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { median } from '../numerics/statistics.ts';
import { squaredNorm } from '../numerics/vectors.ts';
import { measureCells, partOf } from './cells.ts';
import { exactly, experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(8, 1000).default(128),
  betas: z.array(numberBetween(1, 500)).min(2).default([9, 16, 25, 36, 64, 100]).describe('Rising'),
  seeds: wholeNumber(2, 2000).default(100).describe('Uniform starts of every β'),
  time: numberBetween(10, 1e9).default(1e6),
  angle: numberBetween(0.5, 1.5).default(1).describe('Of two clusters, in radians'),
  pairBetas: z
    .array(numberBetween(8, 30))
    .min(3)
    .default([16, 19, 22, 25, 28])
    .describe('At which these two are left to merge'),
  dynamics: z.enum(['sa', 'kuramoto']).default('sa'),
});
type Settings = z.output<typeof schema>;

const LONG = 'end over beginning of the longest plateau (median)';
const STAIRS = 'energy amid that plateau, over that of clusters without width (median)';
const RATE = 'c of the time e^{cβ} in which two clusters merge';

export const staircaseExperiment = experiment({
  id: 'c05-staircase',
  title:
    'On the circle at large β the clusters live long and merge one after the other, two in a time e^{cβ}, so that the energy is a staircase.',
  citation: 'arXiv 2312.10794, section 7; arXiv 2410.06833',
  schema,
  seconds: 30,
  quick: { seeds: 6 },
  tiny: { n: 40, betas: [9, 36, 100], seeds: 8, time: 1e4 },
  broken: { dynamics: 'kuramoto' },
  predict: ({ angle }) => [
    {
      quantity: LONG,
      expected: { low: 10, high: 1e9 },
      why: 'waiting times are exponentials of βφ²/2, so that a plateau lasts a multiple of all the time before it',
    },
    {
      quantity: STAIRS,
      expected: { value: 1, tolerance: 0.03 },
      why: 'a step of the staircase has the height Σ (mass of a cluster)² of the energy of one cluster; what clusters have between them is e^{−β(1 − cos φ)}, small for all that live long',
    },
    {
      quantity: RATE,
      expected: { value: 1 - cos(angle), tolerance: 0.02 },
      why: 'φ̇ = −2 sin φ/(1 + e^{β(1 − cos φ)}) gives e^{β(1 − cos φ)}/(2β sin²φ); the next order, 1/β, moves the fit by less than 0.01',
    },
  ],
  async measure(settings, context) {
    const { betas, seeds, pairBetas } = settings;
    const starts = partOf(context, 0, 0.95);
    const found = await measureCells(staircaseCell, settings, betas.length * seeds, starts);
    const pairs = await measureCells(
      pairCell,
      settings,
      pairBetas.length,
      partOf(context, 0.95, 1),
    );
    const runs = found.map(runOf);
    const byBeta = betas.map((_, k) => runs.slice(k * seeds, (k + 1) * seeds));
    const over = (value: (run: Run) => number) => ({
      ...bootstrap(runs.map(value), median),
      samples: runs.length,
    });
    const merging = pairs.map(([value]) => value);
    const rows = [...new Set([...betas, ...pairBetas])].sort((a, b) => a - b);
    const at = <T>(list: readonly number[], values: readonly T[]) =>
      rows.map((beta) => values[list.indexOf(beta)] ?? null);
    return {
      values: {
        [LONG]: over(({ from, to }) => to / from),
        [STAIRS]: over(({ height }) => height),
        [RATE]: rateOf(settings, merging),
      },
      columns: [
        { name: 'beta', heading: 'β', values: rows },
        {
          name: 'plateau',
          heading: 'end over beginning',
          values: at(
            betas,
            byBeta.map((own) => median(own.map(({ from, to }) => to / from))),
          ),
        },
        {
          name: 'pair_time',
          heading: 'time to merge',
          values: at(pairBetas, merging.map(finite)),
        },
      ],
      figure: {
        title: 'Clusters that live long and then merge',
        caption: `Circle, n = ${settings.n}. Energy: the first start of each β. Merging: two clusters at ${settings.angle} rad.`,
        panels: [
          {
            x: { label: 'log₁₀ time' },
            y: { label: 'energy', unit: 'of one cluster', domain: [0, 1] },
            series: byBeta.map(([{ energies }], k): Line => {
              const times = frameTimes(settings);
              const points = energies.map((energy, i): Point => [log10(times[i]), energy]);
              return { kind: 'line', name: `β = ${betas[k]}`, points };
            }),
          },
          pairPanel(settings, merging),
        ],
      },
      notes: [
        'the longest plateau does not last longer the larger β is: with √β clusters their spacing shrinks, and β(1 − cos φ) stays',
      ],
    };
  },
});

interface Run {
  /** Of the longest plateau: when it begins and ends, and its energy over Σ (mass of a cluster)². */
  readonly from: number;
  readonly to: number;
  readonly height: number;
  /** Of one cluster, at the times of the frames. */
  readonly energies: readonly number[];
}

const runOf = ([from, to, height, ...energies]: readonly number[]): Run => ({
  from,
  to,
  height,
  energies,
});

const FRAMES_A_DECADE = 20;

function frameTimes({ time }: Settings): number[] {
  const count = 1 + Math.ceil(FRAMES_A_DECADE * log10(time));
  return Array.from({ length: count }, (_, k) => Math.min(time, pow(10, k / FRAMES_A_DECADE)));
}

/** Particles this close are one from then on: far below the width of anything that is measured. */
const TOGETHER = 1e-3;

function run(settings: Settings, beta: number, start: object) {
  const { dynamics } = settings;
  return simulate({
    dynamics,
    parameters: dynamics === 'sa' ? { beta } : {},
    d: 2,
    ...start,
    scheme: 'dopri5',
    tolerance: 1e-6,
  });
}

/** One start: the numbers of `Run`, the energies last. Starts come one β after the other. */
export async function staircaseCell(settings: Settings, index: number): Promise<number[]> {
  const { n, betas, seeds, time } = settings;
  const beta = betas[Math.floor(index / seeds)];
  const times = frameTimes(settings);
  const { frames } = await run(settings, beta, {
    n,
    seed: 1 + (index % seeds),
    time,
    saveAt: times,
    merge: TOGETHER,
    diagnostics: ['cluster_count', 'energy'],
  });
  const counts = frames.map(({ diagnostics }) => Number(diagnostics.cluster_count));
  const { from, to } = timePlateau(times, counts);
  const middle = Math.sqrt(from * to);
  const amid = times.findIndex((time) => time >= middle);
  const most = expm1(beta) / (2 * beta);
  const energies = frames.map(({ diagnostics }) => Number(diagnostics.energy) / most);
  return [from, to, energies[amid] / withoutWidth(frames[amid]), ...energies];
}

/** Σ (mass of a cluster)², the energy of clusters that are points and feel nothing of each other. */
function withoutWidth({ positions }: SimulationFrame): number {
  const tree = dendrogram(positions);
  const { from, to } = clusterPlateau(tree);
  const equal = new Float64Array(positions.rows).fill(1 / positions.rows);
  const masses = clusterMasses(clustersAt(tree, Math.sqrt(from * to)), equal);
  return squaredNorm(masses);
}

/** Of each of the two clusters. */
const MEMBERS = 4;
const WIDTH = 0.02;
/** This close, in radians, two clusters count as one: what is left takes a time of order one. */
const MERGED = 0.25;
/** As far as runs go, in time of the flow. */
const LONGEST_TIME = 1e12;

/** The time in which two clusters merge at one of `pairBetas`; ∞ where that is too long. */
export async function pairCell(settings: Settings, index: number): Promise<[number]> {
  const beta = settings.pairBetas[index];
  const init = [0, settings.angle].flatMap((middle) =>
    Array.from({ length: MEMBERS }, (_, i) => {
      const theta = middle + WIDTH * (i / (MEMBERS - 1) - 0.5);
      return [cos(theta), sin(theta)];
    }),
  );
  const stop = { time: LONGEST_TIME, merge: MERGED, stopClusters: 1 };
  const ended = await run(settings, beta, { init, ...stop, diagnostics: [] });
  return [ended.stopped === 'clusters' ? ended.time : Number.POSITIVE_INFINITY];
}

const prefactor = ({ angle }: Settings, beta: number) => 2 * beta * sin(angle) ** 2;

function rateOf(settings: Settings, times: readonly number[]) {
  const logs = times.map((time, k) => log(time * prefactor(settings, settings.pairBetas[k])));
  const { slope, low, high } = fitLine(settings.pairBetas, logs);
  return { ...exactly(slope), low, high };
}

const finite = (time: number) => (Number.isFinite(time) ? time : null);

function pairPanel(settings: Settings, times: readonly number[]): Panel {
  const { pairBetas, angle } = settings;
  const predicted = (beta: number) => exp(beta * (1 - cos(angle))) / prefactor(settings, beta);
  const against = (values: readonly number[]) =>
    pairBetas.map((beta, k): Point => [beta, log10(values[k])]);
  return {
    x: { label: 'β' },
    y: { label: 'log₁₀ time to merge' },
    series: [
      { kind: 'scatter', name: 'measured', points: against(times) },
      {
        kind: 'line',
        name: 'e^{β(1 − cos φ)}/(2β sin²φ)',
        points: against(pairBetas.map(predicted)),
      },
    ],
  };
}
