/**
 * A trace in the principal axes of another, such as the flow it belongs to; its own it brings. Power iteration
 * with deflation; a picture's accuracy, not an eigensolver's.
 */
import type { Projection } from '../../flow/projection.ts';
import { dot } from '../../numerics/vectors.ts';
import type { Trace } from '../api.ts';

const components = 3;
const iterations = 120;

/** A trace as it is seen, with the flow behind it where there is one. */
export interface ShownProjection extends Projection {
  readonly flow?: number[][][];
  /** Of a plane that is no pair of principal axes: its own two axes, as they are named. */
  readonly titles?: readonly [string, string];
  /** Where on its first axis two answers are equally likely. */
  readonly even?: number;
}

/** A trace in the axes of the flow it belongs to, which stay when the number of layers changes. */
export function beside(trace: Trace, flow: Trace): ShownProjection {
  const basis = basisOf(flow.hidden_states);
  const points = along(basis, trace.hidden_states);
  return { points, explained: basis.explained, flow: along(basis, flow.hidden_states) };
}

/** Where all pictures of one flow are looked at from. */
export interface Basis {
  readonly mean: number[];
  /** Orthonormal. */
  readonly axes: number[][];
  /** Share of the variance of each. */
  readonly explained: number[];
}

/** The first three principal axes of frames × n × d positions, seen from their mean or from elsewhere. */
export function basisOf(frames: number[][][], mean = average(frames.flat())): Basis {
  const points = frames.flat();
  const centred = points.map((point) => point.map((value, i) => value - mean[i]));
  const total = centred.reduce((sum, point) => sum + dot(point, point), 0) || 1;
  const axes: number[][] = [];
  for (let i = 0; i < components; i++) axes.push(principalAxis(centred, axes));
  const seen = (axis: number[]) => centred.reduce((sum, point) => sum + dot(point, axis) ** 2, 0);
  return { mean, axes, explained: axes.map((axis) => seen(axis) / total) };
}

/** Frames × n × d positions in a basis, which may be another flow's. */
export function along({ mean, axes }: Basis, frames: number[][][]): number[][][] {
  return frames.map((frame) =>
    frame.map((point) => {
      const fromMean = point.map((value, i) => value - mean[i]);
      return axes.map((axis) => dot(fromMean, axis));
    }),
  );
}

/** The direction of most variance orthogonal to `found`; its largest entry is positive. */
function principalAxis(centred: number[][], found: number[][]): number[] {
  let axis = normalised(orthogonal(startOf(centred), found));
  for (let i = 0; i < iterations; i++) {
    const next = axis.map(() => 0);
    for (const point of centred) {
      const along = dot(point, axis);
      for (let k = 0; k < next.length; k++) next[k] += along * point[k];
    }
    axis = normalised(orthogonal(next, found));
  }
  const largest = axis.reduce((top, value) => (Math.abs(value) > Math.abs(top) ? value : top), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

/** A start that has a share of every axis: unequal weights on all points. */
function startOf(centred: number[][]): number[] {
  return centred[0].map((_, k) =>
    centred.reduce((sum, point, i) => sum + point[k] * (1 + (i % 7)), 1e-9 * (k + 1)),
  );
}

function orthogonal(vector: number[], to: number[][]): number[] {
  return to.reduce((left, axis) => {
    const along = dot(left, axis);
    return left.map((value, i) => value - along * axis[i]);
  }, vector);
}

function normalised(vector: number[]): number[] {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? vector.map((value) => value / length) : vector;
}

function average(points: number[][]): number[] {
  return points[0].map((_, k) => points.reduce((sum, point) => sum + point[k], 0) / points.length);
}
