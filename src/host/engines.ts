/** The simulator's engines with all cores of this machine. */
import { availableParallelism } from 'node:os';
import { type Engines, simulationEngines } from '../engines/catalogue.ts';
import { spawnFieldThread } from './field-threads.ts';

/** Engines for `simulate(options, { engines })` that use every core; `threads` for fewer. */
export const machineEngines = (threads = availableParallelism()): Engines =>
  simulationEngines({ spawn: spawnFieldThread, threads });
