/**
 * Where a run's velocities come from: an engine that was chosen, a field opened anew as time goes on, or
 * the entry's own function. Not what an integrator makes of them (problem.ts).
 */
import type { Interaction } from '../attention/interaction.ts';
import { slidingField } from '../dynamics/sliding.ts';
import type { EngineName, Engines } from '../engines/catalogue.ts';
import { chooseEngine } from '../engines/choose.ts';
import type { FieldRequest } from '../engines/field.ts';
import { fieldAlgebra, openReferenceField, referenceField } from '../engines/reference-field.ts';
import { InputError } from '../numerics/errors.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { changingVelocities, fieldVelocities, ownVelocities, type Velocities } from './problem.ts';
import { type SimulationSettings, STEP_SHARE } from './simulation-settings.ts';

export interface EngineReport {
  /** A name of the engines, or `own` for dynamics that bring their velocity. */
  readonly name: string;
  /** Why it was chosen, in one clause. */
  readonly reason: string;
  /** What a reader of the result must know, such as the terms kept and their error; or null. */
  readonly note: string | null;
}

/** The source of velocities of one run. */
export interface VelocitySource {
  readonly report: EngineReport;
  /** Velocities of this size and below are round-off or the engine's error. */
  readonly floor: number;
  /** What it cannot tell from rest an engine with a relative error can. */
  readonly absolute: boolean;
  readonly velocities: Velocities;
  /** A_ij per head, [m, m]; null where the engine never has them. */
  couplings(positions: Float64Array, masses: Float64Array): Matrix[] | null;
  close(): void;
}

/** Opens what computes the velocities of a run; `relative`: with an error that is. Throws InputError (field `engine`) where nothing serves it. */
export async function openVelocities(
  settings: SimulationSettings,
  engines: Engines,
  wanted: EngineName | 'auto' = settings.engine,
  how: { readonly relative?: boolean } = {},
): Promise<VelocitySource> {
  const { entry } = settings;
  if (entry.velocity) return ownSource(settings, wanted);
  if (entry.timeDependent) return changingSource(settings, wanted);
  const request = requestOf(settings, interactionAt(settings, 0));
  const { engine, reason } = chooseEngine(wanted, request, engines, how);
  const field = await engine.open(request);
  const slides = request.interaction.coupling === 'hardmax' && settings.scheme.adaptive;
  const velocities = slides ? sliding(settings, request.interaction) : null;
  const because = velocities ? `${reason}; velocities keep ties that attract (Filippov)` : reason;
  return {
    report: { name: engine.name, reason: because, note: field.note },
    floor: field.floor,
    absolute: engine.absolute,
    velocities: velocities ?? fieldVelocities(() => field),
    couplings: (positions, masses) => field.couplings?.(positions, masses) ?? null,
    close: () => field.close(),
  };
}

/**
 * About how many pairs of particles a velocity takes, of one head, before anything is opened. Throws InputError
 * (field `engine`) where nothing serves the run.
 */
export function velocityPairs(settings: SimulationSettings, engines: Engines): number {
  const { entry, engine, n } = settings;
  if (entry.velocity) return n * n;
  const request = requestOf(settings, interactionAt(settings, 0));
  const { cost } = entry.timeDependent
    ? referenceField
    : chooseEngine(engine, request, engines).engine;
  return cost(request).velocity;
}

/** Dormand–Prince comes upon a jump in steps whose error, a few hundredths of the jump, is its tolerance. */
const TIE_STEPS = 300;

/** Where a flow jumps an integrator that holds its error needs the solution that slides along the jump. */
function sliding(
  { entry, d, tolerance }: SimulationSettings,
  interaction: Interaction,
): Velocities {
  const width = TIE_STEPS * STEP_SHARE * tolerance;
  const field = slidingField(interaction, d, entry.space === 'sphere', width);
  return {
    tangent: (_, positions, masses, out) => field.tangent(positions, masses, out),
    ambient: (_, positions, masses, out) => field.ambient(positions, masses, out),
  };
}

function ownSource(settings: SimulationSettings, wanted: string): VelocitySource {
  const { entry, parameters, d } = settings;
  if (wanted !== 'auto')
    throw new InputError(
      'engine',
      `engine ${wanted} cannot run dynamics ${entry.name}, which bring their own velocity: expected auto, leave it out`,
    );
  return {
    report: { name: 'own', reason: `dynamics ${entry.name} bring their velocity`, note: null },
    floor: 0,
    absolute: false,
    velocities: ownVelocities(entry, parameters, d),
    couplings: () => null,
    close: () => {},
  };
}

/** The interaction changes with time, so the cheap field to open is opened again and again. */
function changingSource(settings: SimulationSettings, wanted: string): VelocitySource {
  const { entry } = settings;
  if (wanted !== 'auto' && wanted !== 'reference')
    throw new InputError(
      'engine',
      `engine ${wanted} cannot run dynamics ${entry.name}, whose weights depend on time: expected auto or reference`,
    );
  const algebra = fieldAlgebra();
  const openAt = (time: number) =>
    openReferenceField(requestOf(settings, interactionAt(settings, time)), algebra);
  const reason = `the weights of dynamics ${entry.name} depend on time`;
  return {
    report: { name: 'reference', reason, note: null },
    floor: openAt(0).floor,
    absolute: false,
    velocities: changingVelocities(openAt),
    couplings: () => null,
    close: () => {},
  };
}

/** Throws RangeError for dynamics without an interaction. */
function interactionAt({ entry, parameters, d }: SimulationSettings, time: number): Interaction {
  if (!entry.interaction) throw new RangeError(`dynamics ${entry.name} have no interaction`);
  return entry.interaction(parameters, d, time);
}

function requestOf(settings: SimulationSettings, interaction: Interaction): FieldRequest {
  const { entry, n, d, precision, accuracy, threads = 64 } = settings;
  return { interaction, n, d, space: entry.space, precision, accuracy, threads };
}
