/** The simulator's engines with all cores of this machine. */
import { availableParallelism } from 'node:os';
import type { Engines } from '../flow/engine-choice.ts';
import { simulationEngines } from '../flow/engines.ts';
import { spawnFieldThread } from './field-threads.ts';

/** Engines for `simulate(options, { engines })` that use every core; `threads` for fewer. */
export const machineEngines = (threads = availableParallelism()): Engines =>
  simulationEngines({ spawn: spawnFieldThread, threads });
