/** What one request may ask of the server; what an operation may, its record says. Every number here is stated in the error that it causes and in /api/openapi.json. */

import { isIdentity } from '../dynamics/matrices.ts';
import { matrixValueOf } from '../dynamics/parameters.ts';
import { simulationEngines } from '../engines/catalogue.ts';
import type { SimulationSettings } from '../flow/simulation-settings.ts';
import { velocityPairs } from '../flow/velocities.ts';
import type { ModelSizes } from '../language/model.ts';
import { counted } from '../numerics/counted.ts';
import { LimitError } from '../numerics/errors.ts';

export const BOUNDS = {
  /** Bytes of a request's body. */
  bodyBytes: 65_536,
  body: {
    /** Lists and objects within each other. */
    depth: 32,
    /** Lists and objects: as many as particles may have coordinates. */
    brackets: 200_000,
    /** Bodies of more than `bodyBytes` that are read, computed and answered at a time, and those that wait unread. */
    large: 4,
    waiting: 32,
  },
  /** UTF-16 units of the details of a problem. */
  detailCharacters: 500,
  /** UTF-16 units of a text. */
  textCharacters: 4_000,
  /** Numbers in the answer of a trace. */
  traceNumbers: 4_000_000,
  /** Requests that wait for a worker: of a class whose members think, each has one. */
  queue: 256,
  /** Seconds that a request may wait and compute, together. */
  seconds: 30,
  /** Requests a minute from one address. */
  requestsPerMinute: 600,
  simulation: {
    /** Bytes of a simulation's body, which may bring positions. */
    bodyBytes: 4 * 2 ** 20,
    /** Coordinates of all particles, n · d. */
    coordinates: 200_000,
    /** Numbers of a matrix parameter that is not the identity, heads · d². */
    matrixNumbers: 1_000_000,
    /** Coordinates in all frames, frames · n · d, twice where there is a second view. */
    frameNumbers: 4_000_000,
    /** Estimated work, in products of coordinates: what a slow core does within the seconds below. */
    work: 5e10,
    /** Runs that wait for a thread. */
    queue: 8,
    /** Seconds that a run may wait, compute and be read, together. */
    seconds: 60,
    /** Seconds in which a reader takes nothing before it counts as gone. */
    unreadSeconds: 10,
  },
} as const;

/** Throws LimitError when the text is longer than the server takes. */
export function checkText(text: string): void {
  if (text.length > BOUNDS.textCharacters)
    throw new LimitError(
      'text',
      `the text has ${counted(text.length, 'character')}, expected at most ${BOUNDS.textCharacters}: shorten it`,
    );
}

export interface TraceSize {
  readonly depth?: number | 'ode';
  readonly frames?: number;
  readonly top: number;
}

/** Throws LimitError when a trace of `particles` would hold more numbers than the server sends. */
export function checkTrace(
  sizes: Pick<ModelSizes, 'dimension' | 'heads' | 'depth'>,
  particles: number,
  { depth, frames, top }: TraceSize,
): void {
  const layers = typeof depth === 'number' ? depth : sizes.depth;
  const frame = particles * sizes.dimension + sizes.heads * particles ** 2 + top;
  const numbers = Math.min(layers + 1, frames ?? Number.POSITIVE_INFINITY) * frame;
  if (numbers > BOUNDS.traceNumbers)
    throw new LimitError(
      'depth',
      `a trace of ${counted(particles, 'token')} and ${counted(layers, 'layer')} holds ${counted(numbers, 'number')}, expected at most ${BOUNDS.traceNumbers}: ask for fewer frames or a shorter text`,
    );
}

/** Throws LimitError for more particles than the server takes, before any is drawn. */
export function checkParticles(n: number, d: number, field = 'n'): void {
  const most = BOUNDS.simulation.coordinates;
  if (n * d > most)
    throw new LimitError(
      field,
      `${counted(n, 'particle')} in d = ${d} have ${n * d} coordinates, expected at most ${most}: take at most ${counted(Math.floor(most / d), 'particle')}, or the command line for more`,
    );
}

/** Throws LimitError for a run that would cost the server too much, before it opens an engine. */
export function checkRun(settings: SimulationSettings): void {
  const { n, d } = settings;
  checkParticles(n, d);
  checkMatrices(settings);
  checkFrames(settings);
  const work = workOf(settings);
  const most = BOUNDS.simulation.work;
  if (work > most)
    throw new LimitError(
      'n',
      `the run takes about ${work.toExponential(1)} products, expected at most ${most.toExponential(0)}: take fewer particles, larger steps, fewer frames or diagnostics, an earlier end, or the command line`,
    );
}

function checkMatrices({ entry, parameters, d }: SimulationSettings): void {
  const given = entry.parameters.filter(
    ({ name, type }) => type === 'matrix' && !isIdentity(matrixValueOf(parameters, name)),
  );
  const numbers = headsOf({ entry, parameters }) * d * d;
  if (given.length > 0 && numbers > BOUNDS.simulation.matrixNumbers)
    throw new LimitError(
      'd',
      `${given[0].name} at d = ${d} has ${counted(numbers, 'number')} with all its heads, expected at most ${BOUNDS.simulation.matrixNumbers}: lower d or the number of heads`,
    );
}

function checkFrames({ times, n, d, entry }: SimulationSettings): void {
  const numbers = times.length * n * d * (entry.view ? 2 : 1);
  if (numbers > BOUNDS.simulation.frameNumbers)
    throw new LimitError(
      'saveAt',
      `${counted(times.length, 'frame')} of ${counted(n, 'particle')} hold ${counted(numbers, 'number')}, expected at most ${BOUNDS.simulation.frameNumbers}: save fewer times or take fewer particles`,
    );
}

/** The parameter that counts heads is the one that matrices name. */
function headsOf({ entry, parameters }: Pick<SimulationSettings, 'entry' | 'parameters'>): number {
  const blocks = entry.parameters.flatMap((one) => (one.type === 'matrix' ? one.blocks : []));
  const heads = blocks[0] === undefined ? 1 : parameters[blocks[0]];
  return typeof heads === 'number' ? heads : 1;
}

/** The diagnostics of a frame cost about as much as so many velocities; beyond so many particles they sample. */
const DIAGNOSTICS = 16;
const DIAGNOSED = 5_000;
/** Of these only the costs are asked for. */
const ENGINES = simulationEngines();
/** A pair costs its coordinates and about as much as so many more. */
const OVERHEAD = 4;

/**
 * About how many products of coordinates the run takes. How many steps an adaptive scheme takes nobody
 * knows before, so there it is the least; what proves too long then ends with the time limit.
 */
export function workOf(settings: SimulationSettings): number {
  const { n, d, scheme, time, step, times, chosen, mergeError, noise } = settings;
  const velocities = scheme.adaptive ? times.length : (time / step) * scheme.stages;
  const velocity = velocityPairs(settings, ENGINES) * headsOf(settings);
  const frame = chosen.length === 0 ? 0 : DIAGNOSTICS * Math.min(n, DIAGNOSED) ** 2;
  // A companion runs beside: of the same steps, or of twice the step.
  const runs = mergeError ? 2 : noise > 0 ? 1.5 : 1;
  const all = runs * velocities * velocity + times.length * frame;
  return all * (d + OVERHEAD);
}
