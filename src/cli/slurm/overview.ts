/**
 * How far the jobs of a folder are: the journal says what was submitted, Slurm's queue what it remembers of that, and
 * the logs why a task is over without its items. What is done is said by the files of the work alone (work.ts).
 */
import { printable } from '../../numerics/printable.ts';
import { type Deed, logsOf, type Planned, readJournal, readLog, readTasks } from './journal.ts';
import { isOver, isRunning, type QueuedJob, readQueue } from './queue.ts';
import { logOf, MERGE_LOG } from './submit.ts';
import type { Work } from './work.ts';

export interface Overview {
  /** Why Slurm was not asked in vain; null where it has answered. */
  readonly unanswered: string | null;
  /** Jobs that are not over, with the number of their task. */
  readonly jobs: readonly ListedJob[];
  /** Open items of running tasks, of pending ones by Slurm's reason, and of none. */
  readonly running: number;
  readonly pending: Readonly<Record<string, number>>;
  readonly idle: number;
  /** Seconds until all is done at the pace of the tasks that run; null where none does or nobody knows it. */
  readonly seconds: number | null;
  /** Last words of tasks that are over without their items, each once, with one of the tasks. */
  readonly faults: readonly { readonly task: number; readonly words: string }[];
  /** Last words of the job that merges. */
  readonly merge: string | null;
}

export interface ListedJob {
  readonly id: number;
  readonly task: number | 'merge';
  readonly state: string;
  readonly reason: string;
  readonly left: string;
}

/** Null where nothing of the folder was ever submitted. */
export async function readOverview(work: Work, open: readonly number[]): Promise<Overview | null> {
  const deeds = readJournal(work.folder);
  if (deeds.length === 0) return null;
  const nonces = new Set(deeds.map(({ nonce }) => nonce));
  try {
    const queue = (await readQueue()).filter((job) => nonces.has(job.nonce));
    return overviewOf(work, deeds, open, queue, null);
  } catch (error) {
    return overviewOf(
      work,
      deeds,
      open,
      [],
      error instanceof Error ? error.message : String(error),
    );
  }
}

function overviewOf(
  work: Work,
  deeds: readonly Deed[],
  missing: readonly number[],
  queue: readonly QueuedJob[],
  unanswered: string | null,
): Overview {
  const live = queue.filter((job) => !isOver(job));
  const open = new Set(missing);
  const held = new Set<number>();
  const tasks = tasksOf(work);
  const take = (jobs: readonly QueuedJob[]) => {
    const own = jobs
      .flatMap((job) => tasks(job))
      .filter((item) => open.has(item) && !held.has(item));
    for (const item of own) held.add(item);
    return new Set(own).size;
  };
  const runs = live.filter(isRunning);
  const running = take(runs);
  const waits = live.filter((job) => !isRunning(job));
  const reasons = [...new Set(waits.map(({ reason }) => reason))];
  const pending = Object.fromEntries(
    reasons.map((reason) => [reason, take(waits.filter((job) => job.reason === reason))]),
  );
  const plan = deeds.findLast((deed) => deed.deed === 'planned');
  const speed = runs.filter(({ part }) => part !== 'merge').length * (plan?.options.cores ?? 1);
  const each = plan?.secondsPerItem ?? null;
  return {
    unanswered,
    jobs: live.map(listed),
    ...{ running, pending, idle: open.size - held.size },
    seconds: each === null || speed === 0 ? null : (open.size * each) / speed,
    // who does not answer may have them running
    faults: plan && unanswered === null ? faultsOf(work, plan, open, held) : [],
    merge: plan ? lastWords(work.folder, plan.nonce, MERGE_LOG) : null,
  };
}

const taskOf = ({ part, index }: QueuedJob) => (part === 'merge' ? part : part + (index ?? 0));

const listed = (job: QueuedJob): ListedJob => {
  const { id, state, reason, left } = job;
  return { id, task: taskOf(job), state, reason, left };
};

/** The items of a job; the files of a submission are read once. */
function tasksOf({ folder, itemsOf }: Work) {
  const lines = new Map<string, readonly string[]>();
  return (job: QueuedJob): readonly number[] => {
    const task = taskOf(job);
    if (task === 'merge') return [];
    const known = lines.get(job.nonce) ?? readTasks(folder, job.nonce);
    lines.set(job.nonce, known);
    return task < known.length ? itemsOf(known[task]) : [];
  };
}

/** Tasks whose logs are read, and faults that are told. */
const MOST_READ = 50;
const MOST_TOLD = 3;

function faultsOf(
  { folder, itemsOf }: Work,
  { nonce, arraySize }: Planned,
  open: ReadonlySet<number>,
  held: ReadonlySet<number>,
) {
  const found = new Map<string, number>();
  const logs = new Set(logsOf(folder, nonce));
  const lost = readTasks(folder, nonce)
    .map((line, task) => ({ task, items: itemsOf(line) }))
    .filter(({ items }) => items.some((item) => open.has(item) && !held.has(item)));
  for (const { task } of lost.slice(0, MOST_READ)) {
    const log = logOf(task, arraySize);
    const words = logs.has(log)
      ? lastWords(folder, nonce, log)
      : 'it has left no log: was it begun, and does its node see this folder?';
    if (words !== null && !found.has(words)) found.set(words, task);
  }
  return [...found].slice(0, MOST_TOLD).map(([words, task]) => ({ task, words }));
}

/** The last line of a log that says something; null where there is none. */
function lastWords(folder: string, nonce: string, log: string): string | null {
  if (!logsOf(folder, nonce).includes(log)) return null;
  return readLog(folder, nonce, log).trim().split('\n').at(-1) || null;
}

/** For a screen. */
export function overviewLines(overview: Overview | null, { noun }: Pick<Work, 'noun'>): string[] {
  if (!overview) return [];
  const { unanswered, jobs, running, pending, idle, seconds, faults, merge } = overview;
  const reasons = Object.entries(pending).filter(([, count]) => count > 0);
  const counts = [
    ...(running > 0 ? [`${running} running`] : []),
    ...reasons.map(([reason, count]) => `${count} pending (${reason})`),
    ...(idle > 0 ? [`${idle} in no job`] : []),
  ];
  const merges = jobs.find(({ task }) => task === 'merge');
  return [
    ...(unanswered === null ? [] : [`${printable(unanswered)}: files and journal alone are told`]),
    ...(unanswered === null && counts.length > 0 ? [`missing ${noun}s: ${counts.join(', ')}`] : []),
    ...(seconds === null ? [] : [`about ${duration(seconds)} left`]),
    ...(merges ? [`the job that merges is ${merges.state} (${merges.reason})`] : []),
    ...(!merges && merge !== null ? [`merge: ${printable(merge)}`] : []),
    ...faultLines(faults, noun),
  ];
}

export const faultLines = (faults: Overview['faults'], noun: string): string[] =>
  faults.map(({ task, words }) => `task ${task} is over without its ${noun}s: ${printable(words)}`);

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
