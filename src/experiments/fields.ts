/** Velocities and couplings of an entry at places of one's own, for experiments that make steps themselves. */
import type { Dynamics } from '../dynamics/dynamics.ts';
import { completeParameters } from '../dynamics/parameters.ts';
import type { Field } from '../engines/field.ts';
import { openReferenceField } from '../engines/reference-field.ts';

/** The field of n particles in R^d, all pairs in Float64. Throws RangeError for an entry without an interaction. */
export function attentionField(
  entry: Dynamics,
  given: Readonly<Record<string, unknown>>,
  n: number,
  d: number,
): Field {
  const interaction = entry.interaction?.(completeParameters(entry, given, d), d, 0);
  if (!interaction) throw new RangeError(`dynamics ${entry.name} have no interaction`);
  const shape = { n, d, space: entry.space, precision: 'float64' } as const;
  return openReferenceField({ ...shape, interaction, accuracy: 0, threads: 1 });
}
