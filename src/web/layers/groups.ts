/** Clusters as the page shows them: at one tolerance, with a colour that a group keeps. */
import type { ClusterEvent, Trace } from '../api.ts';
import { seriesColour } from '../colours.ts';
import type { State } from '../state.ts';

/** Where the slider stands before the reader moves it, rad, if anything merges there. */
const usual = 0.5;

/** The tolerances that the trace offers, ascending. */
export function tolerances(trace: Trace): number[] {
  return (trace.clusters[0] ?? []).map(({ tolerance }) => tolerance).sort((a, b) => a - b);
}

/** The offered tolerance nearest to the one asked for. */
export function toleranceOf(state: State, trace: Trace): number {
  const wanted = state.tolerance ?? telling(trace);
  const offered = tolerances(trace);
  return offered.reduce(
    (a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a),
    offered[0],
  );
}

/** The least tolerance from the usual one on at which something merges; the usual one if nothing does. */
function telling({ events }: Trace): number {
  const merging = events.filter(({ kind, tolerance }) => kind === 'merge' && tolerance >= usual);
  return merging.length > 0 ? Math.min(...merging.map(({ tolerance }) => tolerance)) : usual;
}

/** The clusters of a frame at a tolerance, each a list of particle indices. */
export function groupsAt(trace: Trace, layer: number, tolerance: number): number[][] {
  const found = trace.clusters[layer]?.find((entry) => near(entry.tolerance, tolerance));
  return found?.members ?? [];
}

/** The events at a tolerance, in the order of the layers. */
export function eventsAt(trace: Trace, tolerance: number): ClusterEvent[] {
  return trace.events.filter((event) => near(event.tolerance, tolerance));
}

/**
 * The colour of each particle in a frame: a group has the colour of its first member's place among
 * all first members there ever are, so that it keeps it while others join; loners have none.
 */
export function groupColours(trace: Trace, layer: number, tolerance: number): (string | null)[] {
  const leaders = leadersOf(trace, tolerance);
  const colours: (string | null)[] = trace.tokens.map(() => null);
  for (const group of groupsAt(trace, layer, tolerance).filter(({ length }) => length > 1)) {
    const shade = seriesColour(leaders.indexOf(Math.min(...group)));
    for (const member of group) colours[member] = shade;
  }
  return colours;
}

function leadersOf(trace: Trace, tolerance: number): number[] {
  const leaders = new Set<number>();
  for (const layer of trace.clusters.keys())
    for (const group of groupsAt(trace, layer, tolerance))
      if (group.length > 1) leaders.add(Math.min(...group));
  return [...leaders];
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-9;
}
