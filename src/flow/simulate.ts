/**
 * A simulation: particles of a start or of one's own flow under dynamics from time 0 to T, and frames
 * with diagnostics come out one after the other. Joins the catalogue, an engine, an integrator, merging
 * and the diagnostics, each of which knows nothing of the others. Not the files of a run.
 */
import { type Engines, simulationEngines } from '../engines/catalogue.ts';
import { angle } from '../geometry/sphere.ts';
import { GIVEN_UP } from '../integrators/integrate.ts';
import { InputError } from '../numerics/errors.ts';
import { row } from '../numerics/matrix.ts';
import { distance } from '../numerics/vectors.ts';
import { yieldToEvents } from '../numerics/yielding.ts';
import { besideSettings, type Companion, type OpenBeside, withCompanion } from './companion.ts';
import { frameReader, type ReferenceFrames, type SimulationFrame } from './frames.ts';
import {
  isYieldDue,
  type MergeEvent,
  openRun,
  type Run,
  type SimulationContinuation,
  stepsOf,
  switchEngine,
} from './run.ts';
import type { SimulationSettings } from './simulation-settings.ts';
import type { EngineReport } from './velocities.ts';
import { coarseCompanion } from './weak-error.ts';

/** What is known when a run has ended. */
export interface SimulationReport {
  readonly engine: EngineReport;
  /** The time reached. */
  readonly time: number;
  /** `end`, `clusters` (stopClusters), `stationary` (stopBelow), or `given up` before an error that says why. */
  readonly stopped: string;
  readonly steps: number;
  readonly rejected: number;
  readonly merges: readonly MergeEvent[];
  /** By name of a diagnostic, or `engine`, `floor`, `merge` and `step` (too large for the flow): what a reader must know. */
  readonly notes: Readonly<Record<string, string>>;
}

export interface SimulationProgress {
  readonly time: number;
  readonly end: number;
  readonly steps: number;
}

/**
 * What a run is given beside its settings, without any effect on its numbers: engines, a way to stop,
 * progress; and where it goes on from.
 */
export interface SimulationContext {
  /** By default those of the caller's thread alone. */
  readonly engines?: Engines;
  /** Ends the run with the signal's reason, within about a tenth of a second. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Goes on from a frame of a run with the same settings; only the end and the save times may differ. */
  readonly from?: SimulationContinuation;
  /** Beside `from`; without it the first frame from there on counts as the first of the run. */
  readonly reference?: ReferenceFrames;
}

/** A simulation whose engine is open. */
export interface OpenSimulation {
  /**
   * Runs it, once. Besides the integrator's O(nd) numbers two frames are held. Throws InputError for too
   * many steps and for steps that collapse, after a frame of where it came to; DivergedError at the first value that is not finite, and the signal's
   * reason; frames that came before stay good. The engine is closed when it ends or is left.
   */
  frames(): AsyncGenerator<SimulationFrame, void>;
  /** What is known by now. */
  report(): SimulationReport;
}

/** Opens the engine of a simulation. Throws InputError where none serves it, or it cannot go on from there. */
export async function openSimulation(
  settings: SimulationSettings,
  context: SimulationContext = {},
): Promise<OpenSimulation> {
  if (settings.mergeError && context.from)
    throw new InputError(
      'mergeError',
      'option mergeError compares from the start on: expected a new run, leave it out to go on with this one',
    );
  checkAhead(settings, context);
  const engines = context.engines ?? simulationEngines();
  const run = await openRun(settings, engines, context.from);
  const companion = companionOf(run);
  const frames = () => framesOf(run, context);
  const openBeside: OpenBeside = async (other, from) => {
    checkAhead(other, { from });
    const beside = await openRun(other, engines, from, run.path);
    return framesOf(beside, { signal: context.signal, from });
  };
  const compared = () =>
    companion ? withCompanion(frames(), companion, openBeside, context.from) : frames();
  return { frames: compared, report: () => reportOf(run) };
}

/** What runs beside: the same without merging, or in steps twice as long where there is noise. */
function companionOf({ settings, notes }: Run): Companion | null {
  if (settings.mergeError) return unmergedCompanion(settings);
  return settings.noise > 0 ? coarseCompanion(settings, notes) : null;
}

function checkAhead({ time }: SimulationSettings, { from }: SimulationContext): void {
  const reached = from?.integrator.delivered ?? -1;
  if (time > reached) return;
  throw new InputError(
    'time',
    `time is ${time}, and the run has reached ${reached} already: expected a later end, such as ${2 * reached}`,
  );
}

async function* framesOf(
  run: Run,
  context: SimulationContext,
): AsyncGenerator<SimulationFrame, void> {
  const describe = frameReader(run, context.reference);
  try {
    for (const frame of stepsOf(run, context.from)) {
      run.last = frame;
      if (frame.reason === 'switch') await switchEngine(run);
      if (frame.reason === GIVEN_UP) run.stopped = GIVEN_UP;
      if (frame.saved || run.stopped !== 'end') yield describe(frame);
      await yieldBetweenFrames(run, context);
    }
  } finally {
    run.source.close();
  }
}

/** Says in every frame how far the run is from the same without merging. */
function unmergedCompanion(settings: SimulationSettings): Companion {
  const { merge: _, ...rest } = besideSettings(settings);
  return {
    settings: rest,
    goesOn: false,
    compare: (frame, beside) => ({
      ...frame,
      mergeError: beside && farthest(frame, beside, settings),
    }),
  };
}

/** Angle on the sphere, distance off it. */
function farthest(
  { positions }: SimulationFrame,
  beside: SimulationFrame,
  { entry }: SimulationSettings,
): number {
  const apart = entry.space === 'sphere' ? angle : distance;
  let largest = 0;
  for (let i = 0; i < positions.rows; i++)
    largest = Math.max(largest, apart(row(positions, i), row(beside.positions, i)));
  return largest;
}

/** Reports, yields to the event loop now and then, and looks at the signal. */
async function yieldBetweenFrames(
  run: Run,
  { signal, onProgress }: SimulationContext,
): Promise<void> {
  const { last, settings } = run;
  if (last) onProgress?.({ time: last.time, end: settings.time, steps: last.steps });
  if (isYieldDue(run)) await yieldToEvents();
  signal?.throwIfAborted();
  run.yielded = performance.now();
}

function reportOf({ source, last, stopped, merges, notes }: Run): SimulationReport {
  const { note } = source.report;
  const { time = 0, steps = 0, rejected = 0 } = last ?? {};
  const all = { ...(note && { engine: note }), ...notes };
  return { engine: source.report, time, stopped, steps, rejected, merges, notes: all };
}
