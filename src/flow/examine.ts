/** Holds dynamics, a user's own above all, against what they promise. Not the checks: dynamics/properties.ts. */
import type { Dynamics } from '../dynamics/dynamics.ts';
import {
  type BrokenPromise,
  type CheckSettings,
  checkProperties,
  type VelocityOf,
} from '../dynamics/properties.ts';
import { openReferenceField } from '../engines/reference-field.ts';

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
