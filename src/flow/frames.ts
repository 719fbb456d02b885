/** What a simulation shows of its particles: all of them at a time, with diagnostics. */
import { type DiagnosticValue, diagnoseFrame } from '../diagnostics/catalogue.ts';
import { energyBetaOf } from '../dynamics/dynamics.ts';
import type { IntegrationFrame } from '../integrators/integrate.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { expand, type Population, settled, unmergedNote } from './merging.ts';
import { partsOf } from './problem.ts';
import { mergeSettings, type Run, type SimulationContinuation } from './run.ts';

/** A simulation at one of its save times: all particles, and what is measured of them. */
export interface SimulationFrame {
  readonly time: number;
  /** [n, d], all particles that the run began with; merged ones lie on each other. */
  readonly positions: Matrix;
  /** r_i, [n], where the dynamics have radii. */
  readonly radii: Float64Array | null;
  /** w_i, [n], where the dynamics change them. */
  readonly masses: Float64Array | null;
  /** Positions as the dynamics are looked at, such as z = e^{−tV} x; null where that is how they are. */
  readonly view: Matrix | null;
  /** How many particles are left after merging. */
  readonly particles: number;
  /** Diagnostics by name, of the view where there is one. */
  readonly diagnostics: Readonly<Record<string, DiagnosticValue>>;
  /** The farthest that a particle is from its place without merging; null where that was not asked for. */
  readonly mergeError: number | null;
  /** The estimated weak error of the step with noise (weak-error.ts); null without noise. */
  readonly noiseError: number | null;
  /** Accepted and rejected steps until here. */
  readonly steps: number;
  readonly rejected: number;
  /** What goes on exactly from here; to be asked for before the next frame. */
  continuation(): SimulationContinuation;
}

/** Frames that diagnostics of a run that goes on compare with, as they were shown (view or positions). */
export interface ReferenceFrames {
  readonly first: Matrix;
  readonly last: Matrix;
}

/** Couplings [n, n] are read by diagnostics up to here. */
const MOST_COUPLED = 512;

/** From the integrator's frames to those of all particles, with diagnostics. */
export function frameReader(
  run: Run,
  reference?: ReferenceFrames,
): (frame: IntegrationFrame) => SimulationFrame {
  const { settings } = run;
  const { entry, parameters, n, d, chosen, delta } = settings;
  const beta = energyBetaOf(entry, parameters);
  let initial = reference?.first;
  let previous = reference?.last;
  return (frame) => {
    const { population } = run;
    const shown = shownPopulation(run, frame);
    const positions = matrix(n, d, expand(shown.positions, shown));
    const { radii, masses: changed } = partsOf(entry, frame.state, population.masses.length, d);
    const masses = changed ?? settings.masses;
    const view = entry.view?.(positions, frame.time, parameters) ?? null;
    const seen = view ?? positions;
    initial ??= seen;
    const shared = { positions: seen, previous, initial, masses, radii };
    const meant = { beta, delta, space: entry.space };
    const found = diagnoseFrame(
      { ...shared, ...meant, ...motion(run, frame, masses, view !== null) },
      chosen,
    );
    Object.assign(run.notes, found.notes);
    previous = seen;
    const { steps, rejected, time } = frame;
    return {
      time,
      positions,
      radii,
      masses: changed,
      view,
      steps,
      rejected,
      particles: shown.masses.length,
      mergeError: null,
      noiseError: null,
      diagnostics: found.values,
      continuation: () => continuationOf(run, frame),
    };
  };
}

/** The particles of a frame. In the step in which they meet, the integrator has not merged them yet. */
function shownPopulation(
  { settings, population, notes }: Run,
  { time, state }: IntegrationFrame,
): Population {
  const now = {
    ...population,
    positions: state.subarray(0, population.masses.length * population.d),
  };
  const merging = mergeSettings(settings);
  if (!merging) return now;
  const shown = settled(now, merging);
  // Of the last frame: a group may be narrow enough later.
  const note = unmergedNote(shown, merging);
  if (note) notes.merge = `at time ${time} ${note}`;
  else delete notes.merge;
  return shown;
}

/** What the field says of a frame; nothing where it would be about other positions than those seen. */
function motion(run: Run, frame: IntegrationFrame, masses: Float64Array, isView: boolean) {
  const { settings, source, population, problem } = run;
  if (isView || settings.chosen.length === 0) return {};
  const { n, d } = settings;
  const rate = new Float64Array(frame.state.length);
  problem.velocity(frame.time, frame.state, rate);
  const velocity = matrix(n, d, expand(rate.subarray(0, population.masses.length * d), population));
  const readable = n <= MOST_COUPLED && population.masses.length === n;
  const positions = frame.state.subarray(0, n * d);
  return { velocity, couplings: readable ? source.couplings(positions, masses) : null };
}

function continuationOf(run: Run, frame: IntegrationFrame): SimulationContinuation {
  const { population, source, merges, notes } = run;
  const { name, reason } = source.report;
  const known = { members: population.members, merges: [...merges], notes: { ...notes } };
  return { integrator: frame.continuation(), engine: { name, reason }, ...known };
}
