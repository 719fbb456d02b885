/** A sweep as work for Slurm: its cells, the commands of its tasks and of its table, and what a cell costs. */
import { resolve } from 'node:path';
import { InputError } from '../../numerics/errors.ts';
import type { Asked } from '../slurm/flags.ts';
import { quoted } from '../slurm/script.ts';
import { openSlurm, submitWork } from '../slurm/submission.ts';
import type { Work } from '../slurm/work.ts';
import { rangesText, readRanges } from './ranges.ts';
import { hasSweep, readRecord, whereItWasPlanned } from './record.ts';
import type { SweepFlags } from './request.ts';
import { sampleCells } from './sample.ts';
import { type Sharing, sharingOf } from './share.ts';
import { cellsThat, checkResults, readState } from './state.ts';

/** `sweep … --slurm`. Throws InputError for flags of this machine, and for what no task could be run with. */
export async function sweepOnSlurm(flags: SweepFlags, asked: Asked): Promise<void> {
  const local = (['shard', 'threads'] as const).find((name) => flags[name] !== undefined);
  if (local)
    throw new InputError(
      local,
      `option ${local} is of one machine, and slurm is given: expected --cores for the threads of a task and --throttle for tasks at a time, leave it out`,
    );
  // Only here, so that a look at a sweep loads nothing that runs one.
  const { readContinued, readSweep } = await import('./request.ts');
  const { planSweep } = await import('./run.ts');
  const continued = readContinued(flags);
  const goesOn = continued !== null && hasSweep(continued.out);
  const job = goesOn ? null : readSweep(flags);
  const out = job?.out ?? String(flags.out);
  const opened = await openSlurm(out, asked);
  if (job) await planSweep(job.request, out);
  await submitWork(sweepWork(out, flags), opened, flags);
}

/** The sweep that stands in a folder. Throws InputError (field `folder`) where there is none. */
export function sweepWork(out: string, { retryFailed = false }: { retryFailed?: boolean }): Work {
  const record = readRecord(out, 'folder');
  const folder = resolve(out);
  const again = retryFailed ? ' --retry-failed' : '';
  return {
    ...{ kind: 'sweep', command: 'sweep', title: `the sweep in ${out}`, noun: 'cell' },
    ...{ folder, cwd: record.cwd ?? process.cwd(), items: record.cells },
    look() {
      const state = readState([folder], record);
      checkResults(state);
      const failed = cellsThat(state, 'failed');
      const open = cellsThat(state, 'open');
      return { failed, open: retryFailed ? [...open, ...failed].sort((a, b) => a - b) : open };
    },
    name: (cell) => `cell ${cell}`,
    groups: (cells) => groupsOf(sharingOf(record), cells),
    line: (cells) => rangesText(cells.toSorted((a, b) => a - b)),
    itemsOf: (line) => readRanges(line, record.cells),
    task: (tasks, nonce) =>
      `sweep task ${quoted(folder)} --cells-of ${quoted(tasks)} --line $((task + 1)) --task ${nonce}-$task --restart $restart --threads $cores${again}`,
    merge: `sweep merge ${quoted(folder)}`,
    time: (cells) => whereItWasPlanned(folder, record, () => sampleCells(folder, cells)),
  };
}

/** Cells that share a run. */
function groupsOf({ order, end }: Sharing, cells: readonly number[]): number[][] {
  const ordered = order(cells);
  const groups: number[][] = [];
  for (let at = 0; at < ordered.length; at = end(ordered, at))
    groups.push(ordered.slice(at, end(ordered, at)));
  return groups;
}
