/**
 * Long measurements as independent cells, each a pure function of the settings and its index, so that whoever
 * runs them may spread them over cores. Not what a cell measures.
 */
import type { ExperimentContext } from './experiment.ts';

/** The numbers of one cell; the same for the same settings and index, whatever else is measured. */
export type Cell<S> = (settings: S, index: number) => Promise<readonly number[]>;

/** The numbers of cells 0 … count − 1, in this order. Ends with the signal's reason. */
export async function measureCells<S>(
  cell: Cell<S>,
  settings: S,
  count: number,
  { signal, onProgress }: ExperimentContext,
): Promise<(readonly number[])[]> {
  const found: (readonly number[])[] = [];
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    found.push(await cell(settings, index));
    onProgress?.((index + 1) / count);
  }
  return found;
}

/** The context of a part of a measurement, which takes its progress from one share to another. */
export const partOf = (
  context: ExperimentContext,
  from: number,
  to: number,
): ExperimentContext => ({
  ...context,
  onProgress: (share) => context.onProgress?.(from + (to - from) * share),
});
