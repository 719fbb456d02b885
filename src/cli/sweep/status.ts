/** How far a sweep is, from its files alone. */
import { counted } from '../../numerics/counted.ts';
import { printable } from '../../numerics/printable.ts';
import { rangesNamed, rangesText } from './ranges.ts';
import { readRecord } from './record.ts';
import { cellsThat, failuresOf, readState, type SweepState } from './state.ts';

/** Most failures that are listed. */
const MOST_LISTED = 1_000;

/** A sweep's state as it is printed. */
export function statusOf(state: SweepState) {
  const failed = cellsThat(state, 'failed');
  const missing = cellsThat(state, 'open');
  return {
    cells: state.states.length,
    done: state.states.length - failed.length - missing.length,
    failed: failed.length,
    missing: missing.length,
    missingCells: rangesText(missing),
    failures: failuresOf(state, failed.slice(0, MOST_LISTED)),
    conflicts: state.conflicts,
  };
}

/** What a sweep has come to by its files: as JSON, as lines, and the cells that have no result. */
export function sweepStatus(folder: string) {
  const record = readRecord(folder, 'folder');
  const state = readState([folder], record);
  const status = statusOf(state);
  const { version, streams = null } = record;
  return {
    json: { sweep: { version, streams }, ...status },
    lines: statusLines(status, state),
    open: cellsThat(state, 'open'),
  };
}

function statusLines(
  { cells, done, failed, missing, failures, conflicts }: ReturnType<typeof statusOf>,
  state: SweepState,
): string[] {
  const [first] = failures;
  return [
    `${done} of ${counted(cells, 'cell')} done, ${failed} failed, ${missing} missing`,
    ...(missing > 0 ? [`missing: ${rangesNamed(cellsThat(state, 'open'))}`] : []),
    ...(first ? [`failed, such as cell ${first.cell}: ${printable(first.error)}`] : []),
    ...conflicts
      .slice(0, 1)
      .map(({ cell, sheets }) => `cell ${cell} has two results: in ${sheets.join(' and in ')}`),
  ];
}
