/** The simulator's engines in a browser: on all cores where the page is isolated from other origins, else on one thread. */
import { type Engines, simulationEngines } from '../../engines/catalogue.ts';
import type { FieldThreadStart } from '../../engines/wasm/threads.ts';

/** For a worker: their fields block the thread that asks. */
export const browserEngines = (): Engines =>
  simulationEngines({ spawn: spawnThread, threads: navigator.hardwareConcurrency });

/** Starts a thread that serves until it is stopped; one that cannot start is reported and not missed. */
function spawnThread(start: FieldThreadStart): { stop(): void } {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('error', (event) => {
    // Else it would go up to the page and end the run.
    event.preventDefault();
    console.error(`a thread of the wasm engine ended: ${event.message ?? 'it cannot be loaded'}`);
  });
  worker.postMessage(start);
  return { stop: () => worker.terminate() };
}
