/**
 * `sweep` and `sweep task`: check, go on where it stopped, run the cells on all cores, and say what came of them. A
 * sweep without shards ends with its table; shards and tasks leave sheets, of which `sweep merge` makes it.
 */
import { settingsRecord } from '../../flow/simulation-settings.ts';
import { exitOnInterrupt, makeFolder } from '../../host/files.ts';
import { withFolder } from '../../host/lock.ts';
import { madeBy } from '../../host/package.ts';
import type { TableAccount } from '../../host/tables.ts';
import { counted } from '../../numerics/counted.ts';
import { UnfinishedError } from '../../numerics/errors.ts';
import { sayTables, tablesRecord } from '../tables.ts';
import { dim, printJson, printLines, standardScreen } from '../terminal.ts';
import { firstFitting, planOf } from './plan.ts';
import { preparePositions } from './positions.ts';
import {
  hasSweep,
  keepRecord,
  readRecord,
  recordOf,
  requestOf,
  type SweepRecord,
  whereItWasPlanned,
} from './record.ts';
import {
  readContinued,
  readSweep,
  readTask,
  type Shard,
  type SweepFlags,
  type SweepJob,
  type SweepRequest,
  type TaskFlags,
} from './request.ts';
import { tableOf } from './rows.ts';
import { type Failure, failedCells, failuresOf, readState } from './state.ts';
import { withStreams } from './streams.ts';
import { writeTable } from './table.ts';
import { type PlannedSweep, runTask, type TaskOutcome } from './task.ts';

/** What a sweep, or its shard, or a task of it, has come to. */
export interface SweepOutcome {
  /** The table, or of a part of the sweep what this run has written; null where nothing was left to do. */
  readonly sheet: string | null;
  readonly cells: number;
  readonly failed: number;
  /** Rows that were there already. */
  readonly before: number;
  /** Cells that are still to be run, of a task that was told to end. */
  readonly open: number;
  /** The first cell that failed. */
  readonly failure: Failure | null;
  /** What was read of files, where there are any. */
  readonly tables?: readonly TableAccount[];
  /** That all threads together spent on cells. */
  readonly cellSeconds: number;
  readonly seconds: number;
}

export async function sweep(flags: SweepFlags): Promise<void> {
  const continued = readContinued(flags);
  const goesOn = continued !== null && hasSweep(continued.out);
  const outcome = await (goesOn ? continueSweep(continued) : runSweep(readSweep(flags)));
  sayTables(outcome.tables ?? [], flags);
  report('sweep', outcome, flags);
}

/** What of a sweep is run, and how. */
type SweepPart = Omit<SweepJob, 'request' | 'out'>;

/** Runs the cells of the job whose rows are not there yet. Throws InputError before any of them. */
export async function runSweep({ request, out, ...part }: SweepJob): Promise<SweepOutcome> {
  const begun = performance.now();
  return runPart(await planSweep(request, out), part, begun);
}

/** Goes on with the sweep that stands in a folder, as it was planned. */
export async function continueSweep({ out, ...part }: Omit<SweepJob, 'request'>) {
  const begun = performance.now();
  return openSweep(out, (planned) => runPart(planned, part, begun));
}

type Planned = PlannedSweep & {
  readonly record: SweepRecord;
  readonly tables: readonly TableAccount[];
};

/**
 * Checks a sweep and writes its plan into the folder, from where it can be run. Throws InputError for what no cell
 * can be run with, and for another sweep in the folder.
 */
export async function planSweep(request: SweepRequest, out: string): Promise<Planned> {
  const plan = await planOf(request);
  const settings = firstFitting(request, plan);
  const table = tableOf(request, settings);
  makeFolder(out);
  const kept = keepRecord(out, recordOf(request, table, settingsRecord(settings)));
  const record = await withStreams(out, kept, plan);
  if (table.positions) preparePositions(out);
  return { folder: out, request, record, tables: plan.tables };
}

/** Does some work on the sweep of a folder, from wherever it is called. Throws InputError as `whereItWasPlanned`. */
export function openSweep<T>(out: string, work: (planned: Planned) => Promise<T>): Promise<T> {
  const record = readRecord(out, 'folder');
  const request = requestOf(record);
  return whereItWasPlanned(out, record, async (folder) => {
    makeFolder(folder);
    const plan = await planOf(request);
    const known = await withStreams(folder, record, plan);
    return work({ folder, request, record: known, tables: plan.tables });
  });
}

async function runPart(planned: Planned, part: SweepPart, begun: number): Promise<SweepOutcome> {
  exitOnInterrupt();
  // tasks and shards have sheets of their own; the table has one writer
  if (part.shard !== null) return runCells(planned, part, begun);
  return withFolder(planned.folder, () => runCells(planned, part, begun));
}

async function runCells(planned: Planned, part: SweepPart, begun: number): Promise<SweepOutcome> {
  const { shard, ...how } = part;
  const { folder, record } = planned;
  const cells = cellsOf(shard, record.cells);
  const task = shard === null ? 'all' : `${shard.index}-of-${shard.count}`;
  const { sheet, ...found } = await runTask(planned, { task, restart: 0, cells, ...how });
  if (shard !== null) return outcomeOf(planned, { ...found, sheet }, begun);
  const [table] = await writeTable(folder, record, readState([folder], record));
  return outcomeOf(planned, { ...found, sheet: table }, begun);
}

/** Every N-th cell, so that costly corners of a grid are shared evenly. */
function cellsOf(shard: Shard | null, count: number): number[] {
  const { index, count: step } = shard ?? { index: 1, count: 1 };
  const size = Math.ceil((count - index + 1) / step);
  return Array.from({ length: size }, (_, k) => index - 1 + k * step);
}

/** Runs a task of the sweep in a folder; SIGUSR1 and SIGTERM end it with the cells that it is at. */
export async function sweepTask(out: string, flags: TaskFlags): Promise<void> {
  const begun = performance.now();
  const task = readTask(flags, readRecord(out, 'folder').cells);
  const ending = endedBySignal();
  const outcome = await openSweep(out, async (planned) => {
    const found = await runTask(planned, { ...task, signal: ending.signal });
    return outcomeOf(planned, found, begun);
  }).finally(ending.ignore);
  report('sweep task', outcome, flags);
}

function outcomeOf(
  { folder, record, tables }: Planned,
  { sheet, cells, before, failed, open, cellSeconds }: TaskOutcome,
  begun: number,
): SweepOutcome {
  const [first = null] = failuresOf(readState([folder], record), failed.slice(0, 1));
  const seconds = (performance.now() - begun) / 1000;
  const counts = { cells, failed: failed.length, before, open: open.length };
  return { sheet, ...counts, failure: first, ...tablesRecord(tables), cellSeconds, seconds };
}

/**
 * Prints it. Throws Error for cells that failed, and UnfinishedError for cells that are still to be run: Error where
 * none was done, since another turn of the same length would do none.
 */
function report(command: string, outcome: SweepOutcome, { json }: { json?: boolean }): void {
  if (json) printJson({ command, ...madeBy(), ...outcome });
  else printLines(outcomeLines(outcome));
  const { open, failed, cells, before, failure } = outcome;
  if (open > 0 && open + before === cells)
    throw new Error(
      `no cell was done before the task was told to end: expected time for one at least, give it more, ${counted(open, 'cell')} are still to be run`,
    );
  if (open > 0)
    throw new UnfinishedError(
      `${open} of ${counted(cells, 'cell')} are still to be run: expected an end without a signal, begin the task again`,
    );
  if (failure) throw failedCells(failed, cells, failure);
}

function outcomeLines({ sheet, cells, before, seconds }: SweepOutcome): string[] {
  const resumed = before > 0 ? `, ${before} of them were there already` : '';
  return [
    `${sheet ?? 'nothing was left to do'}: ${counted(cells, 'cell')}${resumed}`,
    dim(standardScreen(), `${seconds.toFixed(1)} s`),
  ];
}

/** A signal that comes with SIGUSR1 or SIGTERM, until it is ignored. */
function endedBySignal() {
  const ending = new AbortController();
  const end = () => ending.abort();
  const names = ['SIGUSR1', 'SIGTERM'] as const;
  for (const name of names) process.on(name, end);
  const ignore = () => {
    for (const name of names) process.off(name, end);
  };
  return { signal: ending.signal, ignore };
}
