/** Where V has a simple leading eigenvalue, rescaled tokens go to at most three parallel hyperplanes (claim C7). */
import { z } from 'zod';
import { matrixExponential } from '../dynamics/exponential.ts';
import type { Panel, Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { hypot, log } from '../numerics/elementary.ts';
import { fromRows, type Matrix, matrix, product, row } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { eigenvalues } from '../numerics/spectrum.ts';
import { mean, median } from '../numerics/statistics.ts';
import { measureSeeds } from './cells.ts';
import { experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(4, 1000).default(20),
  beta: numberBetween(0.01, 100).default(1),
  halfWidth: numberBetween(0.01, 100).default(5).describe('Tokens begin in [−a, a]^d'),
  time: numberBetween(1, 20).default(5),
  seeds: wholeNumber(2, 5000).default(200),
  value: z
    .array(z.array(numberBetween(-10, 10)).min(1).max(16))
    .min(1)
    .max(16)
    .default([
      [0.647, 0.819],
      [0.612, 0.633],
    ])
    .describe('V, d rows of d numbers'),
});
type Settings = z.output<typeof schema>;

const FEW = 'share of starts that end on three hyperplanes or fewer';
const RATE = 'rate at which tokens approach their hyperplane (median)';

/** Tokens whose levels differ by less than this share of the half width are on one hyperplane. */
const TOGETHER = 0.02;
const SAMPLES = 41;
/** Distances below this share of the half width are the integrator's. */
const FLOOR = 1e-7;

export const hyperplanesExperiment = experiment({
  id: 'c07-hyperplanes',
  title:
    'Where V has a simple leading eigenvalue λ > 0, rescaled tokens e^{−tV} x_i go to at most three parallel hyperplanes.',
  citation: 'arXiv 2305.05465, section 4',
  schema,
  quick: { seeds: 15 },
  tiny: { seeds: 8 },
  broken: {
    value: [
      [-1, 0],
      [0, -1],
    ],
  },
  predict({ value }) {
    const rate = eigenvalues(fromRows(value))[0].re;
    return [
      {
        quantity: FEW,
        expected: { low: 0.98, high: 1 },
        why: `one hyperplane for those that follow the greatest level, one for the least, one at 0 for who balances; ${TOGETHER} of the half width tells them apart, and a token that has left 0 late may be on its way still, in a few starts of a thousand`,
      },
      {
        quantity: RATE,
        expected: { value: rate, tolerance: 0.15 * Math.abs(rate) },
        why: 'followers of one leader keep their distance to it in x, which in z falls like e^{−λt}, λ the leading eigenvalue of V; the fit is over the second half of the time, in which leaders may still change',
      },
    ];
  },
  async measure(settings, context) {
    const runs = await measureSeeds(follow, settings, context);
    const samples = settings.seeds;
    const counts = runs.map(({ groups }) => groups.length);
    const begun = runs.map(({ levels }) => groupsOf(levels[0], settings.halfWidth).length);
    const few = counts.map((count) => (count <= 3 ? 1 : 0));
    const rates = runs.map(({ rate }) => rate);
    const having = (count: number) => counts.filter((one) => one === count).length;
    return {
      values: {
        [FEW]: { ...bootstrap(few, mean), samples },
        [RATE]: { ...bootstrap(rates, median), samples },
      },
      columns: [
        { name: 'seed', heading: 'seed', values: runs.map((_, i) => i + 1) },
        { name: 'begun', heading: 'levels at the start', values: begun },
        { name: 'hyperplanes', heading: 'hyperplanes at the end', values: counts },
        { name: 'rate', heading: 'rate', values: rates },
      ],
      figure: {
        title: 'Rescaled tokens go to parallel hyperplanes',
        caption: `${settings.n} tokens, start 1; the level is ⟨ψ, z⟩ with ψ the leading left eigenvector of V.`,
        panels: [levelPanel(runs[0]), ...mapPanel(runs[0])],
      },
      notes: [
        `of ${samples} starts ${[1, 2, 3].map((count) => `${having(count)} end on ${count}`).join(', ')} and ${counts.filter((count) => count > 3).length} on more`,
      ],
    };
  },
});

interface Run {
  readonly times: readonly number[];
  /** z at every frame, [n, d] */
  readonly tokens: readonly Matrix[];
  /** ⟨ψ, z_i⟩ at every frame. */
  readonly levels: readonly (readonly number[])[];
  /** Tokens on one hyperplane at the end. */
  readonly groups: readonly (readonly number[])[];
  readonly normal: Float64Array;
  readonly rate: number;
}

async function follow(settings: Settings, seed: number): Promise<Run> {
  const { n, beta, halfWidth, time, value } = settings;
  const { frames } = await simulate({
    dynamics: 'no_projection',
    parameters: { beta, value },
    n,
    d: value.length,
    seed,
    time,
    start: 'box',
    startParameters: { half_width: halfWidth },
    diagnostics: [],
    scheme: 'dopri5',
    tolerance: 1e-5,
    saveAt: `linear:0:${time}:${SAMPLES}`,
  });
  const times = frames.map((frame) => frame.time);
  const tokens = frames.map(({ view, positions }) => view ?? positions);
  const normal = leftEigenvector(fromRows(value));
  const column = matrix(value.length, 1, normal);
  const levels = tokens.map((points) => Array.from(product(points, column).data));
  const groups = groupsOf(levels[levels.length - 1], halfWidth);
  const rate = rateOf(
    times,
    levels.map((level) => largestWidth(level, groups) / halfWidth),
  );
  return { times, tokens, levels, groups, normal, rate };
}

/** Unit ψ with ψᵀV = λψᵀ, λ of the largest real part: the rows of e^{τV} tend to multiples of it. */
function leftEigenvector(value: Matrix): Float64Array {
  const size = Math.max(...value.data.map(Math.abs));
  const limit = matrixExponential(value, 100 / size);
  const rows = Array.from({ length: value.rows }, (_, i) => row(limit, i));
  const longest = rows.reduce((best, one) => (length(one) > length(best) ? one : best));
  return longest.map((entry) => entry / length(longest));
}

const length = (vector: Float64Array) => hypot(vector);

/** Single linkage on a line. */
function groupsOf(levels: readonly number[], halfWidth: number): number[][] {
  const order = levels.map((_, i) => i).sort((i, j) => levels[i] - levels[j]);
  const groups: number[][] = [];
  for (const [k, i] of order.entries()) {
    const near = k > 0 && levels[i] - levels[order[k - 1]] < TOGETHER * halfWidth;
    if (near) groups[groups.length - 1].push(i);
    else groups.push([i]);
  }
  return groups;
}

/** The widest of the groups. */
function largestWidth(levels: readonly number[], groups: Run['groups']): number {
  const widths = groups.map((members) => {
    const own = members.map((i) => levels[i]);
    return Math.max(...own) - Math.min(...own);
  });
  return Math.max(...widths);
}

/** Over the second half of the time; 0 where nothing is to be fitted. */
function rateOf(times: readonly number[], widths: readonly number[]): number {
  const half = times[times.length - 1] / 2;
  const kept = times.flatMap((t, k) => (t >= half && widths[k] > FLOOR ? [k] : []));
  if (kept.length < 3) return 0;
  return -fitLine(
    kept.map((k) => times[k]),
    kept.map((k) => log(widths[k])),
  ).slope;
}

const colourIn = (groups: Run['groups'], i: number) =>
  groups.findIndex((members) => members.includes(i));

function levelPanel({ times, levels, groups }: Run): Panel {
  return {
    title: 'Levels of the tokens',
    x: { label: 'time' },
    y: { label: 'level ⟨ψ, z⟩' },
    series: levels[0].map((_, i) => ({
      kind: 'line',
      colour: colourIn(groups, i),
      points: times.map((t, k): Point => [t, levels[k][i]]),
    })),
  };
}

/** The paths of the tokens with the hyperplanes, which are lines here; nothing where d is not 2. */
function mapPanel({ tokens, groups, levels, normal }: Run): Panel[] {
  if (normal.length !== 2) return [];
  const [x, y] = normal;
  const at = (k: number, i: number): Point => [tokens[k].data[2 * i], tokens[k].data[2 * i + 1]];
  const all = tokens.flatMap((_, k) => levels[0].map((_, i) => at(k, i)));
  const along = all.map(([a, b]) => b * x - a * y);
  const ends = [Math.min(...along), Math.max(...along)];
  const last = levels[levels.length - 1];
  const paths = levels[0].map((_, i) => ({
    kind: 'path' as const,
    colour: colourIn(groups, i),
    points: tokens.map((_, k) => at(k, i)),
  }));
  const lines = groups.map((members, colour) => {
    const level = mean(members.map((i) => last[i]));
    const points = ends.map((s): Point => [level * x - s * y, level * y + s * x]);
    return { kind: 'line' as const, name: `hyperplane ${colour + 1}`, colour, points };
  });
  return [
    {
      title: 'Rescaled tokens',
      x: { label: 'z₁' },
      y: { label: 'z₂' },
      equalUnits: true,
      series: [...lines, ...paths],
    },
  ];
}
