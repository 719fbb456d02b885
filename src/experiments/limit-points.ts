/**
 * Where tokens without projection end: which of them end together, whether their limits lie on the boundary of a
 * convex polytope, and how fast they get there. Not the claims about it.
 */
import { clustersAt, dendrogram } from '../diagnostics/clusters.ts';
import { largestHullDistance } from '../diagnostics/convex.ts';
import type { Point } from '../figures/figure.ts';
import { simulate } from '../flow/simulation.ts';
import { log } from '../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { fitLine } from '../numerics/regression.ts';
import { mean } from '../numerics/statistics.ts';
import { distance } from '../numerics/vectors.ts';

/** z_i = e^{−tV} x_i at the times of the frames. */
export interface Rescaled {
  readonly times: readonly number[];
  /** [n, d] each. */
  readonly frames: readonly Matrix[];
}

interface RescaledSettings {
  readonly n: number;
  readonly d: number;
  readonly seed: number;
  readonly time: number;
  /** Of the dynamics: β, and matrices in any of their forms. */
  readonly parameters: object;
}

/** Starts are uniform in [−5, 5]^d (arXiv 2305.05465). */
const HALF_WIDTH = 5;
/** Tokens that have come as close as this, a hundredth of the width of the start, end together. */
const TOGETHER = (2 * HALF_WIDTH) / 100;
const FRAMES = 41;

/** A run without projection from a start of that seed, as it is looked at. */
export async function rescaled({
  parameters,
  time,
  ...start
}: RescaledSettings): Promise<Rescaled> {
  const { frames } = await simulate({
    dynamics: 'no_projection',
    parameters: { ...parameters },
    start: 'box',
    ...start,
    startParameters: { half_width: HALF_WIDTH },
    time,
    saveAt: `linear:0:${time}:${FRAMES}`,
    scheme: 'dopri5',
    tolerance: 1e-8,
    diagnostics: [],
  });
  return {
    times: frames.map((frame) => frame.time),
    frames: frames.map(({ view, positions }) => view ?? positions),
  };
}

/** The tokens of every limit. */
const endsOf = ({ frames }: Rescaled): number[][] =>
  clustersAt(dendrogram(frames[frames.length - 1], 'euclidean'), TOGETHER);

/** The middle of each group of tokens, [groups, d]. */
function middles(frame: Matrix, groups: readonly (readonly number[])[]): Matrix {
  const { columns: d } = frame;
  const middle = (group: readonly number[], k: number) => mean(group.map((i) => row(frame, i)[k]));
  const data = groups.flatMap((group) => Array.from({ length: d }, (_, k) => middle(group, k)));
  return matrix(groups.length, d, Float64Array.from(data));
}

/** Which points [m, d] stick out of the hull of the others by more than what counts as together. */
const vertices = (points: Matrix): boolean[] =>
  Array.from({ length: points.rows }, (_, i) => {
    if (points.rows === 1) return true;
    const others = points.data.filter((_value, at) => Math.floor(at / points.columns) !== i);
    return sticksOut(matrix(points.rows - 1, points.columns, others), row(points, i), TOGETHER);
  });

/** A point on the boundary leaves the hull where it is moved away from its middle by this share. */
const PUSH = 0.01;

/** Whether every point [m, d] lies on the boundary of the hull of them all, at most 1 % inside. */
function allOnBoundary(points: Matrix): boolean {
  const centre = middles(points, [Array.from({ length: points.rows }, (_, i) => i)]).data;
  return Array.from({ length: points.rows }, (_, i) => {
    const pushed = row(points, i).map((x, k) => x + PUSH * (x - centre[k]));
    return sticksOut(points, pushed, 0);
  }).every(Boolean);
}

const sticksOut = (points: Matrix, x: Float64Array, by: number) =>
  largestHullDistance(points, matrix(1, points.columns, x)) > by;

/** Of the widest group at every time; 0 where no group has two tokens. */
function widths({ frames }: Rescaled, groups: readonly (readonly number[])[]): number[] {
  return frames.map((frame) => {
    let most = 0;
    for (const group of groups)
      for (const i of group)
        for (const j of group) most = Math.max(most, distance(row(frame, i), row(frame, j)));
    return most;
  });
}

/** Widths below this are rounding. */
const ROUNDING = 1e-9;

/** r of a width e^{−rt}, by a line through its logarithm from the middle of the run on; NaN without one. */
function rateOf({ times }: Rescaled, width: readonly number[]): number {
  const late = times
    .map((time, k): Point => [time, width[k]])
    .filter(([time, own]) => time >= times[times.length - 1] / 2 && own > ROUNDING);
  if (late.length < 3) return Number.NaN;
  return -fitLine(
    late.map(([time]) => time),
    late.map(([, own]) => log(own)),
  ).slope;
}

/**
 * Whether the limit points of a run lie on the boundary of a polytope (1 or 0), which has more vertices than dimensions; the
 * share of those that are its vertices; limit points a token; and the rate at which tokens reach them.
 */
export function polytopeNumbers(run: Rescaled): number[] {
  const end = run.frames[run.frames.length - 1];
  const groups = endsOf(run);
  const points = middles(end, groups);
  const corners = vertices(points).filter(Boolean).length;
  const onPolytope = corners > end.columns && allOnBoundary(points);
  return [
    onPolytope ? 1 : 0,
    corners / points.rows,
    points.rows / end.rows,
    rateOf(run, widths(run, groups)),
  ];
}
