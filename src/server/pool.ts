/** Worker threads behind one function, so that heavy work leaves the server's own thread free. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { builtWorker } from '../host/built.ts';
import { errorFromJson } from '../numerics/errors.ts';
import { BOUNDS } from './bounds.ts';
import type { SimulationTask, Task, TaskResult, WorkerStart } from './task.ts';

/** All workers are busy and the queue is full, or the work took too long: ask again later. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  /** Seconds until asking again makes sense. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

export interface Workers {
  /** Resolves when every thread that answers for the default model has read it; rejects with why one cannot. */
  readonly ready: Promise<void>;
  /** The JSON of the answer. Rejects with the worker's error, or BusyError. `gone` aborts when nobody waits for it any more. */
  run(task: Task, gone?: AbortSignal): Promise<string>;
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
    const filename = workerFile('worker');
    const pool = new Tinypool({ filename, minThreads: count, maxThreads: count, workerData });
    pool.on('error', (error) => console.error(error));
    return pool;
  };
  const many = started(threads, start);
  const { pretrained = [] } = start;
  const one = pretrained.length > 0 ? started(1, { ...start, threads }) : null;
  const poolOf = (task: Task): Tinypool =>
    one && pretrained.includes(modelOf(task) ?? start.defaultModel) ? one : many;
  const asked = poolOf({ kind: 'ready' });
  return {
    ready: warmUp(asked, asked === one ? 1 : threads, Math.max(START_SECONDS, seconds)),
    run: (task, gone) => {
      const pool = poolOf(task);
      return pool.queueSize < queue
        ? runTask(pool, task, { seconds, remedy: REMEDY, gone })
        : Promise.reject(busy(queue));
    },
    close: async () => {
      await Promise.all([many.destroy(), one?.destroy()]);
    },
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

/** The built file of a thread of the server. */
export const workerFile = (name: string): string => builtWorker(import.meta.url, name);

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
  /** What makes it shorter, for the message. */
  readonly remedy: string;
  /** Aborts when nobody waits for the task any more. */
  readonly gone?: AbortSignal;
}

/** A task that takes longer than `seconds`, or goes on when nobody waits for it, loses its thread, which is replaced. */
export async function runTask(
  pool: Tinypool,
  task: Task | SimulationTask,
  { seconds, remedy, gone }: TimeLimit,
): Promise<string> {
  const deadline = new AbortController();
  const stop = () => deadline.abort();
  let timer = setTimeout(stop, 1000 * seconds);
  const hurry = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, 1000 * FAREWELL_SECONDS);
  };
  gone?.addEventListener('abort', hurry);
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

export const busy = (queue: number) =>
  new BusyError(`all workers are busy and ${queue} requests wait: ask again in a second`, 1);

const tooLong = (seconds: number, remedy: string) =>
  new BusyError(
    `the answer took longer than ${seconds} s: ${remedy}, or again when less is asked of the server`,
    Math.ceil(seconds),
  );
