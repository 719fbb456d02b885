/** Experiments on all cores: each is one thread's work from beginning to end, and a thread takes the next when it is done. */
import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import type { ExperimentRun, RunOptions } from '../experiments/run.ts';
import { type ErrorRecord, errorFromJson } from '../numerics/errors.ts';
import { builtWorker } from './built.ts';
import type { CellFile } from './experiment-cells.ts';

export interface ThreadOptions extends RunOptions {
  /** Where cells are kept. */
  readonly cells?: CellFile;
}

export interface ExperimentTask extends ThreadOptions {
  readonly id: string;
  /** Takes the share that is done, 0 … 1. */
  readonly port: MessagePort;
}

export type ExperimentResult = { readonly run: ExperimentRun } | { readonly failure: ErrorRecord };

export interface ExperimentThreads {
  /** Begins when a thread is free, in the order of the calls. Rejects with the experiment's error. */
  run(
    id: string,
    options: ThreadOptions,
    onProgress?: (share: number) => void,
  ): Promise<ExperimentRun>;
  close(): Promise<void>;
}

/** Starts the threads; the numbers are those of one thread. */
export function experimentThreads(threads = availableParallelism()): ExperimentThreads {
  const pool = new Tinypool({
    filename: builtWorker('host/experiment-worker'),
    minThreads: threads,
    maxThreads: threads,
  });
  return {
    async run(id, options, onProgress = () => {}) {
      const { port1, port2: port } = new MessageChannel();
      port1.on('message', onProgress);
      try {
        const task: ExperimentTask = { id, ...options, port };
        const result: ExperimentResult = await pool.run(task, { transferList: [port] });
        if ('failure' in result) throw errorFromJson(result.failure);
        return result.run;
      } finally {
        port1.close();
      }
    },
    close: () => pool.destroy(),
  };
}
