/** `sweep merge`: one table from the sheets of a sweep, when every cell is there exactly once. */
import { join } from 'node:path';
import { writeFileSafely, writePiecesSafely } from '../../host/files.ts';
import { packageVersion } from '../../host/package.ts';
import { InputError } from '../../numerics/errors.ts';
import { makeFolder } from '../folder.ts';
import { printJson, printLines } from '../terminal.ts';
import { differenceOf, readRecord, type SweepRecord } from './record.ts';
import { headerOf, type ReadRow } from './rows.ts';
import { piecesOf, rowsOf, sheetsIn } from './sheet.ts';

interface MergeFlags {
  readonly out?: string;
  readonly parquet?: boolean;
  readonly json?: boolean;
}

export async function mergeSweep(folders: readonly string[], flags: MergeFlags): Promise<void> {
  const record = commonRecord(folders);
  const { lines, rows } = collect([...new Set(folders)].flatMap(sheetsIn), record);
  const out = flags.out ?? folders[0];
  makeFolder(out);
  const files = [join(out, 'merged.csv')];
  writePiecesSafely(files[0], piecesOf(headerOf(record), lines));
  if (flags.parquet) files.push(await writeParquet(join(out, 'merged.parquet'), record, rows));
  const failed = rows.filter(({ state }) => state === 'failed').length;
  const { cells } = record;
  if (flags.json)
    printJson({ command: 'sweep merge', version: packageVersion(), files, cells, failed });
  else printLines([`${files.join(', ')}: ${cells} cells, ${failed} of them failed`]);
}

/** The sweep of all folders. Throws InputError where one of them has another, naming the difference. */
function commonRecord(folders: readonly string[]): SweepRecord {
  const [first, ...others] = folders.map((folder) => readRecord(folder, 'folders'));
  others.forEach((other, k) => {
    const difference = differenceOf(first, other);
    if (difference)
      throw new InputError(
        'folders',
        `"${folders[0]}" and "${folders[k + 1]}" hold two sweeps: ${difference.name} is ${difference.before} in one and ${difference.now} in the other; expected the shards of one, merge them apart`,
      );
  });
  return first;
}

/** Lines and rows by cell. Throws Error for cells that are there twice, and for missing ones, with their numbers. */
function collect(sheets: readonly string[], record: SweepRecord) {
  const lines: string[] = [];
  const rows: ReadRow[] = [];
  const home = new Map<number, string>();
  for (const sheet of sheets)
    for (const { line, row } of rowsOf(sheet, record)) {
      if (!row) continue;
      const known = home.get(row.cell);
      if (known !== undefined)
        throw new Error(
          `cell ${row.cell} is in ${known} and in ${sheet}: expected every cell once, leave one of the sheets out`,
        );
      home.set(row.cell, sheet);
      lines[row.cell] = line;
      rows[row.cell] = row;
    }
  checkComplete(home, record.cells);
  return { lines, rows };
}

/** Most numbers that a message has. */
const MOST_NAMED = 12;

function checkComplete(found: ReadonlyMap<number, unknown>, cells: number): void {
  const missing = Array.from({ length: cells }, (_, cell) => cell).filter(
    (cell) => !found.has(cell),
  );
  if (missing.length === 0) return;
  const named = missing.slice(0, MOST_NAMED).join(', ');
  const more = missing.length > MOST_NAMED ? ', …' : '';
  throw new Error(
    `${missing.length} of ${cells} cells are missing: ${named}${more}; run the sweep, or the shards they belong to, to the end with the same command`,
  );
}

async function writeParquet(
  path: string,
  { columns }: SweepRecord,
  rows: readonly ReadRow[],
): Promise<string> {
  const { encodeParquet } = await import('../../host/parquet.ts');
  const table = columns.map((column, k) => ({
    ...column,
    cells: rows.map(({ cells }) => cells[k]),
  }));
  writeFileSafely(path, encodeParquet(table));
  return path;
}
