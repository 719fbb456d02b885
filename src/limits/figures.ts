/** The figures of the limits. Not their numbers. */
import type { Axis, Figure, Line, Point } from '../figures/figure.ts';
import type { Column, DepthLimit } from './depth.ts';

/** log₁₀ of the largest error of a position against log₁₀ L, a line a scheme, with the reference's own error. */
export function depthFigure({ depths, schemes, reference }: DepthLimit): Figure {
  const lines = Object.entries(schemes).map(([scheme, { errors, order }]) =>
    logLine(
      order.order === null ? scheme : `${scheme}, order ${order.order.toFixed(2)}`,
      depths,
      errors.position_max,
    ),
  );
  const floor = depths.map((depth): Point => [Math.log10(depth), reference.estimated_error]);
  return {
    title: 'Layers against the flow',
    caption: `Largest distance of a particle to its place in the flow at the end; the flow is dopri5 at tolerance ${reference.tolerance}.`,
    panels: [
      {
        x: { label: 'layers L', ticks: powersOf(depths) },
        y: { label: 'log₁₀ error' },
        series: [
          ...lines,
          {
            kind: 'line',
            name: 'reference',
            points: floor.map(([x, y]): Point => [x, Math.log10(y)]),
          },
        ],
      },
    ],
  };
}

function logLine(name: string, depths: readonly number[], values: Column): Line {
  const points = depths.map(
    (depth, i): Point => [Math.log10(depth), Math.log10(values[i] ?? Number.NaN)],
  );
  return { kind: 'line', name, points };
}

const powersOf = (depths: readonly number[]): NonNullable<Axis['ticks']> =>
  depths.map((depth) => ({ value: Math.log10(depth), label: String(depth) }));
