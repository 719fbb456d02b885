/** A thread of the simulator's wasm engine: computes blocks of velocities until the engine is closed. */
import { workerData } from 'node:worker_threads';
import { type FieldThreadStart, serveField } from '../engines/wasm/threads.ts';

serveField(workerData as FieldThreadStart);
