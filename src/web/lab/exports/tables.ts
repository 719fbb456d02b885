/** Positions and measurements as tables and as JSON, with all digits. */
import type { DiagnosticValue } from '../../../diagnostics/catalogue.ts';
import type { SimulationReport } from '../../../flow/simulate.ts';
import { type Cell, toCsv } from '../../../numerics/csv.ts';
import { type Matrix, row, toRows } from '../../../numerics/matrix.ts';
import type { LabFrame } from '../frame.ts';
import { runOptions } from '../options.ts';

/** One particle a line, x1 … xd; what `simulate --init` reads. */
export function positionsCsv(positions: Matrix): string {
  const header = Array.from({ length: positions.columns }, (_, k) => `x${k + 1}`);
  return toCsv(
    header,
    Array.from({ length: positions.rows }, (_, i) => [...row(positions, i)]),
  );
}

/** One frame a line, with empty cells where it is not measured; a list has a column for each of its entries. */
export function measuredCsv(frames: readonly LabFrame[]): string {
  const columns = columnsOf(frames.find(({ measured }) => measured)?.measured?.values ?? {});
  const rows = frames.map(({ time, steps, particles, measured: found }) => [
    ...[time, steps, particles],
    ...columns.map(({ name, at }) => cellOf(found?.values[name] ?? null, at)),
  ]);
  return toCsv(['time', 'steps', 'particles', ...columns.map(({ heading }) => heading)], rows);
}

function columnsOf(values: Readonly<Record<string, DiagnosticValue>>) {
  return Object.entries(values).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((_, at) => ({ name, at, heading: `${name}_${at + 1}` }))
      : [{ name, at: 0, heading: name }],
  );
}

const cellOf = (value: DiagnosticValue, at: number): Cell =>
  Array.isArray(value) ? (value[at] ?? null) : value;

/** Numbers of one document; of longer runs every so many frames are written, and it says how many. */
const MOST_NUMBERS = 2_000_000;

/** The run as `simulate --json` says it: settings, times, positions [F, n, d], diagnostics where measured. */
export function runJson(frames: readonly LabFrame[], report: SimulationReport | null): string {
  const { settings, init } = frames[0].of;
  const written = thinned(frames);
  const names = Object.keys(frames.find((one) => one.measured)?.measured?.values ?? {});
  const { init: _, ...options } = runOptions(settings, init);
  const diagnostics = names.map((name) => [
    name,
    written.map(({ measured }) => measured?.values[name] ?? null),
  ]);
  return JSON.stringify({
    settings: { ...options, init: init ? toRows(init) : undefined },
    engine: report?.engine,
    merges: report?.merges,
    frames_kept: frames.length,
    times: written.map(({ time }) => time),
    positions: written.map(({ positions }) => positions && toRows(positions)),
    ...(frames[0].view && { view: written.map(({ view }) => view && toRows(view)) }),
    ...(frames[0].masses && { frame_masses: written.map(({ masses }) => masses && [...masses]) }),
    ...(frames[0].radii && { radii: written.map(({ radii }) => radii && [...radii]) }),
    diagnostics: Object.fromEntries(diagnostics),
  });
}

function thinned(frames: readonly LabFrame[]): readonly LabFrame[] {
  const numbers = frames.reduce((sum, one) => sum + (one.positions?.data.length ?? 0), 0);
  const stride = Math.ceil(numbers / MOST_NUMBERS);
  return frames.filter((_, i) => i % stride === 0 || i === frames.length - 1);
}
