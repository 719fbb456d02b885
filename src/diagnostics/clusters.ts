/**
 * Clusters of particles by single linkage on the angles between them, at every tolerance at once,
 * and how they change from layer to layer. Not k-means: no number of clusters is chosen.
 */
import { angle } from '../geometry/sphere.ts';
import { type Matrix, row } from '../numerics/matrix.ts';

/** Two clusters become one at an angle. Clusters 0 … n−1 are the particles, n + k is merge k. */
export interface Merge {
  /** The least angle between the two, in radians. */
  readonly height: number;
  readonly a: number;
  readonly b: number;
  /** The particles of the joint cluster, rising. */
  readonly members: readonly number[];
}

export interface Dendrogram {
  /** Number of particles n. */
  readonly size: number;
  /** n − 1 merges of rising height. */
  readonly merges: readonly Merge[];
}

export interface ClusterLevel {
  /** Angle in radians. */
  readonly tolerance: number;
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
}

/** The angles, in radians, at which clusters are reported. */
export const clusterTolerances: readonly number[] = [
  0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5,
];

/** Single linkage of unit rows [n, d]: the minimum spanning tree of the angles by Prim, O(n²d). */
export function dendrogram(positions: Matrix): Dendrogram {
  const n = positions.rows;
  const edges = spanningTree(positions).sort((left, right) => left.height - right.height);
  const clusterOf = Array.from({ length: n }, (_, i) => i);
  const members: number[][] = clusterOf.map((i) => [i]);
  const merges = edges.map(({ height, from, to }, k): Merge => {
    const [a, b] = [clusterOf[from], clusterOf[to]].sort((left, right) => left - right);
    const joint = [...members[a], ...members[b]].sort((left, right) => left - right);
    for (const i of joint) clusterOf[i] = n + k;
    members.push(joint);
    return { height, a, b, members: joint };
  });
  return { size: n, merges };
}

/** The clusters whose gaps are at most `tolerance` radians, each rising, in the order of their first members. */
export function clustersAt({ size, merges }: Dendrogram, tolerance: number): number[][] {
  const absorbed = new Uint8Array(size + merges.length);
  const within = merges.filter(({ height }) => height <= tolerance);
  for (const { a, b } of within) absorbed[a] = absorbed[b] = 1;
  const single = Array.from({ length: size }, (_, i) => [i]);
  return [...single, ...within.map(({ members }) => [...members])]
    .filter((_, cluster) => !absorbed[cluster])
    .sort((left, right) => left[0] - right[0]);
}

/** Clusters of every frame at every tolerance, with what changes between frames. */
export function clusterHistory(
  frames: readonly Matrix[],
  tolerances: readonly number[] = clusterTolerances,
): ClusterHistory {
  const layers = frames.map(dendrogram);
  const clusters = layers.map((layer) =>
    tolerances.map((tolerance) => ({ tolerance, members: clustersAt(layer, tolerance) })),
  );
  const found = tolerances.map((tolerance, k) =>
    changes(
      clusters.map((levels) => levels[k].members),
      tolerance,
    ),
  );
  return {
    clusters,
    merges: found.flatMap(({ merges }) => merges).sort(byLayer),
    splits: found.flatMap(({ splits }) => splits).sort(byLayer),
  };
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

interface Edge {
  readonly height: number;
  readonly from: number;
  readonly to: number;
}

function spanningTree(positions: Matrix): Edge[] {
  const n = positions.rows;
  const points = Array.from({ length: n }, (_, i) => row(positions, i));
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const parent = new Int32Array(n);
  const outside = new Set(Array.from({ length: n }, (_, i) => i));
  const edges: Edge[] = [];
  for (let added = 0; outside.delete(added) && outside.size > 0; ) {
    for (const i of outside) {
      const distance = angle(points[added], points[i]);
      if (distance < nearest[i]) {
        nearest[i] = distance;
        parent[i] = added;
      }
    }
    added = closest(outside, nearest);
    edges.push({ height: nearest[added], from: parent[added], to: added });
  }
  return edges;
}

function closest(candidates: Iterable<number>, distance: Float64Array): number {
  let best = -1;
  for (const i of candidates) if (best < 0 || distance[i] < distance[best]) best = i;
  return best;
}

/** `partitions`: the clusters at one tolerance, layer by layer. */
function changes(partitions: readonly number[][][], tolerance: number): ClusterChanges {
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
