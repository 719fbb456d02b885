/** Worker threads of this machine for the simulator's wasm engine. */
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { FieldThreadStart } from '../engines/wasm/threads.ts';

/**
 * Starts a thread that serves until it is stopped; it does not keep the process alive. A thread that
 * cannot start is reported and not missed: the others compute its share.
 */
export function spawnFieldThread(start: FieldThreadStart): { stop(): void } {
  const worker = new Worker(workerFile(), { workerData: start });
  worker.on('error', (error) => console.error(`a thread of the wasm engine ended: ${error}`));
  worker.unref();
  return { stop: () => void worker.terminate() };
}

/** Threads cannot load TypeScript, so they come from dist/ even when this file does not. */
function workerFile(): URL {
  const built = new URL(import.meta.url.replace('/src/host/', '/dist/host/'));
  const file = new URL('./field-worker.js', built);
  if (!existsSync(file)) throw new Error('dist/ has no field worker: run `npm run build`');
  return file;
}
