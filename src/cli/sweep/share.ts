/**
 * Cells that share a run: those that differ only in how they are measured (δ), and those that differ only in when they
 * end, of which the longer goes on from where the shorter came to. Each has the row that a run of its own gives, bit for
 * bit; where that is not sure, or a run fails, it has one.
 */
import type { PreparedFrame, ScalarDiagnostic } from '../../diagnostics/diagnostic.ts';
import type { SimulationContext } from '../../flow/simulate.ts';
import type { SimulationSettings } from '../../flow/simulation-settings.ts';
import { gridIndex } from '../../integrators/clock.ts';
import {
  type CellEnd,
  type CellResult,
  cellResult,
  doneResult,
  failedResult,
  runCell,
} from './cell.ts';
import { stridesOf } from './grid.ts';
import type { SweepTable } from './rows.ts';

/** Which cells of a sweep share a run. */
export interface Sharing {
  /** In the order in which they are run, those that share one next to each other. */
  order(cells: readonly number[]): readonly number[];
  /** Where the cells end, of such an order, that share the run of the one at `begin`. */
  end(cells: readonly number[], begin: number): number;
  /** Those of the cells that share the run of this one. */
  among(cells: readonly number[], cell: number): readonly number[];
}

export function sharingOf({ grid, times }: SweepTable): Sharing {
  // With save times of its own a run has no frame at its end.
  const names = times.length > 0 ? ['delta'] : ['delta', 'time'];
  const axes = stridesOf(grid).filter(
    ({ name, values }) => names.includes(name) && values.length > 1,
  );
  if (axes.length === 0)
    return {
      order: (cells) => cells,
      end: (_, begin) => begin + 1,
      among: (_, cell) => [cell],
    };
  // The first of the cells with which it shares its run.
  const leader = (cell: number) =>
    axes.reduce(
      (first, { stride, values }) => first - (Math.floor(cell / stride) % values.length) * stride,
      cell,
    );
  return {
    order: (cells) =>
      cells
        .map((cell) => ({ cell, first: leader(cell) }))
        .sort((a, b) => a.first - b.first || a.cell - b.cell)
        .map(({ cell }) => cell),
    end(cells, begin) {
      let end = begin + 1;
      while (end < cells.length && leader(cells[end]) === leader(cells[begin])) end++;
      return end;
    },
    among: (cells, cell) => cells.filter((other) => leader(other) === leader(cell)),
  };
}

type SettingsOf = (cell: number) => SimulationSettings;

interface Settled {
  readonly cell: number;
  readonly settings: SimulationSettings;
}

/** The results of cells that share a run, as they come. */
export async function* groupResults(
  table: SweepTable,
  cells: readonly number[],
  settingsOf: SettingsOf,
): AsyncGenerator<CellResult, void> {
  if (cells.length === 1) return yield await cellResult(table, cells[0], settingsOf);
  const byEnd = new Map<number, Settled[]>();
  for (const cell of cells) {
    try {
      const settings = settingsOf(cell);
      byEnd.set(settings.time, [...(byEnd.get(settings.time) ?? []), { cell, settings }]);
    } catch (error) {
      yield failedResult(table, cell, error);
    }
  }
  let reached: SimulationContext | null = {};
  for (const [, alike] of [...byEnd].sort(([a], [b]) => a - b)) {
    const end: CellEnd | null = await runTogether(table, alike, reached ?? {});
    for (const [k, { cell }] of alike.entries())
      yield end
        ? doneResult(table, cell, end, nameOf(k))
        : await cellResult(table, cell, settingsOf);
    reached = end && onwards(alike[0].settings, end, reached);
  }
}

/** One run for cells that differ in δ alone; null where it fails, so that each of them fails as it would alone. */
async function runTogether(
  table: SweepTable,
  alike: readonly Settled[],
  context: SimulationContext,
) {
  const chosen = alike.flatMap(({ settings }, k) =>
    settings.chosen
      .filter((one) => one.kind === 'scalar')
      .map((one) => measuredWith(one, settings.delta, nameOf(k)(one.name))),
  );
  try {
    return await runCell({ ...alike[0].settings, chosen }, table, context);
  } catch {
    return null;
  }
}

const nameOf = (k: number) => (diagnostic: string) => `${k} ${diagnostic}`;

/** The diagnostic under another name, which sees another δ; what frames share is computed once. */
const measuredWith = (one: ScalarDiagnostic, delta: number, name: string): ScalarDiagnostic => ({
  ...one,
  name,
  compute: (frame) =>
    one.compute(Object.create(frame, { delta: { value: delta } }) as PreparedFrame),
});

/**
 * From where a longer run goes on as if it had never come to this end; null where that is not sure: the run stopped
 * before, particles merged, the end cuts a step for good, or the engine came to its limits.
 */
function onwards(
  settings: SimulationSettings,
  { first, last, report, continuation }: CellEnd,
  before: SimulationContext | null,
): SimulationContext | null {
  const stopped = report.stopped !== 'end' || last.time !== settings.time;
  if (stopped || report.notes.floor || settings.merge !== undefined) return null;
  if (cutsSteps(settings) || remembers(settings)) return null;
  const shown = before?.reference?.first ?? first.view ?? first.positions;
  return { from: continuation, reference: { first: shown, last: shown } };
}

/**
 * Steps of dopri5, and those with noise within which it ends, are taken as a whole when the run goes on. Others end
 * where they do in a longer run if they end at the same number, which dynamics may read.
 */
function cutsSteps({ scheme, time, step, noise }: SimulationSettings): boolean {
  if (scheme.adaptive) return false;
  const index = gridIndex(time, step);
  return index === null ? noise === 0 : index * step !== time;
}

/** Sinkhorn's iteration begins where that of the last velocity ended. */
const remembers = ({ entry, parameters, d }: SimulationSettings) =>
  entry.interaction?.(parameters, d, 0).coupling === 'sinkhorn';
