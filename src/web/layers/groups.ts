/** Clusters as the page shows them: at any tolerance, with a colour that a group keeps. */
import {
  type ClusterChange,
  clusterChanges,
  clustersAt,
  clusterTolerances,
  type Dendrogram,
  dendrogram,
} from '../../diagnostics/clusters.ts';
import { fromRows } from '../../numerics/matrix.ts';
import type { Trace } from '../api.ts';
import type { State } from '../state.ts';

/** Where the line stands before the reader moves it, rad, if anything merges there. */
const usual = 0.5;

/** Clusters that join, or clusters that one falls apart into, between the frame before and that of `layer`. */
export interface ClusterEvent extends ClusterChange {
  readonly kind: 'merge' | 'split';
}

/** All frames at one tolerance. */
interface Level {
  readonly tolerance: number;
  /** By frame, each cluster a list of particles. */
  readonly groups: readonly number[][][];
  /** In the order of the layers. */
  readonly events: readonly ClusterEvent[];
}

interface Known {
  readonly layers: readonly number[];
  /** By frame. */
  readonly trees: readonly Dendrogram[];
  /** The one asked for last. */
  level: Level | null;
  telling: number | null;
}

const known = new WeakMap<Trace, Known>();

function knownOf(trace: Trace): Known {
  const before = known.get(trace);
  if (before) return before;
  const trees = trace.hidden_states.map((frame) => dendrogram(fromRows(frame)));
  const now: Known = { layers: trace.layers, trees, level: null, telling: null };
  known.set(trace, now);
  return now;
}

/** Single linkage of a frame. */
export const treeAt = (trace: Trace, layer: number): Dendrogram => knownOf(trace).trees[layer];

/** The angle, in whole tenths, at which all particles of every frame are one cluster. */
export function largestTolerance(trace: Trace): number {
  const heights = knownOf(trace).trees.map(({ merges }) => merges.at(-1)?.height ?? 0);
  return Math.ceil(10 * Math.max(0.1, ...heights)) / 10;
}

/** The tolerance asked for, or one that tells something of this trace. */
export function toleranceOf({ tolerance }: Pick<State, 'tolerance'>, trace: Trace): number {
  return tolerance ?? telling(trace);
}

/** The least usual tolerance at which something merges; the usual one if nothing does. */
function telling(trace: Trace): number {
  const own = knownOf(trace);
  own.telling ??=
    clusterTolerances
      .filter((tolerance) => tolerance >= usual)
      .find((tolerance) => levelOf(own, tolerance).events.some(({ kind }) => kind === 'merge')) ??
    usual;
  return own.telling;
}

function levelAt(trace: Trace, tolerance: number): Level {
  const own = knownOf(trace);
  if (own.level?.tolerance !== tolerance) own.level = levelOf(own, tolerance);
  return own.level;
}

function levelOf({ trees, layers }: Known, tolerance: number): Level {
  const groups = trees.map((tree) => clustersAt(tree, tolerance));
  const { merges, splits } = clusterChanges(groups, tolerance);
  const events = [
    ...merges.map((change) => ({ ...change, kind: 'merge' as const })),
    ...splits.map((change) => ({ ...change, kind: 'split' as const })),
  ].map((change): ClusterEvent => ({ ...change, layer: layers[change.layer] }));
  return { tolerance, groups, events: events.sort((a, b) => a.layer - b.layer) };
}

/** The clusters of a frame at a tolerance, each a list of particle indices. */
export function groupsAt(trace: Trace, layer: number, tolerance: number): number[][] {
  return levelAt(trace, tolerance).groups[layer];
}

/** The events at a tolerance, in the order of the layers. */
export function eventsAt(trace: Trace, tolerance: number): readonly ClusterEvent[] {
  return levelAt(trace, tolerance).events;
}
