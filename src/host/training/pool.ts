/** Data-parallel worker threads: each fills a gradient of its own, then steps with a share of the parts. */
import { Worker } from 'node:worker_threads';
import { parameterCount } from '../../language/training/parameters.ts';
import type { GradientPool } from '../../language/training/train.ts';
import { errorFromJson, errorToJson } from '../../numerics/errors.ts';
import { sumOf } from '../../numerics/vectors.ts';
import { builtWorker } from '../built.ts';
import { type FromWorker, floatViews, type Task, type WorkerStart } from './protocol.ts';

export interface TrainingPool extends GradientPool {
  close(): Promise<void>;
}

type Common = Omit<WorkerStart, 'worker' | 'vectors' | 'gradients'>;

/** Starts `workers` threads and waits until each has its engine. */
export async function startPool(common: Common, workers: number): Promise<TrainingPool> {
  const bytes = 4 * parameterCount(common.layout);
  const vector = () => new SharedArrayBuffer(bytes);
  const vectors = { parameters: vector(), mean: vector(), square: vector() };
  const gradients = Array.from({ length: workers }, vector);
  const threads = gradients.map((_, worker) => {
    const workerData: WorkerStart = { ...common, worker, vectors, gradients };
    return new Worker(builtWorker('host/training/worker'), { workerData });
  });
  await Promise.all(threads.map((thread) => answer(thread)));
  const all = <T>(task: Task, pick: (message: FromWorker) => T | undefined) =>
    Promise.all(threads.map((thread) => ask(thread, task, pick)));
  return {
    vectors: floatViews(vectors),
    gradients: (step) =>
      all({ gradient: step }, (message) => ('result' in message ? message.result : undefined)),
    average: async () => {
      const squares = await all({ average: true }, (message) =>
        'square' in message ? message.square : undefined,
      );
      return Math.sqrt(sumOf(squares));
    },
    optimise: async (step) => {
      await all({ optimise: step }, (message) => ('optimised' in message ? true : undefined));
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

async function ask<T>(
  thread: Worker,
  task: Task,
  pick: (message: FromWorker) => T | undefined,
): Promise<T> {
  thread.postMessage(task);
  const found = pick(await answer(thread));
  if (found === undefined) throw new Error('a training worker answered out of turn');
  return found;
}

function answer(thread: Worker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      thread.off('message', onMessage);
      thread.off('error', onError);
      thread.off('exit', onExit);
      finish();
    };
    const onMessage = (message: FromWorker) => settle(() => resolve(message));
    const onError = (error: Error) => settle(() => reject(errorFromJson(errorToJson(error))));
    const onExit = (code: number) =>
      settle(() => reject(new Error(`a training worker ended with code ${code}`)));
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.on('exit', onExit);
  });
}
