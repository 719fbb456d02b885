/**
 * Runs cells of a sweep into a sheet of this run's own: what `sweep`, a shard and a task of a cluster do. It looks
 * first which of them have results, so that a run after a kill, or beside another one, does what is left.
 */
import { progressBar } from '../progress.ts';
import type { SweepRequest } from './request.ts';
import type { SweepTable } from './rows.ts';
import { newSheet, type TaskRun } from './sheet.ts';
import { cellsThat, checkResults, readState, STATE } from './state.ts';
import { runCells } from './threads.ts';

/** A sweep that stands in a folder, whose paths lead to its files from here. */
export interface PlannedSweep {
  readonly folder: string;
  readonly request: SweepRequest;
  readonly record: SweepTable;
}

export interface Task extends TaskRun {
  /** Rising, each once. */
  readonly cells: readonly number[];
  /** All cores where it is absent. */
  readonly threads?: number;
  /** Run those that failed before again, too. */
  readonly retryFailed?: boolean;
  /** Ends the task when every thread is done with the cell that it is at. */
  readonly signal?: AbortSignal;
}

/** What the cells of a task have come to. */
export interface TaskOutcome {
  /** Of this run; null where nothing was left to do. */
  readonly sheet: string | null;
  readonly cells: number;
  /** Cells that had a result, or a failure that was left as it is, before. */
  readonly before: number;
  readonly failed: readonly number[];
  /** Cells without a row, of a task that was told to end. */
  readonly open: readonly number[];
  /** That all threads together spent on cells, without their start. */
  readonly cellSeconds: number;
}

/** Throws DamagedFileError for results that contradict each other, and Error where rows cannot be written. */
export async function runTask(sweep: PlannedSweep, task: Task): Promise<TaskOutcome> {
  const { folder, request, record: table } = sweep;
  const { cells, retryFailed = false, threads, signal } = task;
  const state = readState([folder], table);
  checkResults(state);
  const { states } = state;
  if (retryFailed) for (const cell of cellsThat(state, 'failed', cells)) states[cell] = STATE.open;
  const todo = cellsThat(state, 'open', cells);
  let cellSeconds = 0;
  const sheet = todo.length > 0 ? newSheet(folder, task, table) : null;
  if (sheet !== null) {
    const bar = await progressBar('{bar} {value} of {total} cells  {failed} failed');
    let [done, failed] = [cells.length - todo.length, 0];
    const onProgress = (batch: readonly number[], milliseconds: number) => {
      cellSeconds += milliseconds / 1000;
      failed += cellsThat(state, 'failed', batch).length;
      done += batch.length - cellsThat(state, 'open', batch).length;
      bar.update(done, cells.length, { failed });
    };
    const start = { request, table, sheet, out: folder, states };
    await runCells(start, todo, onProgress, { threads, signal }).finally(bar.stop);
  }
  return {
    sheet,
    cells: cells.length,
    before: cells.length - todo.length,
    failed: cellsThat(state, 'failed', cells),
    open: cellsThat(state, 'open', cells),
    cellSeconds,
  };
}
