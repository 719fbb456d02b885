/**
 * The state of a simulation between its steps: which engine drives which crowd, who has merged, why it
 * stops. Not what is reported of it (frames.ts).
 */
import { norm } from '../geometry/sphere.ts';
import { fastest } from '../integrators/events.ts';
import { brownian } from '../integrators/heun.ts';
import {
  type Continuation,
  type Frame,
  integrate,
  type Reply,
  type StepView,
} from '../integrators/integrate.ts';
import type { FlowProblem } from '../integrators/problem.ts';
import type { EngineName, Engines } from './engine-choice.ts';
import { checkPromises } from './examine.ts';
import { mergeClose, type Population, population } from './merging.ts';
import { flowProblem, stateOf, type Velocities } from './problem.ts';
import type { SimulationSettings } from './simulation-settings.ts';
import { type EngineReport, openVelocities, type VelocitySource } from './velocities.ts';

/** At this time these particles became one. */
export interface MergeEvent {
  readonly time: number;
  readonly groups: readonly (readonly number[])[];
}

/** Where a run goes on: an integrator's continuation, who has merged with whom, and what was reported. */
export interface SimulationContinuation {
  readonly integrator: Continuation;
  readonly members: readonly (readonly number[])[];
  /** The engine that the run has come to, and why. */
  readonly engine: Pick<EngineReport, 'name' | 'reason'>;
  readonly merges: readonly MergeEvent[];
  readonly notes: Readonly<Record<string, string>>;
}

/** What changes in the course of a run. */
export interface Run {
  readonly settings: SimulationSettings;
  readonly engines: Engines;
  source: VelocitySource;
  crowd: Population;
  problem: FlowProblem;
  last: Frame | null;
  readonly merges: MergeEvent[];
  readonly notes: Record<string, string>;
  /** When other work of this thread was last let in. */
  breath: number;
  stopped: string;
}

/** Milliseconds of computing between two looks at the signal. */
const BREATH = 50;
/**
 * A step's share of the tolerance. Errors of the slow phases of a flow are shifts in time, which the fast
 * ones enlarge: with it equiangular tokens are 1e-8 from the closed form at tolerance 1e-10, up to β = 9.
 */
const STEP_SHARE = 0.1;
/** Schemes that do not compute f between steps anyway are asked for the speed this seldom. */
const SPEED_EVERY = 16;
/** Up to so many particles pairs are affordable where modes are not accurate enough. */
const MOST_PAIRED = 20_000;
/** A run at its start or where another stopped. Throws InputError for a broken promise, and where no engine serves it. */
export async function openRun(
  settings: SimulationSettings,
  engines: Engines,
  from?: SimulationContinuation,
): Promise<Run> {
  checkPromises(settings);
  const opened = await openVelocities(settings, engines, resumedEngine(settings, from));
  const source = { ...opened, report: { ...opened.report, ...from?.engine } };
  const crowd = crowdOf(settings, from);
  const parts = { settings, engines, source, crowd };
  const known = { merges: [...(from?.merges ?? [])], notes: { ...from?.notes } };
  const state = { last: null, ...known, breath: performance.now(), stopped: 'end' };
  const run = { ...parts, ...state };
  return Object.assign(run, { problem: problemOf(run) });
}

/** A run goes on with the engine that it had come to. */
function resumedEngine(
  { engine }: SimulationSettings,
  from?: SimulationContinuation,
): EngineName | 'auto' {
  const found = from?.engine.name;
  return found === 'reference' || found === 'wasm' || found === 'spectral' ? found : engine;
}

function crowdOf(settings: SimulationSettings, from?: SimulationContinuation): Population {
  const { positions, masses, d } = settings;
  const first = population(Float64Array.from(positions.data), masses, d);
  if (!from) return first;
  const together = (own: readonly number[]) => own.reduce((sum, i) => sum + masses[i], 0);
  return { ...first, members: from.members, masses: Float64Array.from(from.members, together) };
}

/** The problem of the crowd as it is now, with the source's velocities as they will be. */
function problemOf(run: Pick<Run, 'settings' | 'crowd' | 'source'>): FlowProblem {
  const { entry, parameters, d } = run.settings;
  const velocities: Velocities = {
    tangent: (...at) => run.source.velocities.tangent(...at),
    ambient: (...at) => run.source.velocities.ambient(...at),
  };
  return flowProblem({ entry, parameters, masses: run.crowd.masses, d, velocities });
}

/** The frames of the integrator: those to be saved, and those where the run pauses, switches or stops. */
export function stepsOf(run: Run, from?: SimulationContinuation): Generator<Frame, void> {
  const { scheme, step, tolerance, maximumSteps, time, times, seed } = run.settings;
  const settings = {
    scheme: scheme.name,
    ...(!scheme.adaptive && { step }),
    tolerance,
    toleranceShare: STEP_SHARE,
    maximumSteps,
    end: time,
    times,
    noise: brownian(seed),
  };
  const { entry, parameters, positions, masses } = run.settings;
  const start = from?.integrator ?? stateOf(entry, parameters, positions.data, masses);
  return integrate(run.problem, start, settings, { onStep: (view) => afterStep(run, view) });
}

/** Whether other work of this thread has waited long enough. */
export const isBreathDue = ({ breath }: Run) => performance.now() - breath > BREATH;

/** Merges, stops, and asks for a pause, between two steps. */
function afterStep(run: Run, view: StepView): Reply {
  const merged = mergeStep(run, view);
  const { crowd, settings } = run;
  if (settings.stopClusters !== undefined && crowd.masses.length <= settings.stopClusters)
    return { ...merged, stop: stopFor(run, 'clusters') };
  const slow = merged ? {} : slowness(run, view);
  const pause = isBreathDue(run) ? { frame: 'pause' } : {};
  return { ...pause, ...slow, ...merged };
}

function stopFor(run: Run, reason: string): string {
  run.stopped = reason;
  return reason;
}

/** The state and the problem of fewer particles; null where none have met. */
function mergeStep(run: Run, { time, state }: StepView): Reply | null {
  const { merge, entry } = run.settings;
  if (merge === undefined) return null;
  const before = { ...run.crowd, positions: state };
  const after = mergeClose(before, { merge, space: entry.space });
  if (!after) return null;
  const known = new Set(before.members.map(String));
  const groups = after.members.filter((own) => !known.has(String(own)));
  run.merges.push({ time, groups });
  run.crowd = after;
  run.problem = problemOf(run);
  return { state: after.positions, problem: run.problem };
}

/** Whether the fastest particle is too slow for the run to go on, or for the engine to tell. */
function slowness(run: Run, view: StepView): Reply {
  const { settings, source } = run;
  const { stopBelow, scheme, n } = settings;
  const due = scheme.adaptive || view.steps % SPEED_EVERY === 0;
  const watched = due && !run.problem.diffuse && !run.notes.floor;
  if (stopBelow === undefined && !watched) return {};
  const speed = speedOf(run, view.velocity());
  if (stopBelow !== undefined && speed <= stopBelow) return { stop: stopFor(run, 'stationary') };
  if (!(speed <= source.floor)) return {};
  run.notes.floor = floorNote(view.time, speed, source);
  const better = settings.engine === 'auto' && source.report.name === 'spectral';
  return better && n <= MOST_PAIRED ? { frame: 'switch' } : {};
}

/** Of the fastest particle; where masses change, of all amplitudes together if that is more. */
function speedOf({ settings, crowd }: Run, velocity: Float64Array): number {
  const size = crowd.masses.length * settings.d;
  const moving = fastest(velocity.subarray(0, size), settings.d);
  return settings.entry.reaction ? Math.max(moving, norm(velocity.subarray(size))) : moving;
}

function floorNote(time: number, speed: number, { floor, report }: VelocitySource): string {
  if (speed === 0) return `from time ${time} on nothing moves`;
  return `at time ${time} the fastest particle has speed ${speed.toPrecision(3)}, which the ${report.name} engine cannot tell from its error of ${floor.toPrecision(3)}`;
}

/** From modes, whose error is absolute, to pairs, whose error is relative. */
export async function switchEngine(run: Run): Promise<void> {
  const { settings, engines } = run;
  const source = await openVelocities(settings, engines, 'wasm');
  run.source.close();
  run.source = {
    ...source,
    report: { ...source.report, reason: 'slower than the spectral engine can tell' },
  };
}
