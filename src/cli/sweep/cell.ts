/** Runs a cell of a sweep, and words its row. Cells that share a run: share.ts. */
import type { SimulationFrame } from '../../flow/frames.ts';
import type { SimulationContinuation } from '../../flow/run.ts';
import {
  openSimulation,
  type SimulationContext,
  type SimulationReport,
} from '../../flow/simulate.ts';
import type { SimulationSettings } from '../../flow/simulation-settings.ts';
import { csvLine } from '../../host/csv.ts';
import { type CellState, failedRow, placeCells, type SweepTable } from './rows.ts';

/** What a cell has come to, with its row; `frames` where positions are kept. */
export interface CellResult {
  readonly cell: number;
  readonly row: string;
  readonly state: CellState;
  readonly frames: readonly SimulationFrame[];
}

/** Runs a cell and words its row; what fails becomes a row with its error, and has no frames. */
export async function cellResult(
  table: SweepTable,
  cell: number,
  settingsOf: (cell: number) => SimulationSettings,
): Promise<CellResult> {
  try {
    return doneResult(table, cell, await runCell(settingsOf(cell), table));
  } catch (error) {
    return failedResult(table, cell, error);
  }
}

export const failedResult = (table: SweepTable, cell: number, error: unknown): CellResult => ({
  ...{ cell, row: failedRow(table, cell, error), state: 'failed', frames: [] },
});

export const doneResult = (
  table: SweepTable,
  cell: number,
  end: CellEnd,
  measured?: Naming,
): CellResult => ({
  ...{ cell, row: doneRow(table, cell, end, measured), state: 'done', frames: end.frames },
});

/** What a run is called that measures a diagnostic of the table; by default as the table calls it. */
type Naming = (diagnostic: string) => string;

export interface CellEnd {
  readonly first: SimulationFrame;
  readonly last: SimulationFrame;
  /** Diagnostics by time, where the table has times. */
  readonly saved: ReadonlyMap<number, SimulationFrame['diagnostics']>;
  /** All of them where positions are kept. */
  readonly frames: readonly SimulationFrame[];
  readonly report: SimulationReport;
  /** From the last frame on. */
  readonly continuation: SimulationContinuation;
}

/** Runs a cell on this thread alone. */
export async function runCell(
  settings: SimulationSettings,
  table: SweepTable,
  context: SimulationContext = {},
): Promise<CellEnd> {
  // A list has no column.
  const chosen = settings.chosen.filter(({ kind }) => kind === 'scalar');
  const simulation = await openSimulation({ ...settings, chosen }, context);
  const saved = new Map<number, SimulationFrame['diagnostics']>();
  const frames: SimulationFrame[] = [];
  let first: SimulationFrame | null = null;
  let last: SimulationFrame | null = null;
  let continuation: SimulationContinuation | null = null;
  for await (const frame of simulation.frames()) {
    first ??= frame;
    last = frame;
    continuation = frame.continuation();
    if (table.positions) frames.push(frame);
    if (table.times.length > 0) saved.set(frame.time, frame.diagnostics);
  }
  if (!first || !last || !continuation) throw new Error('the run has no frame');
  return { first, last, continuation, saved, frames, report: simulation.report() };
}

function doneRow(
  table: SweepTable,
  cell: number,
  { last, saved }: CellEnd,
  measured: Naming = (name) => name,
): string {
  const { time, particles, steps, rejected, mergeError, noiseError } = last;
  const errors = [
    ...(table.mergeError ? [mergeError] : []),
    ...(table.noiseError ? [noiseError] : []),
  ];
  const valuesOf = (values: SimulationFrame['diagnostics'] = {}) =>
    table.diagnostics.map((name) => (values[measured(name)] ?? null) as number | null);
  return csvLine([
    ...placeCells(table.grid, cell),
    ...['done', time, particles, steps, rejected, ...errors],
    ...valuesOf(last.diagnostics),
    ...[...table.times.flatMap((at) => valuesOf(saved.get(at))), null],
  ]);
}
