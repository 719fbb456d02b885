/**
 * Work for Slurm: plans how many tasks it takes, from what an item costs and what the cluster allows, writes scripts
 * and tasks into the folder of the work, submits them and says so. `resume` submits again those that are not done.
 */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { COMMAND_LINE } from '../../host/built.ts';
import { packageVersion } from '../../host/package.ts';
import { counted } from '../../numerics/counted.ts';
import { InputError, LimitError } from '../../numerics/errors.ts';
import { printJson, printLines } from '../terminal.ts';
import { type Cluster, readCluster } from './cluster.ts';
import type { Asked } from './flags.ts';
import {
  lastPlan,
  noteDeed,
  readJournal,
  readTasks,
  submissionFolder,
  TASKS,
  writeSubmission,
} from './journal.ts';
import { bytesOf, type SlurmOptions, secondsOf, slurmOptions } from './options.ts';
import { faultLines, readOverview } from './overview.ts';
import { deal, MOST_TASKS, taskCount } from './plan.ts';
import { isOver, readQueue } from './queue.ts';
import { jobScript, mergeScript } from './script.ts';
import { JOB, lookAgain, MERGE, RefusedError, type Submission, submitAll } from './submit.ts';
import { dryLines, jobsText, submissionRecord, submittedLines } from './told.ts';
import type { Timing, Work } from './work.ts';

interface Printed {
  readonly json?: boolean;
}

/** What the cluster allows, and what is asked of it. */
export interface Opened {
  readonly options: SlurmOptions;
  readonly cluster: Cluster;
  readonly dryRun: boolean;
}

/**
 * Checks a folder and what is asked, before anything is written there. Throws InputError, also where there is no
 * Slurm or jobs of the folder are queued, and Error where Slurm does not answer.
 */
export async function openSlurm(folder: string, asked: Asked): Promise<Opened> {
  checkFolder(resolve(folder));
  const options = slurmOptions(asked.options, asked.profile);
  const cluster = await readCluster(options);
  await checkIdle(folder);
  return { options, cluster, dryRun: asked.dryRun };
}

/** Submits what is open of the work. Throws InputError for what no task could be run with, before anything is submitted. */
export async function submitWork(work: Work, opened: Opened, printed: Printed): Promise<void> {
  const { options, cluster } = opened;
  const { open } = work.look();
  if (open.length === 0) return tellNothing(work, printed);
  const timing = (options.cellsPerTask === undefined && (await work.time?.(open))) || null;
  if (timing) checkTiming(work, timing, options);
  const left = work.look().open;
  if (left.length === 0) return tellNothing(work, printed);
  const groups = work.groups?.(left) ?? left.map((item) => [item]);
  let tasks = Math.min(groups.length, tasksFor(left.length, timing, options, cluster));
  for (; ; tasks = Math.ceil(tasks / 2)) {
    const lines = deal(groups, tasks).map((some) => work.line(some.flat()));
    try {
      return await submitPlan(work, { lines, tasks: [...lines.keys()], timing }, opened, printed);
    } catch (error) {
      if (tasks === 1 || !isTooMany(error)) throw error;
    }
  }
}

/** Submits the tasks of the last plan that have items open, as an array with a list of their indexes. */
export async function resumeWork(work: Work, asked: Asked, printed: Printed): Promise<void> {
  const plan = lastPlan(work.folder, readJournal(work.folder));
  const options = { ...plan.options, ...asked.options };
  const opened = await openSlurm(work.folder, { ...asked, options });
  const open = new Set(work.look().open);
  if (open.size === 0) return tellNothing(work, printed);
  const lines = readTasks(work.folder, plan.nonce);
  const isOpen = (line: string) => work.itemsOf(line).some((item) => open.has(item));
  const tasks = [...lines.keys()].filter((task) => isOpen(lines[task]));
  const planned = new Set(tasks.flatMap((task) => work.itemsOf(lines[task])));
  // such as those whose sheets were removed
  if ([...open].some((item) => !planned.has(item))) return submitWork(work, opened, printed);
  const timing = { seconds: plan.secondsPerItem, atLeast: 0, memory: null };
  await submitPlan(work, { lines, tasks, timing }, opened, printed);
}

/** Slurm reads % in names of files as a number of the job, and a backslash as its end. */
function checkFolder(folder: string): void {
  const odd = /[%\\\n]/.exec(folder)?.[0];
  if (odd !== undefined)
    throw new InputError(
      'out',
      `the path "${folder}" has ${JSON.stringify(odd)}: expected none of % and \\ and no line end, which Slurm reads as something else; choose another folder`,
    );
}

/** Throws InputError (field `folder`) where jobs of the folder are queued, Error where Slurm does not answer. */
async function checkIdle(folder: string): Promise<void> {
  const nonces = new Set(readJournal(folder).map(({ nonce }) => nonce));
  if (nonces.size === 0) return;
  const live = (await readQueue()).filter((job) => nonces.has(job.nonce) && !isOver(job));
  if (live.length === 0) return;
  const [{ id, state, reason }] = live;
  throw new InputError(
    'folder',
    `"${folder}" has ${counted(live.length, 'job')} in Slurm's queue, such as ${id} (${state}, ${reason}): expected none, wait for their end, release them, or run \`schmetterling sweep cancel\` on the folder first`,
  );
}

function tellNothing({ command, folder, merge }: Work, { json }: Printed): void {
  if (json) printJson({ command, version: packageVersion(), folder, tasks: 0, jobs: [] });
  else {
    const next = merge === null ? '' : `: \`schmetterling ${merge}\` puts it together`;
    printLines([`nothing is missing in ${folder}${next}`]);
  }
}

/** Throws InputError for a time limit or a memory that one item alone exceeds. */
function checkTiming({ noun }: Work, timing: Timing, { timeLimit, mem }: SlurmOptions): void {
  const { seconds, atLeast, memory } = timing;
  const limit = timeLimit === undefined ? null : secondsOf(timeLimit);
  const least = seconds ?? atLeast;
  if (limit !== null && least > limit)
    throw new InputError(
      'timeLimit',
      `option timeLimit is "${timeLimit}", and one ${noun} takes ${seconds === null ? 'over ' : ''}${least.toFixed(0)} s here: expected time for one at least, raise it`,
    );
  const bytes = mem === undefined ? 0 : bytesOf(mem);
  if (memory !== null && bytes > 0 && bytes < memory)
    throw new InputError(
      'mem',
      `option mem is "${mem}", and one ${noun} takes ${Math.ceil(memory / 2 ** 20)}M here: expected as much at least, raise it`,
    );
}

/** Throws LimitError where the cluster takes no more. */
function tasksFor(
  items: number,
  timing: Timing | null,
  { cores, throttle, timeLimit, cellsPerTask }: SlurmOptions,
  { room, cores: all }: Cluster,
): number {
  // one is for the job that merges
  const free = room - 1;
  const least = cellsPerTask === undefined ? 1 : Math.ceil(items / cellsPerTask);
  if (free < least)
    throw new LimitError(
      'slurm',
      `the cluster takes ${counted(Math.max(0, free), 'more task')} of yours now, and the work has ${least} or more: expected room for them, wait for the end of other jobs or raise --cells-per-task`,
    );
  if (least > MOST_TASKS)
    throw new LimitError(
      'cellsPerTask',
      `option cellsPerTask is ${cellsPerTask}, which makes ${least} tasks: expected up to ${MOST_TASKS}, raise it`,
    );
  if (cellsPerTask !== undefined) return least;
  const slots = Math.min(throttle ?? Number.POSITIVE_INFINITY, Math.floor((all ?? cores) / cores));
  return taskCount({
    ...{ items, cores, room: free, slots: Math.max(1, slots) },
    secondsPerItem: timing?.seconds ?? timing?.atLeast ?? null,
    timeLimit: timeLimit === undefined ? null : secondsOf(timeLimit),
  });
}

/** Words of sbatch for more jobs than a user may have, where no account told the number before. */
const isTooMany = (error: unknown) =>
  error instanceof RefusedError && /submit ?(job ?)?limit|MaxSubmit|GrpSubmit/i.test(error.message);

interface Plan {
  /** The items of every task. */
  readonly lines: readonly string[];
  /** Those that are submitted. */
  readonly tasks: readonly number[];
  readonly timing: Timing | null;
}

async function submitPlan(
  work: Work,
  { lines, tasks, timing }: Plan,
  { options, cluster, dryRun }: Opened,
  { json }: Printed,
): Promise<void> {
  const { kind, about, folder } = work;
  const { arraySize } = cluster;
  const nonce = randomBytes(4).toString('hex');
  const secondsPerItem = timing?.seconds ?? null;
  const merges = work.merge !== null;
  const submission: Submission = { folder, nonce, options, tasks, arraySize, merges };
  writeSubmission(folder, nonce, {
    [TASKS]: `${lines.join('\n')}\n`,
    ...scriptsOf(work, nonce, options),
  });
  const told = { work, submission, secondsPerItem };
  if (dryRun) return json ? printJson(submissionRecord(told, null)) : printLines(dryLines(told));
  noteDeed(folder, { deed: 'planned', nonce, kind, about, options, secondsPerItem, arraySize });
  const jobs = await submitAll(submission);
  if (!json) printLines(submittedLines(told, jobs));
  const sure = await lookAgain(submission, jobs);
  // such as those whose nodes do not see the folder: they end at once
  const faults = (await readOverview(work, work.look().open))?.faults ?? [];
  if (json) return printJson({ ...submissionRecord(told, sure), faults });
  const anew =
    sure === jobs ? [] : [`lost with their controller, submitted anew: ${jobsText(sure)}`];
  const more = [...anew, ...faultLines(faults, work.noun)];
  if (more.length > 0) printLines(more);
}

function scriptsOf(work: Work, nonce: string, { before }: SlurmOptions) {
  const { title, cwd, folder, merge } = work;
  const start = { title, before, cwd, node: process.execPath, entry: COMMAND_LINE };
  const tasks = join(submissionFolder(folder, nonce), TASKS);
  return {
    [JOB]: jobScript(start, work.task(tasks, nonce)),
    ...(merge !== null && { [MERGE]: mergeScript(start, merge) }),
  };
}
