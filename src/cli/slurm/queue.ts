/**
 * What Slurm remembers of our jobs. A job is known by the mark in its comment, never by its number alone: after a
 * crash the controller may give the number to another job. What it does not list is over, or was never there.
 */
import { callSlurm } from './command.ts';

/** Which job of a submission: the chunk of its array that begins with that task, or the one that merges. */
export type Part = number | 'merge';

export interface QueuedJob {
  /** Of the whole array where it is a task of one. */
  readonly id: number;
  /** Within the array; null for a job without one. */
  readonly index: number | null;
  readonly nonce: string;
  readonly part: Part;
  /** Slurm's, such as PENDING. */
  readonly state: string;
  /** Slurm's, why it is pending or how it ended. */
  readonly reason: string;
  /** Until its time limit, as Slurm writes it. */
  readonly left: string;
}

const OURS = 'schmetterling';

/** The comment of a job. */
export const markOf = (nonce: string, part: Part): string => `${OURS}:${nonce}:${part}`;

/** Number, index, state, time left, comment, reason. */
const FORMAT = '%F|%K|%T|%L|%k|%r';

/** Our jobs, of the last minutes the finished ones too. Throws Error where the controller gives no answer. */
export async function readQueue(): Promise<QueuedJob[]> {
  // -r: pending tasks of an array would be cut at 64 characters
  const args = ['--me', '--noheader', '--array', '--states=all', `--format=${FORMAT}`];
  const { ok, stdout, message, late } = await callSlurm('squeue', args);
  if (ok) return parseQueue(stdout);
  throw new Error(`Slurm does not say what is queued (${late ? 'no answer' : message})`);
}

/** Lines of `squeue`; those of others' jobs are left out. */
export function parseQueue(text: string): QueuedJob[] {
  return text.split('\n').flatMap((line) => {
    const [id, index, state, left, comment = '', ...reason] = line.split('|');
    const [, nonce, part] = new RegExp(`^${OURS}:(\\w+):(\\d+|merge)$`).exec(comment) ?? [];
    if (nonce === undefined) return [];
    return [
      {
        id: Number(id),
        index: /^\d+$/.test(index) ? Number(index) : null,
        nonce,
        part: part === 'merge' ? part : Number(part),
        state,
        reason: reason.join('|'),
        left,
      },
    ];
  });
}

/** How a job ends for good. All other states may still come to work, or hold it for ever with their reason. */
const OVER = [
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL'],
  ...['OUT_OF_MEMORY', 'PREEMPTED', 'REVOKED', 'TIMEOUT'],
];

export const isOver = ({ state }: Pick<QueuedJob, 'state'>): boolean => OVER.includes(state);

/** Has taken a node: its end, or its being lost, is awaited. */
export const isRunning = ({ state }: Pick<QueuedJob, 'state'>): boolean =>
  !isOver({ state }) && state !== 'PENDING' && !state.startsWith('REQUEUE');
