/** The frames of a flow seen in one basis: three principal axes for all layers, so that paths are comparable. */
import { type Matrix, toRows } from '../numerics/matrix.ts';
import { principalAxes, projectOnAxes } from '../numerics/spectrum.ts';

export interface Projection {
  /** [layer][token][3]. */
  readonly points: number[][][];
  /** Share of the variance of all positions along each axis, [3], falling. */
  readonly explained: number[];
}

/** PCA of all positions of all frames ([n, d] each) in one basis; axes beyond the data's rank give zeros. */
export function projection(frames: readonly Matrix[]): Projection {
  const basis = principalAxes(frames, 3);
  const points = frames.map((frame) => toRows(projectOnAxes(frame, basis)));
  return { points, explained: basis.explained };
}
