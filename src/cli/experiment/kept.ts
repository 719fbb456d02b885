/** A run of an experiment in its folder: run.json, table.csv and the figure on light and dark ground, as PDF if asked. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Experiment, type Prediction, rangeOf } from '../../experiments/experiment.ts';
import type { ExperimentRun } from '../../experiments/run.ts';
import { toCsv } from '../../host/csv.ts';
import type { CellFile } from '../../host/experiment-cells.ts';
import { makeFolder } from '../../host/files.ts';
import { madeBy } from '../../host/package.ts';
import { DamagedFileError } from '../../numerics/errors.ts';
import { type FigureFormat, figureFiles } from '../figures.ts';
import { writeFiles } from '../folder.ts';

/** A run as it is kept and printed: without the figure, which has files of its own. */
export type Kept = Omit<ExperimentRun, 'figure'> & {
  readonly version: string;
  /** Of the random numbers; absent in runs of versions that did not say it. */
  readonly streams?: number;
};

export const FIGURES = { light: 'figure.svg', dark: 'figure-dark.svg' } as const;

const RUN = 'run.json';

/** The run with its version; below `out`, where there is one, its files. */
export async function keep(
  { figure, ...run }: ExperimentRun,
  out?: string,
  formats: readonly FigureFormat[] = [],
): Promise<Kept> {
  const kept = { ...run, ...madeBy() };
  if (out === undefined) return kept;
  const folder = join(out, run.id);
  makeFolder(folder);
  const width = 560;
  // run.json last: it says that the others are there.
  writeFiles(folder, {
    'table.csv': tableOf(run),
    // the page of claims wants both
    ...(await figureFiles({ figure }, ['svg', ...formats], { width })),
    ...(await figureFiles({ 'figure-dark': figure }, ['svg'], { width, theme: 'dark' })),
    [RUN]: `${JSON.stringify(plain(kept), null, 2)}\n`,
  });
  return kept;
}

/** What was kept of an experiment below `out`, with figures in all formats; null where that is not there. Throws DamagedFileError. */
export function readKept(
  out: string,
  id: string,
  formats: readonly FigureFormat[] = [],
): Kept | null {
  const path = join(out, id, RUN);
  const needed = [path, ...formats.map((format) => join(out, id, `figure.${format}`))];
  if (!needed.every((file) => existsSync(file))) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'), withNumbers) as Kept;
  } catch {
    throw new DamagedFileError(
      `${path} is damaged, expected the JSON that experiment wrote: run it again with --force`,
    );
  }
}

/** Whether a run is what the experiment would give again: of this version, with these settings and predictions. */
export function isCurrent(kept: Kept, entry: Experiment, settings: Record<string, unknown>) {
  const { version, streams } = kept;
  const then = identityOf({ version, streams }, kept.settings, kept.findings);
  return then === identityNow(entry, settings);
}

const identityNow = (entry: Experiment, settings: Record<string, unknown>) =>
  identityOf(madeBy(), settings, entry.predict(settings));

/** What the results depend on, as text. */
const identityOf = (by: object, settings: object, predictions: readonly Prediction[]) =>
  JSON.stringify(
    [
      by,
      settings,
      predictions.map(({ quantity, expected, why }) => [quantity, rangeOf(expected), why]),
    ],
    withWords,
  );

/** Where a run's cells are kept until it ends. */
export const cellsOf = (
  out: string,
  entry: Experiment,
  settings: Record<string, unknown>,
): CellFile => ({
  path: join(out, entry.id, 'cells.jsonl'),
  about: identityNow(entry, settings),
});

/** JSON has no numbers that are not finite: they are words there. */
export const plain = (kept: Kept): object => JSON.parse(JSON.stringify(kept, withWords));

const withWords = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const WORDS: readonly unknown[] = ['NaN', 'Infinity', '-Infinity'];

const withNumbers = (_: string, value: unknown) => (WORDS.includes(value) ? Number(value) : value);

function tableOf({ columns }: Pick<ExperimentRun, 'columns'>): string {
  const rows = columns[0].values.map((_, i) => columns.map(({ values }) => values[i]));
  return toCsv(
    columns.map(({ name }) => name),
    rows,
  );
}
