/**
 * A simulation: particles of a start or of one's own flow under dynamics from time 0 to T, and frames
 * with diagnostics come out one after the other. Joins the catalogue, an engine, an integrator, merging
 * and the diagnostics, each of which knows nothing of the others. Not the files of a run.
 */
import { type DiagnosticValue, diagnoseFrame } from '../diagnostics/catalogue.ts';
import { distance } from '../diagnostics/distance.ts';
import { angle } from '../geometry/sphere.ts';
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
import { TOLERANCE } from '../integrators/schemes.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import type { EngineName, Engines } from './engine-choice.ts';
import { simulationEngines } from './engines.ts';
import { expand, mergeClose, type Population, population } from './merging.ts';
import { flowProblem, type Velocities } from './problem.ts';
import type { SimulationSettings } from './simulation-settings.ts';
import { type EngineReport, openVelocities, type VelocitySource } from './velocities.ts';

export interface SimulationFrame {
  readonly time: number;
  /** [n, d]: all particles that the run began with; merged ones lie on each other. */
  readonly positions: Matrix;
  /** r_i, [n], where the dynamics have radii. */
  readonly radii: Float64Array | null;
  /** Positions as the dynamics are looked at, such as z = e^{−tV} x; null where that is how they are. */
  readonly view: Matrix | null;
  /** How many particles are left after merging. */
  readonly particles: number;
  /** Diagnostics by name, of the view where there is one. */
  readonly diagnostics: Readonly<Record<string, DiagnosticValue>>;
  /** The farthest that a particle is from its place without merging; null where that was not asked for. */
  readonly mergeError: number | null;
  /** Accepted and rejected steps until here. */
  readonly steps: number;
  readonly rejected: number;
  /** What goes on exactly from here; to be asked for before the next frame. */
  continuation(): SimulationContinuation;
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

/** Frames that diagnostics of a run that goes on compare with, as they were seen (view or positions). */
export interface SeenFrames {
  readonly first: Matrix;
  readonly last: Matrix;
}

/** At this time these particles became one. */
export interface MergeEvent {
  readonly time: number;
  readonly groups: readonly (readonly number[])[];
}

/** What is known when a run has ended. */
export interface SimulationReport {
  readonly engine: EngineReport;
  /** The time reached. */
  readonly time: number;
  /** `end`, `clusters` (stopClusters) or `stationary` (stopBelow). */
  readonly stopped: string;
  readonly steps: number;
  readonly rejected: number;
  readonly merges: readonly MergeEvent[];
  /** By name of a diagnostic, or `engine` and `floor`: what a reader must know. */
  readonly notes: Readonly<Record<string, string>>;
}

export interface SimulationProgress {
  readonly time: number;
  readonly end: number;
  readonly steps: number;
}

export interface SimulationContext {
  /** By default those of the caller's thread alone. */
  readonly engines?: Engines;
  /** Ends the run with the signal's reason, within about a tenth of a second. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Goes on from a frame of a run with the same settings; only the end and the save times may differ. */
  readonly from?: SimulationContinuation;
  /** Beside `from`; without it the first frame from there on counts as the first of the run. */
  readonly seen?: SeenFrames;
}

/** What changes in the course of a run. */
interface Run {
  readonly settings: SimulationSettings;
  readonly engines: Engines;
  source: VelocitySource;
  crowd: Population;
  /** Of the source, for the crowd. */
  velocities: Velocities;
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
/** Couplings [n, n] are read by diagnostics up to here. */
const MOST_COUPLED = 512;

/** A simulation whose engine is open. */
export interface OpenSimulation {
  /**
   * Runs it, once. Besides the integrator's O(nd) numbers two frames are held. Throws InputError for too
   * many or too small steps, DivergedError at the first value that is not finite, and the signal's
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
  const run = await openRun(settings, context);
  const frames = () => framesOf(run, context);
  const compared = () => besideUnmerged(frames(), settings, context);
  return { frames: settings.mergeError ? compared : frames, report: () => reportOf(run) };
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
  const describe = frameReader(run, context.seen);
  try {
    for (const frame of stepsOf(run, context.from)) {
      run.last = frame;
      if (frame.reason === 'switch') await switchEngine(run);
      if (frame.saved || run.stopped !== 'end') yield describe(frame);
      await breathe(run, context);
    }
  } finally {
    run.source.close();
  }
}

/** Runs the same without merging in step with it, and says in every frame how far the two are apart. */
async function* besideUnmerged(
  frames: AsyncGenerator<SimulationFrame, void>,
  settings: SimulationSettings,
  { engines, signal }: SimulationContext,
): AsyncGenerator<SimulationFrame, void> {
  const { merge: _, stopClusters: __, ...rest } = settings;
  const unmerged = { ...rest, mergeError: false, chosen: [] };
  const others = (await openSimulation(unmerged, { engines, signal })).frames();
  try {
    for await (const frame of frames) {
      const { value: other } = await others.next();
      const beside = other && other.time === frame.time ? other : null;
      yield { ...frame, mergeError: beside && farthest(frame, beside, settings) };
    }
  } finally {
    await others.return();
  }
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

async function openRun(
  settings: SimulationSettings,
  { engines = simulationEngines(), from }: SimulationContext,
): Promise<Run> {
  const opened = await openVelocities(settings, engines, resumedEngine(settings, from));
  const source = { ...opened, report: { ...opened.report, ...from?.engine } };
  const crowd = crowdOf(settings, from);
  const parts = { settings, engines, source, crowd, velocities: source.velocities(crowd.masses) };
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

/** The problem of the crowd as it is now, with the run's velocities as they will be. */
function problemOf(run: Pick<Run, 'settings' | 'crowd' | 'velocities'>): FlowProblem {
  const { entry, parameters, d } = run.settings;
  const velocities: Velocities = {
    tangent: (time, positions, out) => run.velocities.tangent(time, positions, out),
    ambient: (time, positions, out) => run.velocities.ambient(time, positions, out),
  };
  return flowProblem({ entry, parameters, n: run.crowd.masses.length, d, velocities });
}

/** Positions, then radii where the dynamics have them. */
function startState({ entry, parameters, positions, n }: SimulationSettings): Float64Array {
  const normalisation = entry.normalisation?.(parameters);
  if (!normalisation) return Float64Array.from(positions.data);
  const state = new Float64Array(positions.data.length + n);
  state.set(positions.data);
  return state.fill(normalisation.initialRadius, positions.data.length);
}

function stepsOf(run: Run, from?: SimulationContinuation): Generator<Frame, void> {
  const { scheme, step, tolerance, maximumSteps, time, times, seed } = run.settings;
  const settings = {
    scheme: scheme.name,
    ...(!scheme.adaptive && { step }),
    tolerance: Math.max(TOLERANCE.minimum, STEP_SHARE * tolerance),
    maximumSteps,
    end: time,
    times,
    noise: brownian(seed),
  };
  const start = from?.integrator ?? startState(run.settings);
  return integrate(run.problem, start, settings, { onStep: (view) => afterStep(run, view) });
}

/** Merges, stops, and asks for a pause, between two steps. */
function afterStep(run: Run, view: StepView): Reply {
  const merged = mergeStep(run, view);
  const { crowd, settings } = run;
  if (settings.stopClusters !== undefined && crowd.masses.length <= settings.stopClusters)
    return { ...merged, stop: stopFor(run, 'clusters') };
  const slow = merged ? {} : slowness(run, view);
  const pause = performance.now() - run.breath > BREATH ? { frame: 'pause' } : {};
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
  run.velocities = run.source.velocities(after.masses);
  run.problem = problemOf(run);
  return { state: after.positions, problem: run.problem };
}

/** Whether the fastest particle is too slow for the run to go on, or for the engine to tell. */
function slowness(run: Run, view: StepView): Reply {
  const { settings, source } = run;
  const { stopBelow, scheme, d, n } = settings;
  const due = scheme.adaptive || view.steps % SPEED_EVERY === 0;
  const watched = due && !run.problem.diffuse && !run.notes.floor;
  if (stopBelow === undefined && !watched) return {};
  const speed = fastest(view.velocity().subarray(0, run.crowd.masses.length * d), d);
  if (stopBelow !== undefined && speed <= stopBelow) return { stop: stopFor(run, 'stationary') };
  if (!(speed <= source.floor)) return {};
  run.notes.floor = floorNote(view.time, speed, source);
  const better = settings.engine === 'auto' && source.report.name === 'spectral';
  return better && n <= MOST_PAIRED ? { frame: 'switch' } : {};
}

function floorNote(time: number, speed: number, { floor, report }: VelocitySource): string {
  if (speed === 0) return `from time ${time} on nothing moves`;
  return `at time ${time} the fastest particle has speed ${speed.toPrecision(3)}, which the ${report.name} engine cannot tell from its error of ${floor.toPrecision(3)}`;
}

/** From modes, whose error is absolute, to pairs, whose error is relative. */
async function switchEngine(run: Run): Promise<void> {
  const { settings, engines } = run;
  const source = await openVelocities(settings, engines, 'wasm');
  run.source.close();
  run.source = {
    ...source,
    report: { ...source.report, reason: 'slower than the spectral engine can tell' },
  };
  run.velocities = run.source.velocities(run.crowd.masses);
}

/** Lets the rest of this thread work, now and then, and looks at the signal. */
async function breathe(run: Run, { signal, onProgress }: SimulationContext): Promise<void> {
  const { last, settings } = run;
  if (last) onProgress?.({ time: last.time, end: settings.time, steps: last.steps });
  if (performance.now() - run.breath > BREATH) await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
  run.breath = performance.now();
}

/** From the integrator's frames to those of all particles, with diagnostics. */
function frameReader(run: Run, seenBefore?: SeenFrames): (frame: Frame) => SimulationFrame {
  const { settings } = run;
  const { entry, parameters, n, d, masses, chosen } = settings;
  const beta = typeof parameters.beta === 'number' ? parameters.beta : 1;
  let initial = seenBefore?.first;
  let previous = seenBefore?.last;
  return (frame) => {
    const { crowd } = run;
    const size = crowd.masses.length * d;
    const positions = matrix(n, d, expand(frame.state.subarray(0, size), crowd));
    const radii = frame.state.length > size ? frame.state.slice(size) : null;
    const view = entry.view?.(positions, frame.time, parameters) ?? null;
    const seen = view ?? positions;
    initial ??= seen;
    const shared = { positions: seen, previous, initial, masses, beta, space: entry.space, radii };
    const found = diagnoseFrame({ ...shared, ...motion(run, frame, view !== null) }, chosen);
    Object.assign(run.notes, found.notes);
    previous = seen;
    const { steps, rejected, time } = frame;
    return {
      ...{ time, positions, radii, view, steps, rejected },
      particles: crowd.masses.length,
      mergeError: null,
      diagnostics: found.values,
      continuation: () => continuationOf(run, frame),
    };
  };
}

/** What the field says of a frame; nothing where it would be about other positions than those seen. */
function motion(run: Run, frame: Frame, isView: boolean) {
  const { settings, source, crowd, problem } = run;
  if (isView || settings.chosen.length === 0) return {};
  const { n, d } = settings;
  const rate = new Float64Array(frame.state.length);
  problem.velocity(frame.time, frame.state, rate);
  const velocity = matrix(n, d, expand(rate.subarray(0, crowd.masses.length * d), crowd));
  const readable = n <= MOST_COUPLED && crowd.masses.length === n;
  const positions = frame.state.subarray(0, n * d);
  return { velocity, couplings: readable ? source.couplings(positions, crowd.masses) : null };
}

function continuationOf(run: Run, frame: Frame): SimulationContinuation {
  const { crowd, source, merges, notes } = run;
  const { name, reason } = source.report;
  const known = { members: crowd.members, merges: [...merges], notes: { ...notes } };
  return { integrator: frame.continuation(), engine: { name, reason }, ...known };
}

function reportOf({ source, last, stopped, merges, notes }: Run): SimulationReport {
  const { note } = source.report;
  const { time = 0, steps = 0, rejected = 0 } = last ?? {};
  const all = { ...(note && { engine: note }), ...notes };
  return { engine: source.report, time, stopped, steps, rejected, merges, notes: all };
}
