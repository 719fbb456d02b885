/**
 * Coarse-graining: particles that are closer than a tolerance become one with their masses together, so
 * that a metastable run costs what its clusters cost. Not cluster diagnostics, which change nothing.
 */
import { createForest, setsOf } from '../numerics/forest.ts';
import { normaliseRows } from './problem.ts';

/** Particles, each of which stands for some of those that the run began with. */
export interface Population {
  readonly d: number;
  /** [m · d], row by row. */
  readonly positions: Float64Array;
  /** [m] */
  readonly masses: Float64Array;
  /** The first particles behind each of the m, rising. */
  readonly members: readonly (readonly number[])[];
}

export interface MergeSettings {
  /** Largest angle in radians that merges; off the sphere a distance. */
  readonly merge: number;
  readonly space: 'sphere' | 'euclidean';
}

/** n particles, each standing for itself. */
export function population(positions: Float64Array, masses: Float64Array, d: number): Population {
  return { d, positions, masses, members: Array.from(masses, (_, i) => [i]) };
}

/**
 * The population after merging along chains of particles no farther apart than the tolerance (single
 * linkage), each group at its centre of mass; null where no two are as close. O(m²d).
 */
export function mergeClose(particles: Population, settings: MergeSettings): Population | null {
  const { d, positions, masses, members } = particles;
  const sets = closeSets(particles, settings);
  if (sets.length === masses.length) return null;
  const merged = {
    d,
    positions: new Float64Array(sets.length * d),
    masses: Float64Array.from(sets, (set) => set.reduce((sum, i) => sum + masses[i], 0)),
    members: sets.map((set) => set.flatMap((i) => members[i]).sort((a, b) => a - b)),
  };
  sets.forEach((set, at) => {
    for (const i of set) {
      // Without any mass all count alike.
      const weight = merged.masses[at] > 0 ? masses[i] / merged.masses[at] : 1 / set.length;
      for (let k = 0; k < d; k++) merged.positions[at * d + k] += weight * positions[i * d + k];
    }
  });
  if (settings.space === 'sphere') normaliseRows(merged.positions, d);
  return merged;
}

function closeSets(particles: Population, { merge, space }: MergeSettings): number[][] {
  const { d, positions, masses } = particles;
  // The chord of the angle: exact where arccos⟨x, y⟩ would lose half of the digits.
  const chord = space === 'sphere' ? 2 * Math.sin(merge / 2) : merge;
  const forest = createForest(masses.length);
  for (let i = 0; i < masses.length; i++)
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < d && square <= chord * chord; k++)
        square += (positions[i * d + k] - positions[j * d + k]) ** 2;
      if (square <= chord * chord) forest.join(i, j);
    }
  return setsOf(forest, masses.length);
}

/** Rows [n · w] of all the first particles from rows [m · w] of those that stand for them. */
export function expand(rows: Float64Array, { members }: Population): Float64Array {
  const width = rows.length / members.length;
  const n = members.reduce((sum, own) => sum + own.length, 0);
  if (n === members.length) return rows;
  const expanded = new Float64Array(n * width);
  members.forEach((own, at) => {
    for (const i of own) expanded.set(rows.subarray(at * width, (at + 1) * width), i * width);
  });
  return expanded;
}
