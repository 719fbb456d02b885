/** Where tokens without projection go, as a map: their ways and ends in two coordinates. Not what is measured of them. */
import type { Line, Panel, Point, Series } from '../figures/figure.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import type { Rescaled } from './limits-of-tokens.ts';

const place = (frame: Matrix, i: number): Point => [row(frame, i)[0], row(frame, i)[1]];

/** Ways and ends in the first two coordinates of the run, under the marks. */
export function mapOf(run: Rescaled, marks: readonly Series[]): Panel {
  const { frames } = run;
  const ways = Array.from(
    { length: frames[0].rows },
    (_, i): Line => ({ kind: 'line', colour: 5, points: frames.map((frame) => place(frame, i)) }),
  );
  return {
    x: { label: 'z₁' },
    y: { label: 'z₂' },
    equalUnits: true,
    series: [
      ...ways,
      ...marks,
      { kind: 'scatter', name: 'ends', colour: 0, points: endPoints(run) },
    ],
  };
}

/** Around the ends. */
export const hullLine = (run: Rescaled): Line => ({
  ...{ kind: 'line', name: 'hull', colour: 1, points: hull(endPoints(run)) },
});

/** Of every token. */
function endPoints({ frames }: Rescaled): Point[] {
  const end = frames[frames.length - 1];
  return Array.from({ length: end.rows }, (_, i) => place(end, i));
}

/** The convex hull of points of the plane, once around and back (Andrew, Inf. Process. Lett. 9, 1979). */
function hull(points: readonly Point[]): Point[] {
  const sorted = points.toSorted(([a, b], [c, d]) => a - c || b - d);
  const chain = (order: readonly Point[]) => {
    const out: Point[] = [];
    for (const point of order) {
      while (out.length > 1 && !turnsLeft(out[out.length - 2], out[out.length - 1], point))
        out.pop();
      out.push(point);
    }
    return out;
  };
  return [...chain(sorted), ...chain(sorted.toReversed()).slice(1)];
}

const turnsLeft = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point) =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0;
