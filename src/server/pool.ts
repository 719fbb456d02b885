/** Worker threads behind one function, so that heavy work leaves the server's own thread free. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { builtWorker } from '../host/built.ts';
import { errorFromJson } from '../numerics/errors.ts';
import { BOUNDS } from './bounds.ts';
import { BusyError, type FairQueue, fairQueue } from './fair-queue.ts';
import type { SimulationTask, Task, TaskResult, WorkerStart } from './task.ts';

export interface Workers {
  /** Resolves when every thread that answers for the default model has read it; rejects with why one cannot. */
  readonly ready: Promise<void>;
  /**
   * The JSON of the answer. Rejects with the worker's error, or BusyError. `gone` aborts when nobody waits for it any
   * more; owners, such as addresses, take turns.
   */
  run(task: Task, gone?: AbortSignal, owner?: string): Promise<string>;
  close(): Promise<void>;
}

export interface WorkersOptions {
  readonly threads?: number;
  readonly queue?: number;
  readonly seconds?: number;
}

/**
 * Starts the threads; tasks given before they are ready wait. Those that ask a pretrained model go to one worker, which
 * reads its weights once and multiplies with as many threads as there are workers.
 */
export function startWorkers(
  start: WorkerStart,
  {
    threads = defaultThreads(),
    queue = BOUNDS.queue,
    seconds = BOUNDS.seconds,
  }: WorkersOptions = {},
): Workers {
  const started = (count: number, workerData: WorkerStart): Tinypool => {
    const filename = builtWorker('server/worker');
    const pool = new Tinypool({ filename, minThreads: count, maxThreads: count, workerData });
    pool.on('error', (error) => console.error(error));
    return pool;
  };
  const many = inTurn(started(threads, start), threads, queue);
  const { pretrained = [] } = start;
  const one = pretrained.length > 0 ? inTurn(started(1, { ...start, threads }), 1, queue) : null;
  const poolOf = (task: Task): Turns =>
    one && pretrained.includes(modelOf(task) ?? start.defaultModel) ? one : many;
  const asked = poolOf({ kind: 'ready' });
  const known = answersKept();
  return {
    ready: warmUp(asked.pool, asked === one ? 1 : threads, Math.max(START_SECONDS, seconds)),
    run: (task, gone, owner = '') =>
      known(task, async () => {
        const { pool, turns } = poolOf(task);
        const limit = { seconds, remedy: REMEDY, gone };
        return takeTurn(turns, owner, limit, (left) => runTask(pool, task, left));
      }),
    close: async () => {
      await Promise.all([many.pool.destroy(), one?.pool.destroy()]);
    },
  };
}

interface Turns {
  readonly pool: Tinypool;
  readonly turns: FairQueue;
}

const inTurn = (pool: Tinypool, threads: number, queue: number): Turns => ({
  pool,
  turns: fairQueue(threads, queue),
});

/** Predictions that were asked for last, and characters of the longest that is kept. */
const KEPT = 64;
const KEPT_CHARACTERS = 65_536;

/** The answer that is known of the same prediction, which is a function of its request; else what `work` finds. */
function answersKept(): (task: Task, work: () => Promise<string>) => Promise<string> {
  const kept = new Map<string, string>();
  return async (task, work) => {
    if (task.kind !== 'predict') return work();
    const key = JSON.stringify(task.request);
    const known = kept.get(key);
    const answer = known ?? (await work());
    kept.delete(key);
    if (answer.length <= KEPT_CHARACTERS) kept.set(key, answer);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
    return answer;
  };
}

/** The model that a task names. */
function modelOf(task: Task): string | undefined {
  const name = 'request' in task ? Reflect.get(task.request, 'model') : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Seconds that a thread may take to read its model, at least. */
const START_SECONDS = 60;

const defaultThreads = () => Math.min(4, availableParallelism());

const REMEDY = 'ask for less, such as fewer layers or snapshots';

async function warmUp(pool: Tinypool, threads: number, seconds: number): Promise<void> {
  const ready: Task = { kind: 'ready' };
  const limit = { seconds, remedy: REMEDY };
  await Promise.all(Array.from({ length: threads }, () => runTask(pool, ready, limit)));
}

/**
 * Seconds that a task may go on when nobody waits for it any more. Most end within them, and a new
 * thread, which reads its model first, costs more than their rest.
 */
const FAREWELL_SECONDS = 0.5;

export interface TimeLimit {
  /** That the task may wait and compute, together. */
  readonly seconds: number;
  /** Those that it has waited already. */
  readonly waited?: number;
  /** What makes it shorter, for the message. */
  readonly remedy: string;
  /** Aborts when nobody waits for the task any more. */
  readonly gone?: AbortSignal;
}

/** Does some work when its turn comes. Rejects with BusyError where that is not within the limit, or nobody waits for it. */
export async function takeTurn<T>(
  turns: FairQueue,
  owner: string,
  limit: TimeLimit,
  work: (limit: TimeLimit) => Promise<T>,
): Promise<T> {
  const { seconds, remedy, gone } = limit;
  const begun = performance.now();
  const late = AbortSignal.timeout(1000 * seconds);
  const leave = await turns
    .enter(owner, gone ? AbortSignal.any([gone, late]) : late)
    .catch((error: unknown) => {
      if (gone?.aborted) throw new BusyError('nobody waits for the answer any more', 1);
      throw late.aborted ? tooLong(seconds, remedy) : error;
    });
  const waited = (performance.now() - begun) / 1000;
  return work({ ...limit, waited }).finally(leave);
}

/** A task that takes longer than `seconds`, or goes on when nobody waits for it, loses its thread, which is replaced. */
export async function runTask(
  pool: Tinypool,
  task: Task | SimulationTask,
  { seconds, remedy, gone, waited = 0 }: TimeLimit,
): Promise<string> {
  const deadline = new AbortController();
  const stop = () => deadline.abort();
  let timer = setTimeout(stop, 1000 * (seconds - waited));
  const hurry = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, 1000 * FAREWELL_SECONDS);
  };
  gone?.addEventListener('abort', hurry);
  if (gone?.aborted) hurry();
  try {
    const transferList = 'port' in task ? [task.port] : [];
    const result: TaskResult = await pool.run(task, { signal: deadline.signal, transferList });
    if ('failure' in result) throw errorFromJson(result.failure);
    return result.json;
  } catch (error) {
    throw deadline.signal.aborted ? tooLong(seconds, remedy) : error;
  } finally {
    gone?.removeEventListener('abort', hurry);
    clearTimeout(timer);
  }
}

const tooLong = (seconds: number, remedy: string) =>
  new BusyError(
    `the answer took longer than ${seconds} s: ${remedy}, or again when less is asked of the server`,
    Math.ceil(seconds),
  );
