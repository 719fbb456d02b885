/**
 * A folder for one writer at a time: two runs that write the same files would interleave. The lock is a file with who
 * holds it; that of a process that has ended is taken over. Not for files that are written whole (files.ts), and not
 * for tasks of a cluster, each of which has a sheet of its own.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../numerics/errors.ts';
import { errorCode, isRunning, writeFirst } from './files.ts';

const LOCK = '.lock';

const schema = z.object({
  host: z.string(),
  process: z.number(),
  /** ISO 8601. */
  since: z.string(),
  nonce: z.string(),
});

type Lock = z.output<typeof schema>;

/** Milliseconds between two touches, and after how many the lock of another machine counts no more. */
const TOUCHED_EVERY = 15_000;
const STALE_AFTER = 60_000;
/** Attempts to take over what others take over too. */
const ATTEMPTS = 5;

interface Held {
  readonly nonce: string;
  readonly timer: NodeJS.Timeout;
  /** How often this process holds it. */
  count: number;
}

const held = new Map<string, Held>();

/**
 * Holds a folder, which exists, for this process until what it returns is called, or the process ends; it may be held
 * several times. Throws InputError (field `out`), with who holds it, where another process does, and Error as
 * `writeFirst`.
 */
export function holdFolder(folder: string): () => void {
  const path = join(resolve(folder), LOCK);
  const own = held.get(path) ?? take(folder, path);
  own.count++;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    own.count--;
    if (own.count === 0) release(path, own);
  };
}

/** Does some work while the folder is held. Throws InputError as `holdFolder`. */
export async function withFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const release = holdFolder(folder);
  try {
    return await work();
  } finally {
    release();
  }
}

function take(folder: string, path: string): Held {
  const nonce = randomUUID();
  const lock: Lock = {
    host: hostname(),
    process: process.pid,
    since: new Date().toISOString(),
    nonce,
  };
  const text = `${JSON.stringify(lock)}\n`;
  for (let attempt = 0; attempt < ATTEMPTS && !writeFirst(path, text); attempt++) {
    const other = readLock(path);
    if (other === 'gone') continue;
    if (!isStale(path, other)) throw refusal(folder, path, other);
    removeStale(path, other);
  }
  if (nonceOf(readLock(path)) !== nonce) throw refusal(folder, path, readLock(path));
  const timer = setInterval(() => touch(path, nonce), TOUCHED_EVERY);
  timer.unref();
  if (held.size === 0) process.once('exit', releaseAll);
  const own = { nonce, timer, count: 0 };
  held.set(path, own);
  return own;
}

/** null: not readable as a lock. */
function readLock(path: string): Lock | null | 'gone' {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'gone' : null;
  }
}

const nonceOf = (lock: Lock | null | 'gone') => (lock && lock !== 'gone' ? lock.nonce : null);

/** By its process on this machine, elsewhere and where it cannot be read by when it was touched last. */
function isStale(path: string, lock: Lock | null): boolean {
  if (lock?.host === hostname())
    // a number of this process that it does not hold was that of one before
    return lock.process === process.pid || !isRunning(lock.process);
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return touched === undefined || Date.now() - touched > STALE_AFTER;
}

/** Takes the file away where it is still the one that was looked at: another may have been quicker. */
function removeStale(path: string, lock: Lock | null): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (nonceOf(readLock(aside)) !== nonceOf(lock)) linkSync(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(errorCode(error))) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function refusal(folder: string, path: string, lock: Lock | null | 'gone'): InputError {
  const who =
    lock === null || lock === 'gone'
      ? 'another process'
      : `process ${lock.process} on ${lock.host} since ${lock.since}`;
  return new InputError(
    'out',
    `"${folder}" is being written by ${who}: wait for it, choose another --out, or remove "${path}" if that is none of your runs`,
  );
}

function touch(path: string, nonce: string): void {
  try {
    const now = new Date();
    if (nonceOf(readLock(path)) === nonce) utimesSync(path, now, now);
  } catch {
    // a folder that is gone is noticed by who writes in it
  }
}

function release(path: string, { nonce, timer }: Held): void {
  clearInterval(timer);
  held.delete(path);
  if (held.size === 0) process.removeListener('exit', releaseAll);
  if (nonceOf(readLock(path)) === nonce) rmSync(path, { force: true });
}

function releaseAll(): void {
  for (const [path, own] of held) release(path, own);
}
