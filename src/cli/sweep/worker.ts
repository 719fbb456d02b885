/** A thread of a sweep: runs cells, and writes the row of each as soon as it is done. */
import { workerData } from 'node:worker_threads';
import { type ErrorRecord, errorToJson } from '../../numerics/errors.ts';
import { type Plan, planOf } from './plan.ts';
import { keepPositions } from './positions.ts';
import type { SweepRequest } from './request.ts';
import type { SweepTable } from './rows.ts';
import { groupResults, sharingOf } from './share.ts';
import { type Pen, penOf } from './sheet.ts';
import { claim } from './state.ts';

export interface SweepThreadStart {
  readonly request: SweepRequest;
  readonly table: SweepTable;
  readonly sheet: string;
  /** The folder of the sweep. */
  readonly out: string;
  /** Shared, by cell: who sets one writes its row. */
  readonly states: Uint8Array;
  /** Shared: not 0 when no further cell shall begin. */
  readonly stop: Int32Array;
}

/** The milliseconds that the cells took, or why rows could not be written. */
export type BatchResult = { readonly milliseconds: number } | { readonly failure: ErrorRecord };

const [, start] = workerData as [unknown, SweepThreadStart];
const sharing = sharingOf(start.table);
let ready: { readonly plan: Plan; readonly pen: Pen } | null = null;

/** Never throws: see server/worker.ts. */
export default async function run(cells: readonly number[]): Promise<BatchResult> {
  const { request, table, sheet, out, states, stop } = start;
  try {
    ready ??= { plan: await planOf(request), pen: penOf(sheet) };
    const begun = performance.now();
    const isOver = () => Atomics.load(stop, 0) !== 0;
    for (let k = 0; k < cells.length && !isOver(); k = sharing.end(cells, k)) {
      const group = cells.slice(k, sharing.end(cells, k));
      for await (const result of groupResults(table, group, ready.plan.settingsOf)) {
        const { cell, row, state, frames } = result;
        if (frames.length > 0) keepPositions(out, cell, frames);
        if (claim(states, cell, state)) ready.pen.append(row);
        if (isOver()) break;
      }
    }
    ready.pen.keep();
    return { milliseconds: performance.now() - begun };
  } catch (error) {
    return { failure: errorToJson(error) };
  }
}
