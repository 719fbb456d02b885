/**
 * Long measurements as independent cells, each a pure function of the settings and its index, so that whoever
 * runs them may spread them over cores. Not what a cell measures.
 */
import type { ExperimentContext } from './experiment.ts';

/** What one cell finds; the same for the same settings and index, whatever else is measured. */
export type Cell<S, T> = (settings: S, index: number) => Promise<T>;

/** What cells of one measurement have found, by their index. */
export type FoundCells = Pick<Map<number, unknown>, 'has' | 'get' | 'set'>;

/** Where cells are kept, so that a run that is ended goes on with those that it has. */
export interface CellStore {
  /** Of the next measurement of the experiment: they come in the same order in every run. */
  next(): FoundCells;
  /** Seconds that runs before took for what is kept. */
  readonly seconds: number;
}

/**
 * What cells 0 … count − 1 find, in this order; those that are kept are not measured again. Ends with the signal's
 * reason.
 */
export async function measureCells<S, T>(
  cell: Cell<S, T>,
  settings: S,
  count: number,
  { signal, onProgress, cells }: ExperimentContext,
): Promise<T[]> {
  const kept = cells?.next() ?? new Map<number, unknown>();
  const found: T[] = [];
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    if (!kept.has(index)) kept.set(index, await cell(settings, index));
    found.push(kept.get(index) as T);
    onProgress?.((index + 1) / count);
  }
  return found;
}

/** What the starts with seeds 1 … `settings.seeds` find, in this order. */
export const measureSeeds = <S extends { readonly seeds: number }, T>(
  start: (settings: S, seed: number) => Promise<T>,
  settings: S,
  context: ExperimentContext,
): Promise<T[]> =>
  measureCells((own, index) => start(own, index + 1), settings, settings.seeds, context);

/** The context of a part of a measurement, which takes its progress from one share to another. */
export const partOf = (
  context: ExperimentContext,
  from: number,
  to: number,
): ExperimentContext => ({
  ...context,
  onProgress: (share) => context.onProgress?.(from + (to - from) * share),
});
