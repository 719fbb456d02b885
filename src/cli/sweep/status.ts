/** `sweep status`: how far a sweep is, from its files alone. */
import { packageVersion } from '../../host/package.ts';
import { counted } from '../../numerics/counted.ts';
import { printable } from '../../numerics/printable.ts';
import { printJson, printLines } from '../terminal.ts';
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

export async function sweepStatus(folder: string, flags: { json?: boolean }): Promise<void> {
  const record = readRecord(folder, 'folder');
  const { version, streams = null } = record;
  const state = readState([folder], record);
  const status = statusOf(state);
  if (flags.json)
    printJson({
      command: 'sweep status',
      version: packageVersion(),
      sweep: { version, streams },
      ...status,
    });
  else printLines(statusLines(status, state));
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
