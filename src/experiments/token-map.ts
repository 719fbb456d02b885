/** Where tokens without projection go, as a map: their ways and ends in two coordinates. Not what is measured of them. */
import type { Line, Panel, Point, Series } from '../figures/figure.ts';
import { hull } from '../geometry/plane.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import type { Rescaled } from './limit-points.ts';

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

/** Around the ends and back. */
export function hullLine(run: Rescaled): Line {
  const corners = hull(endPoints(run));
  return { kind: 'line', name: 'hull', colour: 1, points: [...corners, corners[0]] };
}

/** Of every token. */
function endPoints({ frames }: Rescaled): Point[] {
  const end = frames[frames.length - 1];
  return Array.from({ length: end.rows }, (_, i) => place(end, i));
}
