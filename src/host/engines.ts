/** The simulator's engines with all cores of this machine, and the trainer's. */
import { availableParallelism } from 'node:os';
import { type Engines, simulationEngines } from '../engines/catalogue.ts';
import type { TrainingEngine } from '../engines/training-engine.ts';
import { spawnFieldThread } from './field-threads.ts';

/** Engines for `simulate(options, { engines })` that use every core; `threads` for fewer. */
export const machineEngines = (threads = availableParallelism()): Engines =>
  simulationEngines({ spawn: spawnFieldThread, threads });

/** The engine that trains networks, for `resnetLimit(options, { trainer })`: tfjs, which is loaded when this is called. */
export const trainingEngine = async (): Promise<TrainingEngine> =>
  (await import('../engines/tensorflow/engine.ts')).createTensorflowEngine();
