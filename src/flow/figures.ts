/** Figures of a flow, made from its frames. Not their drawing, which is src/figures. */

import type { Axis, Figure, Point } from '../figures/figure.ts';
import { counted } from '../numerics/counted.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { type Projection, projection } from './projection.ts';

/**
 * The paths of all particles through the layers, in the first two principal axes of `projection(frames)`.
 * `labels`: one name a particle, shown where its path ends; an empty one is left out.
 */
export function trajectoriesFigure(
  { points, explained }: Projection,
  labels: readonly string[],
): Figure {
  const paths = (points[0] ?? []).map((_, token) => ({
    kind: 'path' as const,
    name: labels[token]?.trim(),
    points: points.map((layer): Point => [layer[token][0], layer[token][1]]),
  }));
  return {
    title: 'Trajectories of the tokens',
    caption: `${counted(points.length - 1, 'layer')} in the first two principal axes of all positions together; each token goes from the open circle to the full one.`,
    panels: [
      {
        x: axis(1, explained[0]),
        y: axis(2, explained[1]),
        equalUnits: true,
        series: paths,
      },
    ],
  };
}

/** Positions in their first two principal axes, with what the axes say. */
export function principalView(frames: readonly Matrix[]) {
  const { points, explained } = projection(frames);
  return { points, x: axis(1, explained[0]), y: axis(2, explained[1]) };
}

function axis(which: number, share: number): Axis {
  return { label: `axis ${which}`, unit: `${(100 * share).toFixed(1)} % of the variance` };
}
