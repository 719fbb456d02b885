/** Holds dynamics, a user's own above all, against what they promise. Not the checks: dynamics/properties.ts. */
import { isOwn } from '../dynamics/define.ts';
import type { Dynamics } from '../dynamics/dynamics.ts';
import {
  type BrokenPromise,
  type CheckSettings,
  checkProperties,
  type VelocityOf,
} from '../dynamics/properties.ts';
import { openReferenceField } from '../engines/reference-field.ts';
import { InputError } from '../numerics/errors.ts';
import type { SimulationSettings } from './simulation-settings.ts';

/**
 * The promises that the dynamics break on random particles, by their own velocity or the reference
 * engine's; empty if they keep them all. Throws InputError for parameters that do not fit and for
 * velocities that are not finite.
 */
export function examineDynamics(
  entry: Dynamics,
  seed = 1,
  settings: CheckSettings = {},
): BrokenPromise[] {
  const { interaction } = entry;
  if (!interaction) return checkProperties(entry, undefined, seed, settings);
  const velocityOf: VelocityOf = ({ n, d, positions, masses }, parameters, time) => {
    const out = new Float64Array(n * d);
    const request = { n, d, precision: 'float64', accuracy: 0, threads: 1 } as const;
    const asked = { ...request, interaction: interaction(parameters, d, time) };
    openReferenceField(asked).ambient(positions, masses, out);
    return out;
  };
  return checkProperties(entry, velocityOf, seed, settings);
}

/** So many particles at most, and fewer, stand for all of a run. */
const SAMPLES = [2, 7, 20];

/** What was examined already: the runs of a sweep differ in their seeds for the most part. */
const kept = new WeakMap<Dynamics, Set<string>>();

/**
 * Holds dynamics of one's own against their promises at the parameters, the time and up to twenty particles of a
 * run; in R^d at places of its start, for they need not be defined elsewhere. Throws InputError (field
 * `dynamics`) for a promise that is broken, and as `examineDynamics` does.
 */
export function checkPromises(settings: SimulationSettings): void {
  const { entry, parameters, positions, n, d, time } = settings;
  if (!isOwn(entry) || !Object.values(entry.properties).some(Boolean)) return;
  const counts = [...new Set(SAMPLES.map((count) => Math.min(count, n)))];
  const key = JSON.stringify([parameters, counts, d, time]);
  const known = kept.get(entry) ?? new Set();
  if (known.has(key)) return;
  const places = entry.space === 'euclidean' && { positions: positions.data };
  for (const count of counts) {
    const check = { n: count, d, parameters, time, trials: 3, ...places };
    const [broken] = examineDynamics(entry, count, check);
    if (broken) throw new InputError('dynamics', broken.message);
  }
  kept.set(entry, known.add(key));
}
