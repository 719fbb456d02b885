/**
 * Simulations on threads of their own: a run takes seconds, and answers for words must not wait for it.
 * Not the run itself (simulation-worker.ts).
 */
import { availableParallelism } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import { builtWorker } from '../host/built.ts';
import { BOUNDS } from './bounds.ts';
import { fairQueue } from './fair-queue.ts';
import { runTask, type TimeLimit, takeTurn } from './pool.ts';
import type { SimulateRequest } from './requests.ts';
import type { SimulationWord, WorkerStart } from './task.ts';

export interface Reader {
  /** Takes a line of JSON with its line end; resolves when it takes another. */
  readonly write: (line: string) => Promise<void>;
  /** Aborts when nobody reads any more. */
  readonly gone: AbortSignal;
  /** Who asks, such as an address: owners take turns. */
  readonly owner?: string;
}

export interface Simulations {
  /** Resolves after the last line. Rejects with the run's error, or BusyError; lines that came before stay good. */
  run(request: SimulateRequest, reader: Reader): Promise<void>;
  close(): Promise<void>;
}

export interface SimulationsOptions {
  readonly threads?: number;
  readonly queue?: number;
  readonly seconds?: number;
}

/** Threads are started when the first run comes, and read a model when the first run needs it. */
export function startSimulations(
  start: WorkerStart,
  {
    threads = Math.min(2, availableParallelism()),
    queue = BOUNDS.simulation.queue,
    seconds = BOUNDS.simulation.seconds,
  }: SimulationsOptions = {},
): Simulations {
  const pool = new Tinypool({
    filename: builtWorker('server/simulation-worker'),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MILLISECONDS,
    workerData: start,
  });
  pool.on('error', (error) => console.error(error));
  const turns = fairQueue(threads, queue);
  return {
    run(request, { write, gone, owner = '' }) {
      const limit = { seconds, remedy: REMEDY, gone };
      return takeTurn(turns, owner, limit, (left) => runOne(pool, request, write, left));
    },
    close: () => pool.destroy(),
  };
}

/** How long a thread without a run is kept. */
const IDLE_MILLISECONDS = 60_000;

const REMEDY = 'ask for fewer particles, larger steps or an earlier end';

async function runOne(
  pool: Tinypool,
  request: SimulateRequest,
  write: Reader['write'],
  limit: TimeLimit,
): Promise<void> {
  const { gone } = limit;
  const { port1: port, port2: theirs } = new MessageChannel();
  const say = (word: SimulationWord) => port.postMessage(word);
  const stop = () => say('stop');
  // A line that cannot be written is not acknowledged: `gone` says the same.
  port.on('message', (line: string) => {
    write(line).then(
      () => say('taken'),
      () => {},
    );
  });
  gone?.addEventListener('abort', stop);
  try {
    await runTask(pool, { request, port: theirs }, limit);
  } finally {
    gone?.removeEventListener('abort', stop);
    port.close();
  }
}
