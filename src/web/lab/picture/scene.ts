/**
 * What a picture is made of: where particles are in two or three coordinates, their colours and sizes, the
 * trails behind them. Knows no canvas; circle.ts, ball.ts and plane.ts draw it.
 */
import { drawn } from '../../../diagnostics/sample.ts';
import type { Dynamics } from '../../../dynamics/dynamics.ts';
import { type Matrix, matrix } from '../../../numerics/matrix.ts';
import { type PrincipalAxes, principalAxes, projectOnAxes } from '../../../numerics/spectrum.ts';
import { type LabFrame, MOST_DOTS, shownPositions } from '../frame.ts';

/** The circle; a line or plane; what has depth, S² or a projection of R^d. */
export type View = 'circle' | 'plane' | 'ball';

export interface Space {
  readonly view: View;
  readonly onSphere: boolean;
  readonly d: number;
}

export function spaceOf(entry: Pick<Dynamics, 'space'>, d: number): Space {
  const onSphere = entry.space === 'sphere';
  const view = onSphere && d === 2 ? 'circle' : d <= 2 ? 'plane' : 'ball';
  return { view, onSphere, d };
}

/** How many particles of very many are drawn where they cannot be shown as a density. */
const SAMPLE = 2000;

/** Which particles are drawn: null for all. */
export function drawnOf(n: number, { view }: Space): readonly number[] | null {
  return n > MOST_DOTS && view !== 'circle' ? drawn(n, SAMPLE) : null;
}

/** The axes that positions in more than three dimensions are seen along: those of one frame, for all. */
export type Axes = PrincipalAxes | null;

export function axesOf(frame: LabFrame, { d }: Space): Axes {
  const seen = shownPositions(frame);
  return d > 3 && seen ? principalAxes([seen], 3) : null;
}

/** [m, 2] on the circle and in the plane, [m, 3] else; null where the frame has let go of its positions. */
export function coordinates(
  frame: LabFrame,
  space: Space,
  axes: Axes,
  chosen: readonly number[] | null,
): Matrix | null {
  const seen = shownPositions(frame);
  if (!seen) return null;
  const rows = chosen ? selected(seen, chosen) : seen;
  if (space.d === 1) return matrix(rows.rows, 2, padded(rows));
  // About their mean they lie in the unit ball no longer, so on the sphere they keep their origin.
  if (axes) return projectOnAxes(rows, space.onSphere ? { ...axes, mean: origin(space.d) } : axes);
  return rows;
}

const origin = (d: number) => new Float64Array(d);

function selected({ columns: d, data }: Matrix, chosen: readonly number[]): Matrix {
  const out = matrix(chosen.length, d);
  chosen.forEach((from, to) => {
    out.data.set(data.subarray(from * d, (from + 1) * d), to * d);
  });
  return out;
}

/** A line as the first axis of a plane. */
function padded({ data }: Matrix): Float64Array {
  const out = new Float64Array(2 * data.length);
  data.forEach((x, i) => {
    out[2 * i] = x;
  });
  return out;
}

/** By particle, which of `count` colours: where it began, around the first two axes; or its place in the text. */
export function colourClasses(points: Matrix, count: number, byOrder: boolean): Uint8Array {
  const { rows: n, columns, data } = points;
  const classes = new Uint8Array(n);
  const [x, y] = columns > 1 && !byOrder ? centreOf(points) : [0, 0];
  for (let i = 0; i < n; i++) {
    const turn = Math.atan2(data[i * columns + 1] - y, data[i * columns] - x) / (2 * Math.PI);
    const share = byOrder ? i / n : (turn + 1) % 1;
    classes[i] = Math.min(count - 1, Math.floor(share * count));
  }
  return classes;
}

/** Of unit vectors the origin is the centre, whatever their mean. */
function centreOf({ rows: n, columns, data }: Matrix): [number, number] {
  let [x, y, square] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    x += data[i * columns] / n;
    y += data[i * columns + 1] / n;
    square = Math.max(square, data[i * columns] ** 2 + data[i * columns + 1] ** 2);
  }
  return square <= 1 + 1e-9 ? [0, 0] : [x, y];
}

/** Pixels of a dot, by how many there are. */
export const dotRadius = (n: number): number => Math.max(1.5, Math.min(7, 15 / n ** 0.3));

/** Dots of equal area where masses are equal; null for equal ones. */
export function dotScales(masses: ArrayLike<number> | null): Float64Array | null {
  if (!masses) return null;
  return Float64Array.from(masses, (mass) => Math.min(4, Math.sqrt(mass * masses.length)));
}
