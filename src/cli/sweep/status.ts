/** `sweep status`: how far a sweep is, from its files, and what becomes of its jobs, where Slurm has some. */
import { setTimeout as sleep } from 'node:timers/promises';
import { packageVersion } from '../../host/package.ts';
import { counted } from '../../numerics/counted.ts';
import { printable } from '../../numerics/printable.ts';
import { type Overview, overviewLines, readOverview } from '../slurm/overview.ts';
import { printJson, printLines } from '../terminal.ts';
import { rangesNamed, rangesText } from './ranges.ts';
import { readRecord, type SweepRecord } from './record.ts';
import { sweepWork } from './slurm.ts';
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

interface StatusFlags {
  readonly json?: boolean;
  /** Say it again and again until no job is left. */
  readonly watch?: boolean;
}

/** Milliseconds between two looks: the controller of a cluster is not ours alone. */
const PAUSE = 30_000;

export async function sweepStatus(folder: string, { json, watch }: StatusFlags): Promise<void> {
  const work = sweepWork(folder, {});
  const record = readRecord(folder, 'folder');
  for (;;) {
    const state = readState([folder], record);
    const status = statusOf(state);
    const overview = await readOverview(work, cellsThat(state, 'open'));
    if (json) printJson(recordOf(record, status, overview));
    else printLines([...statusLines(status, state), ...overviewLines(overview, work)]);
    if (!watch || !goesOn(overview)) return;
    await sleep(PAUSE);
  }
}

/** Also while Slurm does not answer. */
const goesOn = (overview: Overview | null) =>
  overview !== null && (overview.unanswered !== null || overview.jobs.length > 0);

function recordOf(
  { version, streams }: SweepRecord,
  status: ReturnType<typeof statusOf>,
  slurm: Overview | null,
) {
  const sweep = { version, streams: streams ?? null };
  return { command: 'sweep status', version: packageVersion(), sweep, ...status, slurm };
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
