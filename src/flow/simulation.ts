/** A whole simulation at once: the library's `simulate`, and its result as JSON. Frame by frame: simulate.ts. */
import type { DiagnosticRecord } from '../diagnostics/catalogue.ts';
import { type Matrix, toRows } from '../numerics/matrix.ts';
import type { SimulationFrame } from './frames.ts';
import { openSimulation, type SimulationContext, type SimulationReport } from './simulate.ts';
import {
  type SimulationOptions,
  type SimulationSettings,
  settingsRecord,
  simulationSettings,
} from './simulation-settings.ts';

/** A finished run: its complete settings, every frame, engine, notes and mergers. `seconds` of wall clock. */
export interface Simulation extends SimulationReport {
  readonly settings: SimulationSettings;
  readonly frames: readonly SimulationFrame[];
  readonly seconds: number;
}

/** Runs a simulation to its end and keeps every frame. Throws as `simulationSettings` and its frames do. */
export async function simulate(
  options: SimulationOptions = {},
  context: SimulationContext = {},
): Promise<Simulation> {
  const settings = simulationSettings(options);
  const begun = performance.now();
  const simulation = await openSimulation(settings, context);
  const frames: SimulationFrame[] = [];
  for await (const frame of simulation.frames()) frames.push(frame);
  const seconds = (performance.now() - begun) / 1000;
  return { settings, frames, ...simulation.report(), seconds };
}

/** The result as plain data: positions [F, n, d], and diagnostics by name with one entry a frame. */
export function simulationToJson({ settings, frames, seconds, ...report }: Simulation) {
  const [first] = frames;
  const rows = (pick: (frame: SimulationFrame) => Matrix | null) =>
    frames.map((frame) => toRows(pick(frame) ?? frame.positions));
  return {
    settings: settingsRecord(settings),
    ...report,
    times: frames.map(({ time }) => time),
    positions: rows(({ positions }) => positions),
    ...(first?.view && { view: rows(({ view }) => view) }),
    ...(first?.radii && { radii: frames.map(({ radii }) => [...(radii ?? [])]) }),
    masses: [...settings.masses],
    ...(first?.masses && { frame_masses: frames.map(({ masses }) => [...(masses ?? [])]) }),
    particles: frames.map(({ particles }) => particles),
    ...(settings.mergeError && { merge_error: frames.map(({ mergeError }) => mergeError) }),
    ...(settings.noise > 0 && { noise_error: frames.map(({ noiseError }) => noiseError) }),
    diagnostics: diagnosticsOf(frames, settings),
    seconds,
  };
}

/** One frame as plain data: positions [n, d], and diagnostics by name. */
export function frameToJson({ time, positions, view, radii, masses, ...frame }: SimulationFrame) {
  const { particles, mergeError, noiseError, steps, rejected, diagnostics } = frame;
  return {
    time,
    positions: toRows(positions),
    ...(view && { view: toRows(view) }),
    ...(radii && { radii: [...radii] }),
    ...(masses && { masses: [...masses] }),
    particles,
    ...(mergeError !== null && { merge_error: mergeError }),
    ...(noiseError !== null && { noise_error: noiseError }),
    steps,
    rejected,
    diagnostics,
  };
}

function diagnosticsOf(
  frames: readonly SimulationFrame[],
  { chosen }: SimulationSettings,
): DiagnosticRecord {
  return Object.fromEntries(
    chosen.map(({ name }) => [name, frames.map(({ diagnostics }) => diagnostics[name])]),
  );
}
