/** All experiments on all cores: the longest first, each kept as soon as it is done, whatever becomes of the others. */
import { availableParallelism } from 'node:os';
import type { Experiment } from '../../experiments/experiment.ts';
import { settingsOf, type Variant } from '../../experiments/run.ts';
import { removeCells } from '../../host/experiment-cells.ts';
import { type ExperimentThreads, experimentThreads } from '../../host/experiment-threads.ts';
import type { FigureFormat } from '../figures.ts';
import { progressBoard } from '../progress.ts';
import { cellsOf, isCurrent, type Kept, keep, readKept } from './kept.ts';
import { endLine } from './text.ts';

export interface AllOptions {
  readonly variant: Variant;
  /** The folder below which runs are kept, and found. */
  readonly out?: string;
  /** Of the figure that is kept; SVG always. */
  readonly formats?: readonly FigureFormat[];
  /** Run what is kept already, too. */
  readonly force?: boolean;
  /** At most so many at a time; all cores by default. */
  readonly threads?: number;
}

export interface Failed {
  readonly id: string;
  readonly message: string;
}

export interface AllOutcome {
  /** In the order of the experiments. */
  readonly runs: readonly Kept[];
  readonly failures: readonly Failed[];
}

export async function runAll(
  experiments: readonly Experiment[],
  options: AllOptions,
): Promise<AllOutcome> {
  const { variant, threads = availableParallelism() } = options;
  const known = new Map(experiments.map((entry) => [entry.id, keptOf(entry, options)]));
  const found = new Map<string, Kept>();
  for (const entry of experiments) {
    const kept = known.get(entry.id);
    if (kept && !options.force && isCurrent(kept, entry, settingsOf(entry, variant, {})))
      found.set(entry.id, kept);
  }
  const open = experiments.filter(({ id }) => !found.has(id));
  const count = Math.min(threads, open.length);
  const { runs, failures } = await onThreads(longestFirst(open, known), count, options);
  const all = experiments.map(({ id }) => found.get(id) ?? runs.get(id));
  return { runs: all.filter((run) => run !== undefined), failures };
}

const keptOf = ({ id }: Experiment, { out, formats }: AllOptions) =>
  out === undefined ? null : readKept(out, id, formats);

/** By what they took before, or say that they take. A long one that begins last would have the other cores wait. */
export function longestFirst(
  experiments: readonly Experiment[],
  known: ReadonlyMap<string, Kept | null>,
): Experiment[] {
  const cost = ({ id, seconds }: Experiment) => known.get(id)?.seconds ?? seconds ?? 0;
  return [...experiments].sort((a, b) => cost(b) - cost(a));
}

async function onThreads(
  experiments: readonly Experiment[],
  count: number,
  { variant, out, formats, force }: AllOptions,
) {
  const runs = new Map<string, Kept>();
  const failures: Failed[] = [];
  if (experiments.length === 0) return { runs, failures };
  const threads: ExperimentThreads = experimentThreads(count);
  const board = await progressBoard(experiments.length, count);
  const runOne = async (entry: Experiment) => {
    const { id } = entry;
    try {
      const cells =
        out === undefined ? undefined : cellsOf(out, entry, settingsOf(entry, variant, {}));
      if (cells && force) removeCells(cells);
      const options = { variant, cells };
      const found = await threads.run(id, options, (share) => board.update(id, share));
      const kept = await keep(found, out, formats);
      if (cells) removeCells(cells);
      runs.set(id, kept);
      board.end(id, endLine(kept));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failures.push({ id, message });
      board.end(id, `${id}: failed (${message})`);
    }
  };
  await Promise.all(experiments.map(runOne));
  board.stop();
  await threads.close();
  return { runs, failures };
}
