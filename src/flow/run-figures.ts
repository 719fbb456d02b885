/** Figures of a simulation: the ways of its particles, and its diagnostics in time. Not the reading of its frames. */
import type { Space } from '../diagnostics/diagnostic.ts';
import type { Axis, Figure, Line, Panel, Path, Point } from '../figures/figure.ts';
import { atan2, log10 } from '../numerics/elementary.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { principalView } from './figures.ts';

/** The palette has so many colours: particles take turns. */
const COLOURS = 7;

/** What a figure of a run is told of it. */
export interface SeenRun {
  readonly title: string;
  readonly space: Space;
  /** Of the frames, rising. */
  readonly times: readonly number[];
}

/**
 * The ways of particles, of which every frame has the same, [m, d]: on the circle their angles in time, in R^1 their
 * places in time, in the plane themselves, in more dimensions in the first two principal axes of all positions.
 */
export function waysFigure(run: SeenRun, frames: readonly Matrix[], caption: string): Figure {
  const { columns: d } = frames[0];
  const inTime = d === 1 || (d === 2 && run.space === 'sphere');
  const panel = inTime ? timePanel(run, frames) : planePanel(frames);
  return { title: `${run.title}: particles`, caption, panels: [panel] };
}

const particlesOf = ([first]: readonly Matrix[]) => Array.from({ length: first.rows }, (_, i) => i);

function timePanel(run: SeenRun, frames: readonly Matrix[]): Panel {
  const clock = clockOf(run.times);
  const circle = frames[0].columns === 2;
  const heightOf = ([x, y]: ArrayLike<number> & Iterable<number>) => (circle ? atan2(y, x) : x);
  const lines = particlesOf(frames).map((i): Line => {
    const points = frames.map(
      (frame, k): Point => [clock.place(run.times[k]), heightOf(row(frame, i))],
    );
    return { kind: 'line', colour: i % COLOURS, points: circle ? unturned(points) : points };
  });
  return {
    x: clock.axis,
    y: circle ? { label: 'angle θ', unit: 'rad', domain: [-Math.PI, Math.PI] } : { label: 'x' },
    series: lines,
  };
}

/** A line that leaves the figure at π goes on at −π, and not across. */
function unturned(points: readonly Point[]): Point[] {
  return points.flatMap((point, k): Point[] => {
    const jumps = k > 0 && Math.abs(point[1] - points[k - 1][1]) > Math.PI;
    return jumps ? [[point[0], Number.NaN], point] : [point];
  });
}

function planePanel(frames: readonly Matrix[]): Panel {
  const flat = frames[0].columns === 2;
  const { x, y, points } = flat ? plainView(frames) : principalView(frames);
  const series = particlesOf(frames).map(
    (i): Path => ({
      kind: 'path',
      colour: i % COLOURS,
      points: points.map((frame): Point => [frame[i][0], frame[i][1]]),
    }),
  );
  return { x, y, equalUnits: true, series };
}

const plainView = (frames: readonly Matrix[]) => ({
  x: { label: 'x₁' },
  y: { label: 'x₂' },
  points: frames.map((frame) => particlesOf([frame]).map((i) => [...row(frame, i)])),
});

/** A number of every frame; null where a frame has none. */
export interface SeenDiagnostic {
  readonly title: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
}

/** One panel a diagnostic; those that no frame defines are left out. Null where none is left. */
export function diagnosticsFigure(
  run: SeenRun,
  diagnostics: readonly SeenDiagnostic[],
  caption: string,
): Figure | null {
  const clock = clockOf(run.times);
  const panels = diagnostics
    .filter(({ values }) => values.some((value) => value !== null))
    .map(({ title, unit, values }): Panel => {
      const points = values.map(
        (value, k): Point => [clock.place(run.times[k]), value ?? Number.NaN],
      );
      return { x: clock.axis, y: { label: title, unit }, series: [{ kind: 'line', points }] };
    });
  if (panels.length === 0) return null;
  const columns = panels.length > 1 ? 2 : 1;
  return { title: `${run.title}: diagnostics`, caption, panels, columns };
}

/** Where a time lies: on a logarithmic axis, without time 0, where half of the frames lie in the first tenth. */
function clockOf(times: readonly number[]): { axis: Axis; place: (time: number) => number } {
  const end = times[times.length - 1];
  const early = times.filter((time) => time < end / 10).length;
  if (times.length < 6 || early < times.length / 2)
    return { axis: { label: 'time' }, place: (time) => time };
  const place = (time: number) => (time > 0 ? log10(time) : Number.NaN);
  const [from, to] = [place(times[times[0] > 0 ? 0 : 1]), place(end)];
  const step = Math.ceil((to - from) / 8);
  const first = Math.ceil(from / step - 1e-9) * step;
  const count = Math.floor((to - first) / step + 1e-9) + 1;
  const ticks = Array.from({ length: count }, (_, k) => {
    const value = first + k * step;
    return { value, label: `10${raised(value)}` };
  });
  return { axis: { label: 'time', ticks }, place };
}

const raised = (power: number) =>
  Array.from(String(power), (sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)])).join('');
