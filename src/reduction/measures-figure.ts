/** Some measures in one panel: their mass up to x on a line, their points in the plane. Not what they are for. */
import type { Panel, Point } from '../figures/figure.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { sumOf } from '../numerics/vectors.ts';

export interface ShownMeasure {
  readonly name: string;
  /** [n, d] */
  readonly points: Matrix;
  /** [n] */
  readonly masses: ArrayLike<number>;
}

/** Of d = 1 the mass up to x, else the first two coordinates. `mass`: what the masses are, such as "share of mass". */
export function measuresPanel(shown: readonly ShownMeasure[], mass: string): Panel {
  if (shown[0].points.columns > 1)
    return {
      x: { label: 'x₁' },
      y: { label: 'x₂' },
      equalUnits: true,
      series: shown.map(({ name, points }) => ({
        kind: 'scatter',
        name,
        points: Array.from({ length: points.rows }, (_, i): Point => {
          const [x, y] = row(points, i);
          return [x, y];
        }),
      })),
    };
  const most = Math.max(...shown.map(({ masses }) => sumOf(masses)));
  return {
    x: { label: 'x' },
    y: { label: `${mass} up to x`, domain: [0, most] },
    series: shown.map((one) => ({ kind: 'line', name: one.name, points: upTo(one) })),
  };
}

function upTo({ points: { data }, masses }: ShownMeasure): Point[] {
  const order = Array.from(data.keys()).sort((i, j) => data[i] - data[j]);
  let sum = 0;
  return order.map((i): Point => {
    sum += masses[i];
    return [data[i], sum];
  });
}
