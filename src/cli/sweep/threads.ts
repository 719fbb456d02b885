/**
 * The cells of a sweep over threads: each takes a batch of the next ones when it is done with its last. Batches
 * are as many cells as take a moment, so that handing them out costs nothing beside small cells and large ones
 * are shared evenly.
 */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { builtWorker } from '../../host/built.ts';
import { errorFromJson } from '../../numerics/errors.ts';
import { failedRow, type SweepTable } from './rows.ts';
import { sharingOf } from './share.ts';
import { type Pen, penOf } from './sheet.ts';
import { claim, STATE } from './state.ts';
import type { BatchResult, SweepThreadStart } from './worker.ts';

/** Milliseconds of a batch. */
const MOMENT = 200;
const MOST_IN_BATCH = 2_000;

export interface Running {
  /** All cores where it is absent. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs the cells; `onProgress` hears of every batch, and what it took. A thread that dies takes the cell that it was at with it,
 * whose row then says so, and another takes its place. When the signal comes, every thread ends with the cell that
 * it is at. Throws Error where rows cannot be written.
 */
export async function runCells(
  shared: Omit<SweepThreadStart, 'stop'>,
  cells: readonly number[],
  onProgress: (batch: readonly number[], milliseconds: number) => void,
  { threads = availableParallelism(), signal }: Running,
): Promise<void> {
  const count = Math.min(threads, cells.length);
  const start = { ...shared, stop: new Int32Array(new SharedArrayBuffer(4)) };
  const pool = openPool(start, count);
  const queue = queueOf(start.table, cells, count);
  const pen = penOf(start.sheet);
  let [over, isBroken] = [false, false];
  const stop = () => {
    Atomics.store(start.stop, 0, 1);
    over = true;
  };
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const serve = async () => {
    for (let batch = queue.next(0); batch.length > 0 && !(over || isBroken); ) {
      const result = await runBatch(pool, batch);
      if (isBroken) return;
      if ('failure' in result) throw errorFromJson(result.failure);
      if ('lost' in result) queue.putBack(buryCell(start, batch, pen, result.lost));
      const milliseconds = 'lost' in result ? 0 : result.milliseconds;
      onProgress(batch, milliseconds);
      batch = queue.next(milliseconds / batch.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: count }, serve));
  } finally {
    isBroken = true;
    signal?.removeEventListener('abort', stop);
    await pool.destroy();
    pen.close();
  }
}

function openPool(start: SweepThreadStart, threads: number): Tinypool {
  const pool = new Tinypool({
    filename: builtWorker('cli/sweep/worker'),
    minThreads: threads,
    maxThreads: threads,
    workerData: start,
  });
  // A thread that dies between two batches has lost nothing, and another takes its place.
  pool.on('error', () => {});
  return pool;
}

/** What a thread answers, or why it did not. */
async function runBatch(
  pool: Tinypool,
  batch: readonly number[],
): Promise<BatchResult | { readonly lost: unknown }> {
  try {
    return await pool.run(batch);
  } catch (lost) {
    return { lost };
  }
}

/**
 * Writes the row of the cell at which a thread died; returns those of its batch that are still to be run, one by one.
 * Of cells that shared a run it is not known which one that was.
 */
function buryCell(
  { states, table }: SweepThreadStart,
  batch: readonly number[],
  pen: Pen,
  reason: unknown,
): readonly number[] {
  const open = batch.filter((cell) => states[cell] === STATE.open);
  const [lost, ...others] = open;
  if (lost === undefined) return [];
  if (sharingOf(table).among(batch, lost).length > 1) return open;
  if (claim(states, lost, 'failed'))
    pen.append(failedRow(table, lost, new Error(`its thread ended: ${reason}`)));
  return others;
}

/** The cells still to be run, in their order; the size of a batch comes from the cost of a cell, by thread. */
function queueOf(table: SweepTable, all: readonly number[], threads: number) {
  const sharing = sharingOf(table);
  const cells = sharing.order(all);
  let taken = 0;
  const returned: number[] = [];
  return {
    /** The next cells; one where it is not known what a cell costs. */
    next(millisecondsPerCell: number): readonly number[] {
      if (returned.length > 0) return returned.splice(0, 1);
      const fair = Math.ceil((cells.length - taken) / (2 * threads));
      const wanted = millisecondsPerCell > 0 ? Math.floor(MOMENT / millisecondsPerCell) : 1;
      const size = Math.max(1, Math.min(wanted, fair, MOST_IN_BATCH));
      const begun = taken;
      while (taken < Math.min(begun + size, cells.length)) taken = sharing.end(cells, taken);
      return cells.slice(begun, taken);
    },
    putBack: (open: readonly number[]) => void returned.push(...open),
  };
}
