/** The figures of a recorded run, from its folder: however long the run is, a few hundred frames are read. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { diagnostics as catalogue } from '../../diagnostics/catalogue.ts';
import type { Figure } from '../../figures/figure.ts';
import { diagnosticsFigure, type SeenDiagnostic, waysFigure } from '../../flow/run-figures.ts';
import type { SimulationSettings } from '../../flow/simulation-settings.ts';
import { wholeLines } from '../../host/files.ts';
import { readNpy, readNpyRow } from '../../host/npy.ts';
import { counted } from '../../numerics/counted.ts';
import { type Matrix, matrix } from '../../numerics/matrix.ts';
import { type FigureFormat, figureFiles } from '../figures.ts';
import { writeFiles } from '../folder.ts';

const MOST_FRAMES = 400;
const MOST_PARTICLES = 60;
/** Numbers that are read of positions. */
const MOST_NUMBERS = 5e7;

/** Writes trajectories and diagnostics in the formats asked; returns the names of the files. */
export async function writeRunFigures(
  folder: string,
  settings: SimulationSettings,
  formats: readonly FigureFormat[],
): Promise<string[]> {
  const times = [...readNpy(join(folder, 'times.npy'), 'out').data];
  if (times.length < 2) return [];
  const trajectories = trajectoriesOf(folder, settings, times);
  const diagnostics = diagnosticsOf(folder, settings);
  const figures = { trajectories, ...(diagnostics && { diagnostics }) };
  return writeFiles(folder, await figureFiles(figures, formats, { width: 720 }));
}

/** So many of 0 … count − 1, evenly, the first and the last among them. */
function evenly(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, k) => k);
  return Array.from({ length: most }, (_, k) => Math.round((k * (count - 1)) / (most - 1)));
}

const runOf = ({ entry }: SimulationSettings, times: readonly number[]) => ({
  title: entry.title,
  space: entry.space,
  times,
});

/** What diagnostics see too, where that is not the positions. */
function trajectoriesOf(
  folder: string,
  settings: SimulationSettings,
  times: readonly number[],
): Figure {
  const { n, d } = settings;
  const most = Math.max(2, Math.min(MOST_FRAMES, Math.floor(MOST_NUMBERS / (n * d))));
  const frames = evenly(times.length, most);
  const particles = evenly(n, MOST_PARTICLES);
  const view = join(folder, 'view.npy');
  const path = existsSync(view) ? view : join(folder, 'positions.npy');
  const shown = frames.map((frame): Matrix => {
    const { data } = readNpyRow(path, 'out', frame);
    const rows = particles.flatMap((i) => [...data.subarray(i * d, (i + 1) * d)]);
    return matrix(particles.length, d, Float64Array.from(rows));
  });
  const some =
    particles.length < n
      ? `${particles.length} of ${counted(n, 'particle')}`
      : `${counted(n, 'particle')}`;
  const caption = `${some} in d = ${d} at ${frames.length} times, seed ${settings.seed}${d > 2 ? '; from the open circle to the full one' : ''}.`;
  const seen = frames.map((frame) => times[frame]);
  return waysFigure(runOf(settings, seen), shown, caption);
}

/** Those asked for that are numbers; of all of them those that stand in short tables. */
function diagnosticsOf(folder: string, settings: SimulationSettings): Figure | null {
  const { chosen, n, d, seed } = settings;
  const short = chosen === catalogue;
  const shown = chosen.filter(({ kind, headline }) => kind === 'scalar' && (!short || headline));
  const lines = Array.from(wholeLines(join(folder, 'diagnostics.jsonl')));
  const records: Record<string, number | null>[] = evenly(lines.length, MOST_FRAMES).map((k) =>
    JSON.parse(lines[k]),
  );
  const times = records.map(({ time }) => time ?? 0);
  const values = shown.map(
    ({ name, title, unit }): SeenDiagnostic => ({
      title,
      unit,
      values: records.map((record) => record[name] ?? null),
    }),
  );
  return diagnosticsFigure(
    runOf(settings, times),
    values,
    `n = ${n}, d = ${d}, seed ${seed}; ${records.length} times.`,
  );
}
