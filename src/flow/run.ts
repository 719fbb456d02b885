/**
 * The state of a simulation between its steps: which engine drives which population, who has merged, why it
 * stops. Not what is reported of it (frames.ts).
 */
import { ENGINE_NAMES, type EngineName, type Engines } from '../engines/catalogue.ts';
import { fastest } from '../integrators/events.ts';
import {
  type Continuation,
  type IntegrationFrame,
  integrate,
  type Reply,
  type StepInside,
  type StepView,
} from '../integrators/integrate.ts';
import type { FlowProblem } from '../integrators/problem.ts';
import { type WienerPath, wienerPath } from '../integrators/wiener.ts';
import { norm } from '../numerics/vectors.ts';
import { YIELD_INTERVAL } from '../numerics/yielding.ts';
import { checkPromises } from './examine.ts';
import {
  type Meeting,
  type MergeSettings,
  meetingsWithin,
  mergeClose,
  type Population,
  standingFor,
  unmerged,
} from './merging.ts';
import { flowProblem, present, stateOf, type Velocities } from './problem.ts';
import { beginResolution, isResolvable, type Resolution, resolutionNote } from './resolution.ts';
import { type SimulationSettings, STEP_SHARE } from './simulation-settings.ts';
import { type EngineReport, openVelocities, type VelocitySource } from './velocities.ts';

/** At this time these particles were so close that they are one: within a step, where it has an inside. */
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
  /** Where the run beside this one goes on. */
  readonly beside?: Continuation;
}

/** What changes in the course of a run. */
export interface Run {
  readonly settings: SimulationSettings;
  readonly engines: Engines;
  /** What the noise follows. */
  readonly path: WienerPath;
  source: VelocitySource;
  population: Population;
  problem: FlowProblem;
  last: IntegrationFrame | null;
  /** In the step that is being taken. */
  meetings: readonly (Meeting & { readonly time: number })[];
  readonly merges: MergeEvent[];
  readonly notes: Record<string, string>;
  readonly resolution: Resolution;
  /** When the run last yielded to the event loop. */
  yielded: number;
  stopped: string;
}

/** Schemes that do not compute f between steps anyway are asked for the speed this seldom. */
const SPEED_EVERY = 16;
/** Up to so many particles pairs are affordable where modes are not accurate enough. */
const MOST_PAIRED = 20_000;
/** A run at its start or where another stopped. Throws InputError for a broken promise, and where no engine serves it. */
export async function openRun(
  settings: SimulationSettings,
  engines: Engines,
  from?: SimulationContinuation,
  path: WienerPath = pathOf(settings),
): Promise<Run> {
  checkPromises(settings);
  const opened = await openVelocities(settings, engines, resumedEngine(settings, from));
  const source = { ...opened, report: { ...opened.report, ...from?.engine } };
  const population = populationOf(settings, from);
  const parts = { settings, engines, path, source, population };
  const known = { merges: [...(from?.merges ?? [])], notes: { ...from?.notes } };
  const state = { last: null, meetings: [], ...known, yielded: performance.now(), stopped: 'end' };
  const run = { ...parts, ...state, resolution: beginResolution() };
  return Object.assign(run, { problem: problemOf(run) });
}

/** The path of a run whose step this is; another step may follow it too. */
export const pathOf = ({ seed, step, d }: SimulationSettings): WienerPath =>
  wienerPath(seed, step, d);

/** A run goes on with the engine that it had come to. */
function resumedEngine(
  { engine }: SimulationSettings,
  from?: SimulationContinuation,
): EngineName | 'auto' {
  const found = from?.engine.name;
  return ENGINE_NAMES.find((name) => name === found) ?? engine;
}

function populationOf(settings: SimulationSettings, from?: SimulationContinuation): Population {
  const { positions, masses, d } = settings;
  const first = unmerged(Float64Array.from(positions.data), masses, d);
  return from ? { ...first, ...standingFor(from.members, masses) } : first;
}

/** The problem of the population as it is now, with the source's velocities as they will be. */
function problemOf(run: Pick<Run, 'settings' | 'population' | 'source'>): FlowProblem {
  const { entry, parameters, d, noise } = run.settings;
  const velocities: Velocities = {
    tangent: (...at) => run.source.velocities.tangent(...at),
    ambient: (...at) => run.source.velocities.ambient(...at),
    ...(run.source.velocities.derivatives && {
      derivatives: (...at) => present(run.source.velocities.derivatives)(...at),
    }),
  };
  return flowProblem({ entry, parameters, masses: run.population.masses, d, velocities, noise });
}

/** The frames of the integrator: those to be saved, and those where the run pauses, switches or stops. */
export function stepsOf(
  run: Run,
  from?: SimulationContinuation,
): Generator<IntegrationFrame, void> {
  const { scheme, step, tolerance, maximumSteps, time, times } = run.settings;
  const settings = {
    scheme: scheme.name,
    ...(!scheme.adaptive && { step }),
    tolerance,
    toleranceShare: STEP_SHARE,
    maximumSteps,
    end: time,
    times,
    path: run.path,
  };
  const { entry, parameters, positions, masses } = run.settings;
  const start = from?.integrator ?? stateOf(entry, parameters, positions.data, masses);
  return integrate(run.problem, start, settings, {
    withinStep: (step) => withinStep(run, step),
    onStep: (view) => afterStep(run, view),
  });
}

/** Whether it is time to yield to the event loop. */
export const isYieldDue = ({ yielded }: Run) => performance.now() - yielded > YIELD_INTERVAL;

/** Merges, stops, and asks for a pause, between two steps. */
function afterStep(run: Run, view: StepView): Reply {
  watchStep(run, view);
  const merged = mergeStep(run, view);
  const { population, settings } = run;
  if (settings.stopClusters !== undefined && population.masses.length <= settings.stopClusters)
    return { ...merged, stop: stopFor(run, 'clusters') };
  const slow = merged ? {} : slowness(run, view);
  const pause = isYieldDue(run) ? { frame: 'pause' } : {};
  return { ...pause, ...slow, ...merged };
}

/** Says once that the step is too large. */
function watchStep(run: Run, view: StepView): void {
  const { settings, problem, resolution, notes } = run;
  if (notes.step || !isResolvable(settings, problem)) return;
  const note = resolutionNote(resolution, settings, problem, view);
  if (note) notes.step = note;
}

function stopFor(run: Run, reason: string): string {
  run.stopped = reason;
  return reason;
}

/** Null where nothing merges. */
export function mergeSettings({ merge, entry }: SimulationSettings): MergeSettings | null {
  return merge === undefined ? null : { merge, space: entry.space };
}

/**
 * Sees who meets in a step, and when. They become one at its end, so that meetings cost no steps; only
 * the one that leaves so few that the run stops ends the step.
 */
function withinStep(run: Run, { next, timeAt, at }: StepInside): number {
  const { settings, population } = run;
  const merging = mergeSettings(settings);
  if (!merging) return 1;
  const state = new Float64Array(next.length);
  const within = (theta: number) => {
    at?.(theta, state);
    return { ...population, positions: state };
  };
  const found = meetingsWithin({ ...population, positions: next }, at && within, merging);
  run.meetings = found.map((meeting) => ({ ...meeting, time: timeAt(meeting.theta) }));
  return fewEnough(found, population.masses.length, settings);
}

/** The θ after which so few are left that the run stops; 1 where there is none. */
function fewEnough(
  meetings: readonly Meeting[],
  count: number,
  { stopClusters = 0 }: SimulationSettings,
): number {
  let left = count;
  for (const meeting of [...meetings].sort((a, b) => a.theta - b.theta)) {
    left -= meeting.count - 1;
    if (left <= stopClusters) return meeting.theta;
  }
  return 1;
}

/** The state and the problem of fewer particles; null where none have met. */
function mergeStep(run: Run, { time, state, steps }: StepView): Reply | null {
  const merging = mergeSettings(run.settings);
  if (!merging || (steps > 0 && run.meetings.length === 0)) return null;
  let merged: Population = { ...run.population, positions: state };
  const groups: { readonly time: number; readonly own: readonly number[] }[] = [];
  for (let after = mergeClose(merged, merging); after; after = mergeClose(merged, merging)) {
    const known = new Set(merged.members);
    const found = after.members.filter((own) => !known.has(own));
    groups.push(...found.map((own) => ({ own, time: meetingTime(run, own) ?? time })));
    merged = after;
  }
  run.meetings = [];
  if (groups.length === 0) return null;
  for (const at of new Set(groups.map((group) => group.time).sort((a, b) => a - b)))
    run.merges.push({
      time: at,
      groups: groups.filter((g) => g.time === at).map(({ own }) => own),
    });
  run.population = merged;
  run.problem = problemOf(run);
  return { state: merged.positions, problem: run.problem };
}

const meetingTime = ({ meetings }: Run, own: readonly number[]) =>
  meetings.find(({ members }) => String(members) === String(own))?.time;

/** Whether the fastest particle is too slow for the run to go on, or for the engine to tell. */
function slowness(run: Run, view: StepView): Reply {
  const { settings, source } = run;
  const { stopBelow, scheme, n } = settings;
  const due = scheme.adaptive || view.steps % SPEED_EVERY === 0;
  const watched = due && !run.problem.noise && !run.notes.floor;
  if (stopBelow === undefined && !watched) return {};
  const speed = speedOf(run, view.velocity());
  if (stopBelow !== undefined && speed <= stopBelow) return { stop: stopFor(run, 'stationary') };
  if (!(speed <= source.floor)) return {};
  run.notes.floor = floorNote(view.time, speed, source);
  const better = settings.engine === 'auto' && source.absolute;
  return better && n <= MOST_PAIRED ? { frame: 'switch' } : {};
}

/** Of the fastest particle; where masses change, of all amplitudes together if that is more. */
function speedOf({ settings, population }: Run, velocity: Float64Array): number {
  const size = population.masses.length * settings.d;
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
  const source = await openVelocities(settings, engines, 'auto', { relative: true });
  const reason = `slower than the ${run.source.report.name} engine can tell`;
  run.source.close();
  run.source = { ...source, report: { ...source.report, reason } };
}
