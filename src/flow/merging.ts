/**
 * Coarse-graining: particles that are closer than a tolerance become one with their masses together, so
 * that a metastable run costs what its clusters cost. Not cluster diagnostics, which change nothing.
 */
import { sin } from '../numerics/elementary.ts';
import { createForest, setsOf } from '../numerics/forest.ts';
import { onset } from '../numerics/onset.ts';
import { norm } from '../numerics/vectors.ts';
import { normaliseRows } from './problem.ts';

/** Particles, each of which stands for some of those that the run began with. */
export interface Population {
  readonly d: number;
  /** [m · d], row by row. */
  readonly positions: Float64Array;
  /** [m], each the sum of the first ones behind it, in their order: whoever adds them again has the same bits. */
  readonly masses: Float64Array;
  /** [n], those that the run began with. */
  readonly firstMasses: Float64Array;
  /** The first particles behind each of the m, rising. */
  readonly members: readonly (readonly number[])[];
}

export interface MergeSettings {
  /** The tolerance: an angle in radians; off the sphere a distance. */
  readonly merge: number;
  readonly space: 'sphere' | 'euclidean';
}

/** n particles, each standing for itself. */
export function unmerged(positions: Float64Array, masses: Float64Array, d: number): Population {
  const members = Array.from(masses, (_, i) => [i]);
  return { d, positions, masses, firstMasses: masses, members };
}

/**
 * The population in which every group that can has become one particle at its centre of mass; null where
 * there is none. A group is a chain of particles no farther apart than the tolerance (single linkage). It
 * becomes one where no two of it are farther apart either, so that nobody moves farther than the
 * tolerance, and where its centre has a direction. Others stay as they are. A centre may be closer to
 * others than its particles were: merge again until null. O(m²d); the order of the particles is nothing.
 */
export function mergeClose(particles: Population, settings: MergeSettings): Population | null {
  const due = groupsOf(particles, settings).filter(({ obstacle }) => obstacle === null);
  return due.length === 0 ? null : joined(particles, due, settings);
}

/** After as many mergers as can be. */
export function settled(particles: Population, settings: MergeSettings): Population {
  let now = particles;
  for (let after: Population | null = now; after; after = mergeClose(now, settings)) now = after;
  return now;
}

/** A group that becomes one within a step. */
export interface Meeting {
  /** The first particles behind it, rising. */
  readonly members: readonly number[];
  /** How many particles become one. */
  readonly count: number;
  /** The part of the step after which they can. */
  readonly theta: number;
}

/** Of the length of a step; the tolerance of the scheme moves the time of a meeting farther. */
const PRECISION = 1e-8;

/**
 * Who becomes one within a step that ends with these particles, and where in it; `at` gives them within
 * the step, null where it has no inside: then that is its end. At its start there must be none.
 */
export function meetingsWithin(
  end: Population,
  at: ((theta: number) => Population) | null,
  settings: MergeSettings,
): Meeting[] {
  const due = groupsOf(end, settings).filter(({ obstacle }) => obstacle === null);
  if (due.length === 0) return [];
  const meetings = due.map(({ set }): Meeting => {
    const theta = at ? onset((theta) => shortage(set, at(theta), settings), PRECISION) : 1;
    return { members: behind(set, end), count: set.length, theta };
  });
  const after = at && ((theta: number) => joined(at(theta), due, settings));
  return [...meetings, ...meetingsWithin(joined(end, due, settings), after, settings)];
}

/** What a reader must know of particles that are close to others and yet not merged; null if there are none. */
export function unmergedNote(particles: Population, settings: MergeSettings): string | null {
  const groups = groupsOf(particles, settings);
  const notes = Object.entries(OBSTACLES).flatMap(([obstacle, why]) => {
    const sets = groups.filter((group) => group.obstacle === obstacle);
    const count = sets.reduce((sum, { set }) => sum + set.length, 0);
    return count > 0
      ? [`${count} particles no farther than ${settings.merge} from another ${why}`]
      : [];
  });
  return notes.length > 0 ? notes.join('; ') : null;
}

/** Why particles that are close to each other do not become one. */
const OBSTACLES = {
  wide: 'are not merged, for they hang together in groups wider than that, which no particle can stand for',
  balanced: 'are not merged, for they balance out: one in their place would have no direction',
} as const;

/** Particles that hang together. */
interface Group {
  /** At least two, rising. */
  readonly set: readonly number[];
  /** Null where they become one. */
  readonly obstacle: keyof typeof OBSTACLES | null;
}

function groupsOf(particles: Population, settings: MergeSettings): Group[] {
  const m = particles.masses.length;
  const forest = createForest(m);
  const neighbours = new Int32Array(m);
  let pairs = 0;
  forClosePairs(particles, settings, (i, j) => {
    forest.join(i, j);
    neighbours[i]++;
    neighbours[j]++;
    pairs++;
  });
  if (pairs === 0) return [];
  const sets = setsOf(forest, m).filter((set) => set.length > 1);
  return sets.map((set) => {
    if (set.some((i) => neighbours[i] < set.length - 1)) return { set, obstacle: 'wide' };
    return { set, obstacle: hasCentre(set, particles, settings) ? null : 'balanced' };
  });
}

/** All pairs no farther apart than the tolerance, along the first coordinate, which tells most others apart. */
function forClosePairs(
  particles: Population,
  settings: MergeSettings,
  seen: (i: number, j: number) => void,
): void {
  const { d, positions, masses } = particles;
  const { square, limit, chord } = distances(particles, settings);
  const first = (i: number) => positions[i * d];
  const order = Array.from(masses, (_, i) => i).sort((i, j) => first(i) - first(j));
  for (let a = 0; a < order.length; a++)
    for (let b = a + 1; b < order.length && first(order[b]) - first(order[a]) <= chord; b++)
      if (square(order[a], order[b]) <= limit) seen(order[a], order[b]);
}

/**
 * How much wider these particles are than those that become one, as squares of distances; where they are
 * narrow enough, but not alone or without a centre, a positive number. So at most 0 where they become one.
 */
function shortage(set: readonly number[], particles: Population, settings: MergeSettings): number {
  const { square, limit } = distances(particles, settings);
  let widest = 0;
  for (const i of set) for (const j of set) widest = Math.max(widest, square(i, j, Infinity));
  if (widest > limit) return widest - limit;
  const own = new Set(set);
  const isNear = (j: number) => !own.has(j) && set.some((i) => square(i, j) <= limit);
  for (let j = 0; j < particles.masses.length; j++) if (isNear(j)) return limit;
  return hasCentre(set, particles, settings) ? widest - limit : limit;
}

/** The squared distance of i and j, or some number over `most` where it is, and that of the tolerance. */
function distances({ d, positions }: Population, { merge, space }: MergeSettings) {
  // The chord of the angle: exact where arccos⟨x, y⟩ would lose half of the digits.
  const chord = space === 'sphere' ? 2 * sin(merge / 2) : merge;
  const limit = chord * chord;
  const square = (i: number, j: number, most = limit): number => {
    let sum = 0;
    for (let k = 0; k < d && sum <= most; k++)
      sum += (positions[i * d + k] - positions[j * d + k]) ** 2;
    return sum;
  };
  return { square, limit, chord };
}

/** The population with a particle in place of each of these groups, in the order of their first ones. */
function joined(
  particles: Population,
  groups: readonly Group[],
  { space }: MergeSettings,
): Population {
  const { d, masses } = particles;
  const taken = new Set(groups.flatMap(({ set }) => set));
  const alone = Array.from(masses, (_, i) => i).filter((i) => !taken.has(i));
  const sets = [...alone.map((i) => [i]), ...groups.map(({ set }) => set)];
  sets.sort((a, b) => a[0] - b[0]);
  const positions = new Float64Array(sets.length * d);
  sets.forEach((set, at) => {
    const own = positions.subarray(at * d, (at + 1) * d);
    addMean(set, particles, own);
    if (space === 'sphere' && set.length > 1) normaliseRows(own, d);
  });
  return {
    d,
    positions,
    ...standingFor(
      sets.map((set) => behind(set, particles)),
      particles.firstMasses,
    ),
  };
}

/** Who stands for which first particles, with their masses. */
export const standingFor = (
  members: Population['members'],
  firstMasses: Float64Array,
): Pick<Population, 'masses' | 'firstMasses' | 'members'> => ({
  masses: Float64Array.from(members, (own) => own.reduce((sum, i) => sum + firstMasses[i], 0)),
  firstMasses,
  members,
});

const massOf = (set: readonly number[], { masses }: Population) =>
  set.reduce((sum, i) => sum + masses[i], 0);

/** The list itself where a particle stays what it is. */
const behind = (set: readonly number[], { members }: Population) =>
  set.length === 1 ? members[set[0]] : set.flatMap((i) => members[i]).sort((a, b) => a - b);

/** out += Σ m_i x_i / Σ m_i, [d]. */
function addMean(set: readonly number[], particles: Population, out: Float64Array): void {
  const { d, positions, masses } = particles;
  const total = massOf(set, particles);
  for (const i of set) {
    // Without any mass all count alike.
    const weight = total > 0 ? masses[i] / total : 1 / set.length;
    for (let k = 0; k < d; k++) out[k] += weight * positions[i * d + k];
  }
}

/** A shorter mean of unit vectors has a direction of which rounding errors decide half of the digits. */
const BALANCED = 1e-8;

function hasCentre(set: readonly number[], particles: Population, { space }: MergeSettings) {
  if (space !== 'sphere') return true;
  const mean = new Float64Array(particles.d);
  addMean(set, particles, mean);
  return norm(mean) >= BALANCED;
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
