/** Data-parallel worker threads that share the parameters and each fill their own gradient. */
import { Worker } from 'node:worker_threads';
import { parameterCount } from '../../language/training/parameters.ts';
import type { GradientPool } from '../../language/training/train.ts';
import type { StepResult } from '../../language/training/worker-task.ts';
import { InputError } from '../../numerics/errors.ts';
import { builtWorker } from '../built.ts';
import type { FromWorker, WorkerStart } from './protocol.ts';

export interface TrainingPool extends GradientPool {
  close(): Promise<void>;
}

type Common = Omit<WorkerStart, 'worker' | 'parameters' | 'gradient'>;

/** Starts `workers` threads and waits until each has its engine. */
export async function startPool(common: Common, workers: number): Promise<TrainingPool> {
  const bytes = 4 * parameterCount(common.layout);
  const parameters = new SharedArrayBuffer(bytes);
  const gradients = Array.from({ length: workers }, () => new SharedArrayBuffer(bytes));
  const threads = gradients.map((gradient, worker) => {
    const workerData: WorkerStart = { ...common, worker, parameters, gradient };
    return new Worker(builtWorker(import.meta.url, 'worker'), { workerData });
  });
  await Promise.all(threads.map((thread) => answer(thread)));
  return {
    parameters: new Float32Array(parameters),
    gradients: gradients.map((gradient) => new Float32Array(gradient)),
    step: (step) => Promise.all(threads.map((thread) => ask(thread, step))),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

async function ask(thread: Worker, step: number): Promise<StepResult> {
  thread.postMessage(step);
  const message = await answer(thread);
  if ('result' in message) return message.result;
  throw new Error('a training worker answered out of turn');
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
    const onError = (error: Error) => settle(() => reject(revived(error)));
    const onExit = (code: number) =>
      settle(() => reject(new Error(`a training worker ended with code ${code}`)));
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.on('exit', onExit);
  });
}

/** Errors lose their class between threads, though not their name and fields. */
function revived(error: Error): Error {
  const isInput = error.name === 'InputError' && 'field' in error;
  return isInput ? new InputError(String(error.field), error.message) : error;
}
