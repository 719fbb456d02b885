/** Worker threads of this machine for the simulator's wasm engine. */
import { Worker } from 'node:worker_threads';
import type { FieldThreadStart } from '../engines/wasm/threads.ts';
import { builtWorker } from './built.ts';

/**
 * Starts a thread that serves until it is stopped; it does not keep the process alive. A thread that
 * cannot start is reported and not missed: the others compute its share.
 */
export function spawnFieldThread(start: FieldThreadStart): { stop(): void } {
  const worker = new Worker(builtWorker('host/field-worker'), { workerData: start });
  worker.on('error', (error) => console.error(`a thread of the wasm engine ended: ${error}`));
  worker.unref();
  return { stop: () => void worker.terminate() };
}
