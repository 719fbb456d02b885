/**
 * Clusters of particles by single linkage on the angles between them (off the sphere: on distances), at
 * every tolerance at once, and how they change from frame to frame. Not k-means: no number of clusters
 * is chosen.
 */
import { angle } from '../geometry/sphere.ts';
import { createForest, setsOf } from '../numerics/forest.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { distance } from '../numerics/vectors.ts';
import type { Space } from './diagnostic.ts';
import { pairSample, sampleNote, selectRows } from './sample.ts';

/** Two clusters become one. Clusters 0 … n−1 are the particles, n + k is merge k. */
export interface Merge {
  /** The least angle between the two in radians; off the sphere the least distance. */
  readonly height: number;
  readonly a: number;
  readonly b: number;
  /** The number of particles of the joint cluster. */
  readonly size: number;
}

export interface Dendrogram {
  /** Number of particles n. */
  readonly size: number;
  /** n − 1 merges of rising height. */
  readonly merges: readonly Merge[];
}

export interface ClusterLevel {
  /** Angle in radians; off the sphere a distance. */
  readonly tolerance: number;
  /** The particles of each cluster. */
  readonly members: number[][];
}

/** At one tolerance: from the layer before to this one, these groups join into one cluster, or one falls apart into them. */
export interface ClusterChange {
  readonly layer: number;
  readonly tolerance: number;
  readonly groups: number[][];
}

export interface ClusterChanges {
  readonly merges: ClusterChange[];
  readonly splits: ClusterChange[];
}

export interface ClusterHistory extends ClusterChanges {
  /** Per frame, one entry a tolerance. */
  readonly clusters: ClusterLevel[][];
  /** By name, what a reader must know: under `clusters`, that not all particles were read. */
  readonly notes: Readonly<Record<string, string>>;
}

/** The angles, in radians, at which clusters are reported. */
export const clusterTolerances: readonly number[] = [
  0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5,
];

/** Writes the heights between one thing and others into `out`, in whatever unit. */
export type HeightsFrom = (one: number, others: Int32Array, out: Float64Array) => void;

/**
 * Single linkage of rows [n, d], unit ones on the sphere: the minimum spanning tree of their angles, or
 * distances, by Prim. O(n²d) time, O(nd) memory.
 */
export function dendrogram(positions: Matrix, space: Space = 'sphere'): Dendrogram {
  const between = space === 'sphere' ? angle : distance;
  const points = Array.from({ length: positions.rows }, (_, i) => row(positions, i));
  return singleLinkage(points.length, (one, others, out) => {
    for (let k = 0; k < others.length; k++) out[k] = between(points[one], points[others[k]]);
  });
}

/** The same of n things whose heights between each other are known. */
export function singleLinkage(n: number, heightsFrom: HeightsFrom): Dendrogram {
  const { from, to, heights } = spanningTree(n, heightsFrom);
  const order = Array.from(heights, (_, k) => k).sort((a, b) => heights[a] - heights[b]);
  const forest = createForest(n);
  const clusterOf = Array.from({ length: n }, (_, i) => i);
  const sizes = new Array<number>(n).fill(1);
  const merges = order.map((edge, k): Merge => {
    const [one, other] = [clusterOf[forest.root(from[edge])], clusterOf[forest.root(to[edge])]];
    const size = sizes[one] + sizes[other];
    clusterOf[forest.join(from[edge], to[edge])] = n + k;
    sizes.push(size);
    return { height: heights[edge], a: Math.min(one, other), b: Math.max(one, other), size };
  });
  return { size: n, merges };
}

/** The heights of its merges alone, rising. */
export const linkageHeights = (n: number, heightsFrom: HeightsFrom): Float64Array =>
  spanningTree(n, heightsFrom).heights.sort();

/** The clusters whose gaps are at most `tolerance`, each rising, in the order of their first members. */
export function clustersAt({ size, merges }: Dendrogram, tolerance: number): number[][] {
  const forest = createForest(size);
  const first = Array.from({ length: size }, (_, i) => i);
  for (const { height, a, b } of merges) {
    if (height > tolerance) break;
    // Any particle stands for the cluster that it is in by now.
    first.push(first[a]);
    forest.join(first[a], first[b]);
  }
  return setsOf(forest, size);
}

/** The number of clusters at every tolerance at once: `counts[k]` from `tolerances[k]` on, the first from 0. */
export function countsByTolerance({ size, merges }: Dendrogram): {
  tolerances: number[];
  counts: number[];
} {
  const tolerances = [0];
  const counts = [size];
  merges.forEach(({ height }, k) => {
    if (height > tolerances[tolerances.length - 1]) {
      tolerances.push(height);
      counts.push(size - k - 1);
    } else counts[counts.length - 1] = size - k - 1;
  });
  return { tolerances, counts };
}

/** The mass of each cluster, from the masses [n] of the particles. */
export function clusterMasses(
  members: readonly (readonly number[])[],
  masses: ArrayLike<number>,
): number[] {
  return members.map((cluster) => cluster.reduce((sum, i) => sum + masses[i], 0));
}

/**
 * Clusters of every frame at every tolerance, with what changes between frames. All frames hold the same
 * particles. Of more than 5,000 a sample of 2,000 is read, the same in all frames, and `notes` says so.
 */
export function clusterHistory(
  frames: readonly Matrix[],
  tolerances: readonly number[] = clusterTolerances,
  space: Space = 'sphere',
): ClusterHistory {
  const n = frames[0]?.rows ?? 0;
  const sample = pairSample(n);
  const clusters = frames.map((frame) => levelsOf(frame, sample, tolerances, space));
  const found = tolerances.map((tolerance, k) =>
    clusterChanges(
      clusters.map((levels) => levels[k].members),
      tolerance,
    ),
  );
  return {
    clusters,
    merges: found.flatMap(({ merges }) => merges).sort(byLayer),
    splits: found.flatMap(({ splits }) => splits).sort(byLayer),
    notes: sample ? { clusters: sampleNote(sample.length, n) } : {},
  };
}

function levelsOf(
  frame: Matrix,
  sample: readonly number[] | null,
  tolerances: readonly number[],
  space: Space,
): ClusterLevel[] {
  const tree = dendrogram(sample ? selectRows(frame, sample) : frame, space);
  return tolerances.map((tolerance) => {
    const members = clustersAt(tree, tolerance);
    return {
      tolerance,
      members: sample ? members.map((all) => all.map((i) => sample[i])) : members,
    };
  });
}

/** In words: "Lieblings and tier merge at layer 5"; `verb` is "merge" or "part". Empty labels become #index. */
export function describeChange(
  { groups, layer }: ClusterChange,
  labels: readonly string[],
  verb: 'merge' | 'part' = 'merge',
): string {
  const names = groups.map((group) => {
    const inside = group.map((i) => labels[i]?.trim() || `#${i}`);
    return inside.length > 1 ? `{${inside.join(', ')}}` : inside[0];
  });
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)} ${verb} at layer ${layer}`;
}

/**
 * Prim: the particle nearest to the tree joins it, n − 1 times; the first of several. Edge k is from, to, height. Of
 * those outside, their nearest heights and whose these are stand in the same order.
 */
function spanningTree(n: number, heightsFrom: HeightsFrom) {
  const count = Math.max(0, n - 1);
  const outside = Int32Array.from({ length: count }, (_, i) => i + 1);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const parents = new Int32Array(count);
  const found = new Float64Array(count);
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  const heights = new Float64Array(count);
  let added = 0;
  for (let edge = 0; edge < count; edge++) {
    const left = count - edge;
    heightsFrom(added, outside.subarray(0, left), found);
    let next = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < left; slot++) {
      if (found[slot] < nearest[slot]) {
        nearest[slot] = found[slot];
        parents[slot] = added;
      }
      if (nearest[slot] < least) {
        least = nearest[slot];
        next = slot;
      }
    }
    added = outside[next];
    from[edge] = parents[next];
    to[edge] = added;
    heights[edge] = nearest[next];
    for (const all of [outside, nearest, parents]) all.copyWithin(next, next + 1, left);
  }
  return { from, to, heights };
}

/** What joins and what falls apart from layer to layer; `partitions` are the clusters at one tolerance, layer by layer. */
export function clusterChanges(
  partitions: readonly number[][][],
  tolerance: number,
): ClusterChanges {
  const merges: ClusterChange[] = [];
  const splits: ClusterChange[] = [];
  for (let layer = 1; layer < partitions.length; layer++) {
    const [before, after] = [partitions[layer - 1], partitions[layer]];
    for (const groups of fragments(after, before)) merges.push({ layer, tolerance, groups });
    for (const groups of fragments(before, after)) splits.push({ layer, tolerance, groups });
  }
  return { merges, splits };
}

/** For each cluster that another partition cuts in several parts: the parts. */
function fragments(clusters: readonly number[][], other: readonly number[][]): number[][][] {
  const owner: number[] = [];
  other.forEach((members, index) => {
    for (const i of members) owner[i] = index;
  });
  return clusters
    .map((members) => {
      const parts = new Map<number, number[]>();
      for (const i of members) parts.set(owner[i], [...(parts.get(owner[i]) ?? []), i]);
      return [...parts.values()];
    })
    .filter((parts) => parts.length > 1);
}

function byLayer(left: ClusterChange, right: ClusterChange): number {
  return left.layer - right.layer || left.tolerance - right.tolerance;
}
