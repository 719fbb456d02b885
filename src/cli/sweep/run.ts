/** `sweep`: checks, goes on where it stopped, runs the cells on all cores, and says what came of them. */
import { join } from 'node:path';
import { packageVersion } from '../../host/package.ts';
import type { TableAccount } from '../../host/tables.ts';
import { printable } from '../../numerics/printable.ts';
import { prepareFolder } from '../folder.ts';
import { progressBar } from '../progress.ts';
import { sayTables, tablesRecord } from '../tables.ts';
import { dim, printJson, printLines, standardScreen } from '../terminal.ts';
import { cellCount } from './grid.ts';
import { firstFitting, planOf } from './plan.ts';
import { preparePositions } from './positions.ts';
import { keepRecord, recordOf } from './record.ts';
import { readSweep, type Shard, type SweepFlags, type SweepJob } from './request.ts';
import { type SweepTable, tableOf } from './rows.ts';
import { openSheet, rowsOf, STATE, sheetName, sortSheet } from './sheet.ts';
import { runCells } from './threads.ts';

/** What a sweep, or its shard, has come to. */
interface SweepOutcome {
  readonly sheet: string;
  readonly cells: number;
  readonly failed: number;
  /** Rows that were there already. */
  readonly before: number;
  /** Of the first cell that failed. */
  readonly error: string | null;
  /** What was read of files, where there are any. */
  readonly tables?: readonly TableAccount[];
  readonly seconds: number;
}

export async function sweep(flags: SweepFlags): Promise<void> {
  const outcome = await runSweep(readSweep(flags));
  sayTables(outcome.tables ?? [], flags);
  if (flags.json) printJson({ command: 'sweep', version: packageVersion(), ...outcome });
  else printLines(outcomeLines(outcome));
}

/** Runs the cells of the job whose rows are not there yet. Throws InputError before any of them. */
export async function runSweep({ request, shard, threads, out }: SweepJob): Promise<SweepOutcome> {
  const begun = performance.now();
  const plan = await planOf(request);
  const settings = firstFitting(request, plan);
  const table = tableOf(request, settings);
  prepareFolder(out);
  keepRecord(out, recordOf(request, table, settings));
  if (table.positions) preparePositions(out);
  const sheet = join(out, sheetName(shard));
  const states = new Uint8Array(new SharedArrayBuffer(cellCount(request.grid)));
  const before = openSheet(sheet, table, states);
  const own = cellsOf(shard, states.length);
  const open = own.filter((cell) => states[cell] === STATE.open);
  if (open.length > 0) {
    await runOpen({ request, table, sheet, out, states }, own, open, threads);
    sortSheet(sheet, table);
  }
  const failed = own.filter((cell) => states[cell] === STATE.failed);
  const error = failed.length > 0 ? errorOf(sheet, table, failed[0]) : null;
  const seconds = (performance.now() - begun) / 1000;
  const read = tablesRecord(plan.tables);
  return { sheet, cells: own.length, failed: failed.length, before, error, ...read, seconds };
}

/** Every N-th cell, so that costly corners of a grid are shared evenly. */
function cellsOf(shard: Shard | null, count: number): number[] {
  const { index, count: step } = shard ?? { index: 1, count: 1 };
  const size = Math.ceil((count - index + 1) / step);
  return Array.from({ length: size }, (_, k) => index - 1 + k * step);
}

async function runOpen(
  start: Parameters<typeof runCells>[0],
  own: readonly number[],
  open: readonly number[],
  threads?: number,
): Promise<void> {
  const bar = await progressBar('{bar} {value} of {total} cells  {failed} failed');
  let [done, failed] = [own.length - open.length, 0];
  const onProgress = (batch: readonly number[]) => {
    done += batch.filter((cell) => start.states[cell] !== STATE.open).length;
    failed += batch.filter((cell) => start.states[cell] === STATE.failed).length;
    bar.update(done, own.length, { failed });
  };
  await runCells(start, open, onProgress, threads).finally(bar.stop);
}

function errorOf(sheet: string, table: SweepTable, cell: number): string {
  for (const { row } of rowsOf(sheet, table))
    if (row?.cell === cell) return `cell ${cell}: ${row.cells.at(-1)}`;
  return `cell ${cell}`;
}

function outcomeLines({ sheet, cells, failed, before, error, seconds }: SweepOutcome): string[] {
  const screen = standardScreen();
  const resumed = before > 0 ? `, ${before} of them were there already` : '';
  return [
    `${sheet}: ${cells} cells${resumed}`,
    ...(error === null ? [] : [`${failed} failed, such as ${printable(error)}`]),
    dim(screen, `${seconds.toFixed(1)} s`),
  ];
}
