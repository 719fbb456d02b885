/** With V = λI on a subspace F and less on its complement G, rescaled tokens go to (polytope's boundary or 0) × G (claim C8). */
import { z } from 'zod';
import type { Panel, Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { hull, outlineDistance } from '../geometry/plane.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { hypot, log } from '../numerics/elementary.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { numberBetween, wholeNumber } from '../numerics/options.ts';
import { fitLine } from '../numerics/regression.ts';
import { mean, median } from '../numerics/statistics.ts';
import { measureCells } from './cells.ts';
import { experiment } from './experiment.ts';

const schema = z.strictObject({
  n: wholeNumber(4, 1000).default(20),
  beta: numberBetween(0.01, 100).default(1),
  halfWidth: numberBetween(0.01, 100).default(5).describe('Tokens begin in [−a, a]^d'),
  time: numberBetween(1, 20).default(5),
  dimensions: z
    .array(wholeNumber(1, 2))
    .min(1)
    .default([1, 2])
    .describe('Of F; G is a line: diag(1, −½) and diag(1, 1, −½)'),
  seeds: wholeNumber(2, 5000).default(200).describe('Starts of each'),
  leading: numberBetween(-4, 4).default(1).describe('V on F'),
  trailing: numberBetween(-4, 4).default(-0.5).describe('V on G, less than on F'),
});
type Settings = z.output<typeof schema>;

const NEAR = 'share of starts whose tokens all come to the boundary of the polytope, or to 0, in F';
const RATE = 'rate at which they approach it (median)';
const SPREAD = 'rate at which tokens spread along G (median)';

/** Of the half width: e^{−T} leaves 0.007 of a distance at T = 5. */
const THERE = 0.02;
/** Distances below this share of the half width are rounding. */
const FLOOR = 1e-9;
const SAMPLES = 41;

export const subspaceExperiment = experiment({
  id: 'c08-subspace',
  title:
    'Where V is a positive multiple of the identity on F and smaller on G, rescaled tokens go to the boundary of a convex polytope of F, or to 0, and anywhere along G.',
  citation: 'arXiv 2305.05465, section 5',
  schema,
  quick: { seeds: 8 },
  tiny: { seeds: 8, n: 12 },
  broken: { leading: -1 },
  predict: ({ leading, trailing }) => [
    {
      quantity: NEAR,
      expected: { low: 0.97, high: 1 },
      why: `within ${THERE} of the half width, three times what e^{−λT} leaves; a token that balances between vertices leaves late, in a few starts of a hundred`,
    },
    {
      quantity: RATE,
      expected: { value: leading, tolerance: 0.15 * Math.abs(leading) },
      why: 'a follower of a vertex keeps its distance to it in x, which in z falls like e^{−λt}, λ = V on F; the fit is over the second half of the time, in which leaders may still change',
    },
    {
      quantity: SPREAD,
      expected: { value: -trailing, tolerance: 0.15 * Math.abs(trailing) },
      why: 'along G too distances of followers stay in x, and rescaling multiplies them by e^{−μt}, μ = V on G: there is no limit along G',
    },
  ],
  async measure(settings, context) {
    const { dimensions, seeds } = settings;
    const runs = await measureCells(follow, settings, dimensions.length * seeds, context);
    const samples = runs.length;
    const ends = runs.map(({ farthest }) => farthest[farthest.length - 1]);
    const there = ends.map((end) => (end <= THERE ? 1 : 0));
    const over = (value: (run: Run) => number) => ({
      ...bootstrap(runs.map(value), median),
      samples,
    });
    return {
      values: {
        [NEAR]: { ...bootstrap(there, mean), samples },
        [RATE]: over(({ rate }) => rate),
        [SPREAD]: over(({ spread }) => spread),
      },
      columns: [
        { name: 'dimension', heading: 'dimension of F', values: runs.map((r) => r.dimension) },
        { name: 'seed', heading: 'seed', values: runs.map((_, i) => 1 + (i % seeds)) },
        {
          name: 'begun',
          heading: 'farthest at the start / a',
          values: runs.map(({ farthest }) => farthest[0]),
        },
        { name: 'farthest', heading: 'farthest at the end / a', values: ends },
        { name: 'vertices', heading: 'corners', values: runs.map(({ corners }) => corners.length) },
        { name: 'rate', heading: 'rate', values: runs.map(({ rate }) => rate) },
        { name: 'spread', heading: 'rate along G', values: runs.map(({ spread }) => spread) },
      ],
      figure: {
        title: 'Rescaled tokens over a polytope',
        caption: `${settings.n} tokens, start 1; the last coordinate is that of G.`,
        panels: dimensions.map((_, k) => map(runs[k * seeds])),
      },
      notes: [
        `farthest at the end, median: ${dimensions.map((dimension) => `${farthestOf(runs, dimension).toPrecision(2)} of the half width with F of dimension ${dimension}`).join(', ')}`,
      ],
    };
  },
});

interface Run {
  readonly dimension: number;
  /** z at every frame, [n, dimension + 1] */
  readonly tokens: readonly Matrix[];
  /** Of the polytope in F at the end. */
  readonly corners: readonly Point[];
  /** The token farthest from boundary and 0, over the half width, at every frame. */
  readonly farthest: readonly number[];
  readonly rate: number;
  readonly spread: number;
}

/** One start, of those of a dimension after another. */
async function follow(settings: Settings, index: number): Promise<Run> {
  const { n, beta, halfWidth, time, seeds, leading, trailing } = settings;
  const dimension = settings.dimensions[Math.floor(index / seeds)];
  const seed = 1 + (index % seeds);
  const value = { diagonal: [...new Array<number>(dimension).fill(leading), trailing] };
  const { frames } = await simulate({
    dynamics: 'no_projection',
    parameters: { beta, value },
    n,
    d: dimension + 1,
    seed,
    time,
    start: 'box',
    startParameters: { half_width: halfWidth },
    diagnostics: [],
    scheme: 'dopri5',
    tolerance: 1e-6,
    saveAt: `linear:0:${time}:${SAMPLES}`,
  });
  const times = frames.map((frame) => frame.time);
  const tokens = frames.map(({ view, positions }) => view ?? positions);
  const shadows = tokens.map((points) => inF(points, dimension));
  const farthest = shadows.map((points) => largestDistance(points, dimension) / halfWidth);
  const widths = tokens.map((points) => widthAlongG(points) / halfWidth);
  const corners = cornersOf(shadows[shadows.length - 1], dimension);
  const [rate, spread] = [-slopeOf(times, farthest), slopeOf(times, widths)];
  return { dimension, tokens, corners, farthest, rate, spread };
}

/** The part of each token in F; on the line that a one-dimensional F is, y = 0. */
const inF = (points: Matrix, dimension: number) =>
  Array.from({ length: points.rows }, (_, i): Point => {
    const [x, y] = row(points, i);
    return [x, dimension === 1 ? 0 : y];
  });

function cornersOf(points: readonly Point[], dimension: number): Point[] {
  if (dimension === 2) return hull([...points]);
  const xs = points.map(([x]) => x);
  return [
    [Math.min(...xs), 0],
    [Math.max(...xs), 0],
  ];
}

/** To the boundary of their hull in F or to 0, whichever is nearer. */
function largestDistance(points: readonly Point[], dimension: number): number {
  const corners = cornersOf(points, dimension);
  const toBoundary = (point: Point) =>
    dimension === 2
      ? outlineDistance(point, corners)
      : Math.min(...corners.map(([x]) => Math.abs(point[0] - x)));
  return Math.max(...points.map((point) => Math.min(toBoundary(point), hypot(point))));
}

function widthAlongG({ rows, columns, data }: Matrix): number {
  const last = Array.from({ length: rows }, (_, i) => data[(i + 1) * columns - 1]);
  return Math.max(...last) - Math.min(...last);
}

/** Of ln(value) over the second half of the time; 0 where nothing is to be fitted. */
function slopeOf(times: readonly number[], values: readonly number[]): number {
  const half = times[times.length - 1] / 2;
  const kept = times.flatMap((t, k) => (t >= half && values[k] > FLOOR ? [k] : []));
  if (kept.length < 3) return 0;
  return fitLine(
    kept.map((k) => times[k]),
    kept.map((k) => log(values[k])),
  ).slope;
}

const farthestOf = (runs: readonly Run[], dimension: number) =>
  median(
    runs.filter((run) => run.dimension === dimension).map(({ farthest }) => farthest[SAMPLES - 1]),
  );

/** F × G where F is a line, with the boundary as upright lines; F alone, with the polygon, where it is a plane. */
function map({ tokens, corners, dimension }: Run): Panel {
  const at = (points: Matrix, i: number): Point => [row(points, i)[0], row(points, i)[1]];
  const paths = Array.from({ length: tokens[0].rows }, (_, i) => ({
    kind: 'path' as const,
    colour: 0,
    points: tokens.map((points) => at(points, i)),
  }));
  const end = tokens[tokens.length - 1];
  const heights = Array.from({ length: end.rows }, (_, i) => at(end, i)[1]);
  const range = [Math.min(...heights), Math.max(...heights)];
  const boundary =
    dimension === 2
      ? [[...corners, corners[0]]]
      : corners.map(([x]) => range.map((y): Point => [x, y]));
  const lines = boundary.map((points, k) => ({
    kind: 'line' as const,
    colour: 1,
    points,
    ...(k === 0 && { name: dimension === 2 ? 'boundary of the polytope' : 'boundary × G' }),
  }));
  return {
    title: dimension === 2 ? 'In the plane F' : 'On F × G',
    x: { label: 'z₁' },
    y: { label: dimension === 2 ? 'z₂' : 'z₂, along G' },
    equalUnits: dimension === 2,
    series: [...lines, ...paths],
  };
}
