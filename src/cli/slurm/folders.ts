/** `sweep status` and `sweep resume`: of a sweep's folder, and of any other work that was given to Slurm. */
import { setTimeout as sleep } from 'node:timers/promises';
import { packageVersion } from '../../host/package.ts';
import { counted } from '../../numerics/counted.ts';
import { hasSweep } from '../sweep/record.ts';
import { sweepWork } from '../sweep/slurm.ts';
import { sweepStatus } from '../sweep/status.ts';
import { printJson, printLines } from '../terminal.ts';
import type { Asked } from './flags.ts';
import { readJournal } from './journal.ts';
import { type Overview, overviewLines, readOverview } from './overview.ts';
import { resumeWork } from './submission.ts';
import type { Work } from './work.ts';

interface Flags {
  readonly json?: boolean;
  readonly retryFailed?: boolean;
  /** Say it again and again until no job is left. */
  readonly watch?: boolean;
}

/**
 * The work in a folder, of which no more is loaded than its kind needs. Throws InputError (field `folder`) where there
 * is none.
 */
async function workIn(folder: string, flags: Flags): Promise<Work> {
  const plan = readJournal(folder).findLast((deed) => deed.deed === 'planned');
  if (hasSweep(folder) || !plan) return sweepWork(folder, flags);
  return plan.kind === 'experiments'
    ? (await import('../experiment/slurm.ts')).experimentsWork(folder, plan.about)
    : (await import('../operations/slurm.ts')).operationWork(folder, plan.about);
}

export const resumeFolder = async (folder: string, flags: Flags, asked: Asked): Promise<void> =>
  resumeWork(await workIn(folder, flags), asked, flags);

/** Milliseconds between two looks: the controller of a cluster is not ours alone. */
const PAUSE = 30_000;

export async function folderStatus(folder: string, { json, watch }: Flags): Promise<void> {
  const work = await workIn(folder, {});
  const command = 'sweep status';
  for (;;) {
    const status = work.kind === 'sweep' ? sweepStatus(folder) : statusOf(work);
    const slurm = await readOverview(work, status.open);
    if (json) printJson({ command, version: packageVersion(), ...status.json, slurm });
    else printLines([...status.lines, ...overviewLines(slurm, work)]);
    if (!watch || !goesOn(slurm)) return;
    await sleep(PAUSE);
  }
}

/** Also while Slurm does not answer. */
const goesOn = (overview: Overview | null) =>
  overview !== null && (overview.unanswered !== null || overview.jobs.length > 0);

/** Of work whose items are few. */
function statusOf({ noun, items, look, name }: Work) {
  const { open } = look();
  const missing = open.map(name);
  return {
    json: { [`${noun}s`]: items, done: items - open.length, missing },
    lines: [
      `${items - open.length} of ${counted(items, noun)} done`,
      ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ],
    open,
  };
}
