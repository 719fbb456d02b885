/** A depth limit as a folder: the record, a table for other programs, and the figure. */
import { renderSvg } from '../figures/render.ts';
import { type Cell, toCsv } from '../host/csv.ts';
import { packageVersion } from '../host/package.ts';
import type { Column, DepthLimit } from '../limits/depth.ts';
import { depthFigure } from '../limits/figures.ts';
import { prepareFolder, writeFiles } from './folder.ts';

/** Writes the files into `folder`, which is made where it is missing, and returns their names. */
export function writeDepth(folder: string, limit: DepthLimit, seconds: number): string[] {
  prepareFolder(folder);
  const record = { command: 'limit depth', version: packageVersion(), ...limit, seconds };
  return writeFiles(folder, {
    'depth.csv': depthTable(limit),
    'depth.svg': renderSvg(depthFigure(limit), { width: 560 }),
    'depth.json': `${JSON.stringify(record, null, 2)}\n`,
  });
}

function depthTable({ depths, schemes }: DepthLimit): string {
  const columns = Object.entries(schemes).flatMap(([scheme, { errors }]) =>
    Object.entries(errors).map(([name, values]) => ({ name: `${scheme}_${name}`, values })),
  );
  const rows = depths.map((depth, i): Cell[] => [
    depth,
    ...columns.map(({ values }) => (values as Column)[i]),
  ]);
  return toCsv(['layers', ...columns.map(({ name }) => name)], rows);
}
