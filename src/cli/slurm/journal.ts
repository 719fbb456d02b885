/**
 * What was submitted, in the folder of the work: DIR/slurm/journal.jsonl, a line for each deed, and DIR/slurm/NONCE with
 * the scripts, the items of every task and the logs of a submission. Slurm forgets; this does not.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wholeLines, writeError, writeFileSafely } from '../../host/files.ts';
import { InputError } from '../../numerics/errors.ts';
import type { SlurmOptions } from './options.ts';
import type { Part } from './queue.ts';

/** What the jobs of a folder work on. */
export type WorkKind = 'sweep' | 'experiments' | 'operation';

/** A submission as it was planned. */
export interface Planned {
  readonly deed: 'planned';
  readonly nonce: string;
  readonly kind: WorkKind;
  /** What the folder itself does not say of the work. */
  readonly about?: unknown;
  readonly options: SlurmOptions;
  /** Of one item on one core; null where nobody has measured it. */
  readonly secondsPerItem: number | null;
  /** Indexes of its arrays are below this. */
  readonly arraySize: number;
}

interface Submitted {
  readonly deed: 'submitted';
  readonly nonce: string;
  readonly part: Part;
  readonly id: number;
  /** Of the array. */
  readonly indexes?: string;
}

interface Cancelled {
  readonly deed: 'cancelled';
  readonly nonce: string;
}

export type Deed = (Planned | Submitted | Cancelled) & { readonly at: string };

type NewDeed = Planned | Submitted | Cancelled;

const FOLDER = 'slurm';
const journalOf = (folder: string) => join(folder, FOLDER, 'journal.jsonl');

/** The folder of a submission. */
export const submissionFolder = (folder: string, nonce: string): string =>
  join(folder, FOLDER, nonce);

export const logFolder = (folder: string, nonce: string): string =>
  join(submissionFolder(folder, nonce), 'log');

/** A line, in one write. */
export function noteDeed(folder: string, deed: NewDeed): void {
  const line = JSON.stringify({ at: new Date().toISOString(), ...deed });
  try {
    appendFileSync(journalOf(folder), `${line}\n`);
  } catch (error) {
    throw writeError(journalOf(folder), error);
  }
}

/** What was done, oldest first; none where nothing was ever submitted. A line that is cut off is left out. */
export function readJournal(folder: string): Deed[] {
  const path = journalOf(folder);
  return existsSync(path) ? [...wholeLines(path)].map((line) => JSON.parse(line) as Deed) : [];
}

/** The last plan. Throws InputError (field `folder`) where there is none. */
export function lastPlan(folder: string, deeds: readonly Deed[]): Planned {
  const plan = deeds.findLast((deed) => deed.deed === 'planned');
  if (plan) return plan;
  throw new InputError(
    'folder',
    `"${folder}" holds nothing that was given to Slurm: expected the --out of a command with --slurm`,
  );
}

/** Makes the folder of a submission with its scripts and the items of each task, a line a task. */
export function writeSubmission(
  folder: string,
  nonce: string,
  files: Readonly<Record<string, string>>,
): void {
  mkdirSync(logFolder(folder, nonce), { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSafely(join(submissionFolder(folder, nonce), name), text);
}

export const TASKS = 'tasks.txt';

/** What the tasks of a submission have to do, by task. */
export const readTasks = (folder: string, nonce: string): string[] => [
  ...wholeLines(join(submissionFolder(folder, nonce), TASKS)),
];

/** The logs of a submission: array and index in their names. */
export function readLog(folder: string, nonce: string, name: string): string {
  return readFileSync(join(logFolder(folder, nonce), name), 'utf8');
}

export const logsOf = (folder: string, nonce: string): string[] =>
  existsSync(logFolder(folder, nonce)) ? readdirSync(logFolder(folder, nonce)) : [];
