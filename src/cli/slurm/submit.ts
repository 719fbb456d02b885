/**
 * Gives the jobs of a submission to Slurm: the arrays of its tasks, and the job that merges when they are over. All of
 * them or none; and looked at again, since a controller that dies within seconds forgets what it has accepted.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../numerics/errors.ts';
import { rangesText } from '../sweep/ranges.ts';
import { callSlurm } from './command.ts';
import { logFolder, logsOf, noteDeed, readJournal, submissionFolder } from './journal.ts';
import { requested, type SlurmOptions, secondsOf } from './options.ts';
import { type Chunk, chunksOf } from './plan.ts';
import { isOver, markOf, type Part, type QueuedJob, readQueue } from './queue.ts';

export interface Submission {
  readonly folder: string;
  readonly nonce: string;
  readonly options: SlurmOptions;
  /** Rising. */
  readonly tasks: readonly number[];
  /** Indexes of arrays are below this. */
  readonly arraySize: number;
  /** Whether a job follows that merges. */
  readonly merges: boolean;
}

export interface SubmittedJob {
  readonly part: Part;
  readonly id: number;
  readonly indexes?: string;
}

export const JOB = 'job.sh';
export const MERGE = 'merge.sh';

/** The jobs to be, without what they depend on. */
export function jobsOf(submission: Submission): readonly { part: Part; chunk?: Chunk }[] {
  const { tasks, arraySize, options, merges } = submission;
  const chunks = chunksOf(tasks, arraySize, options.throttle ?? null);
  const arrays = chunks.map((chunk) => ({ part: chunk.offset, chunk }));
  return merges ? [...arrays, { part: 'merge' }] : arrays;
}

/** Whether a job depends on the one of that number in their order: the merge on all, a chunk on that of its lane. */
export const precedes =
  ({ chunk }: { readonly chunk?: Chunk }) =>
  (_: unknown, job: number) =>
    !chunk || chunk.after === job;

/** Seconds before its end at which a task is told, where nothing is said, and the least. */
const [WARNING, LEAST_WARNING] = [90, 10];

/** Slurm looks every 30 s: a warning longer than the limit would come at once. */
function warningOf({ timeLimit }: SlurmOptions): number {
  const limit = timeLimit === undefined ? null : secondsOf(timeLimit);
  return limit === null
    ? WARNING
    : Math.max(LEAST_WARNING, Math.min(WARNING, Math.floor(limit / 4)));
}

/** The words of `sbatch` for a job that depends on those ids. */
export function sbatchWords(
  { folder, nonce, options }: Submission,
  { part, chunk }: { readonly part: Part; readonly chunk?: Chunk },
  after: readonly (number | string)[],
): string[] {
  const log = chunk ? logName(chunk.offset, '%a') : MERGE_LOG;
  const throttle = chunk?.throttle ? `%${chunk.throttle}` : '';
  return [
    ...['--parsable', `--comment=${markOf(nonce, part)}`, '--job-name=schmetterling'],
    ...(chunk ? [`--array=${rangesText(chunk.indexes)}${throttle}`] : []),
    ...(after.length > 0 ? [`--dependency=afterany:${after.join(':')}`] : []),
    ...[`--output=${join(logFolder(folder, nonce), log)}`, '--open-mode=append', '--requeue'],
    ...(chunk ? [`--signal=B:USR1@${warningOf(options)}`] : []),
    ...requested(options, chunk ? options.cores : 1),
    join(submissionFolder(folder, nonce), chunk ? JOB : MERGE),
    ...(chunk ? [String(chunk.offset)] : []),
  ];
}

export const MERGE_LOG = 'merge.log';
const logName = (offset: number, index: number | string) => `task-${offset}-${index}.log`;

/** The log of a task. */
export const logOf = (task: number, arraySize: number): string =>
  logName(task - (task % arraySize), task % arraySize);

/** What Slurm said no to. */
export class RefusedError extends InputError {}

/** Submits all jobs, or cancels those that were taken already. Throws RefusedError with the words of `sbatch`. */
export async function submitAll(submission: Submission): Promise<SubmittedJob[]> {
  const jobs: SubmittedJob[] = [];
  try {
    for (const job of jobsOf(submission)) jobs.push(await submitOne(submission, job, jobs));
  } catch (error) {
    await cancelIds(jobs.map(({ id }) => id));
    noteDeed(submission.folder, { deed: 'cancelled', nonce: submission.nonce });
    throw error;
  }
  return jobs;
}

async function submitOne(
  submission: Submission,
  job: { readonly part: Part; readonly chunk?: Chunk },
  before: readonly SubmittedJob[],
): Promise<SubmittedJob> {
  const { folder, nonce } = submission;
  const { part, chunk } = job;
  const after = before.map(({ id }) => id).filter(precedes(job));
  const answer = await callSlurm('sbatch', sbatchWords(submission, job, after));
  const id = answer.ok
    ? Number.parseInt(answer.stdout, 10)
    : await idAfterAll(nonce, part, answer.late);
  if (id === null)
    throw new RefusedError(
      'slurm',
      `Slurm refuses the jobs (${answer.late ? 'sbatch took too long' : answer.message}): nothing is left submitted, correct what it names or ask for less`,
    );
  const submitted = { part, id, ...(chunk && { indexes: rangesText(chunk.indexes) }) };
  noteDeed(folder, { deed: 'submitted', nonce, ...submitted });
  return submitted;
}

/** A call that was ended may have been obeyed. */
async function idAfterAll(nonce: string, part: Part, late: boolean): Promise<number | null> {
  if (!late) return null;
  return (await readQueue()).find((job) => isOf(job, nonce, part))?.id ?? null;
}

const isOf = (job: QueuedJob, nonce: string, part: Part) =>
  job.nonce === nonce && job.part === part;

/** Milliseconds after which an accepted job, or its cancelling, is on the controller's disk for sure. */
const SURE = 10_000;
const ROUNDS = 3;

/**
 * Looks whether what was accepted is there, and submits anew what is lost: neither queued nor has it left a log. Returns
 * the jobs as they are then. Throws Error where the controller gives no answer.
 */
export async function lookAgain(
  submission: Submission,
  jobs: readonly SubmittedJob[],
): Promise<readonly SubmittedJob[]> {
  await sleep(SURE);
  let now = jobs;
  for (let round = 0; round < ROUNDS; round++) {
    const queue = await patientQueue();
    if (isCancelled(submission)) return now;
    const lost = now.filter((job) => isLost(submission, job, queue));
    if (lost.length === 0) return now;
    now = await replace(submission, now, lost, queue);
    await sleep(SURE);
  }
  return now;
}

const isCancelled = ({ folder, nonce }: Submission) =>
  readJournal(folder).some((deed) => deed.deed === 'cancelled' && deed.nonce === nonce);

/** A controller that was killed is started again within minutes, if at all. */
async function patientQueue(): Promise<QueuedJob[]> {
  for (let round = 1; round < 2 * ROUNDS; round++) {
    try {
      return await readQueue();
    } catch {
      await sleep(SURE);
    }
  }
  return readQueue();
}

function isLost(
  { folder, nonce }: Submission,
  { part }: SubmittedJob,
  queue: readonly QueuedJob[],
) {
  if (queue.some((job) => isOf(job, nonce, part))) return false;
  const own = part === 'merge' ? MERGE_LOG : logName(part, '');
  return !logsOf(folder, nonce).some((name) => name.startsWith(own.replace(/\.log$/, '')));
}

/** The lost ones anew, and the merge, which would depend on a number that is nobody's. */
async function replace(
  submission: Submission,
  jobs: readonly SubmittedJob[],
  lost: readonly SubmittedJob[],
  queue: readonly QueuedJob[],
): Promise<SubmittedJob[]> {
  const merge = queue.find((job) => isOf(job, submission.nonce, 'merge') && !isOver(job));
  if (merge) await cancelIds([merge.id]);
  const anew: SubmittedJob[] = [];
  for (const job of jobsOf(submission)) {
    const known = jobs.find(({ part }) => part === job.part);
    const stays = known && job.chunk && !lost.includes(known);
    anew.push(stays ? known : await submitOne(submission, job, anew));
  }
  return anew;
}

/** Cancels jobs by number: the caller has seen that they are ours. */
async function cancelIds(ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await callSlurm('scancel', ids.map(String));
}

/**
 * Cancels all jobs of these submissions, and looks again. Returns those that are still there, such as completing ones
 * whose node does not answer. Throws Error where the controller gives no answer.
 */
export async function cancelAll(nonces: ReadonlySet<string>) {
  const live = async () =>
    (await readQueue()).filter((job) => nonces.has(job.nonce) && !isOver(job));
  const before = await live();
  let left = before;
  for (let round = 0; round < ROUNDS && left.length > 0; round++) {
    await cancelIds([...new Set(left.map(({ id }) => id))]);
    await sleep(SURE);
    left = await live();
  }
  return { cancelled: before.length - left.length, left };
}
