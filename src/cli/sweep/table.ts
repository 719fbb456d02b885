/**
 * The whole table of a sweep from its sheets, a row a cell in the order of the cells: the same bytes whatever ran
 * the cells. Rows are copied, never held all at once.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { csvCells } from '../../host/csv.ts';
import { writePiecesSafely } from '../../host/files.ts';
import { rangesNamed } from './ranges.ts';
import type { SweepRecord } from './record.ts';
import { headerOf, type SweepTable } from './rows.ts';
import { SHEETS, TABLE } from './sheet.ts';
import { cellsThat, checkResults, rowFinder, type SweepState } from './state.ts';

/**
 * Writes the table into a folder, as Parquet too if asked, and removes the sheets there when every cell is done: until
 * then a run may still write the result of one that failed. Returns the paths. Throws Error for cells that are missing, naming them, and DamagedFileError for results that
 * contradict each other.
 */
export async function writeTable(
  out: string,
  record: SweepRecord,
  state: SweepState,
  { parquet = false }: { readonly parquet?: boolean } = {},
): Promise<string[]> {
  checkWhole(state);
  const files = [join(out, TABLE)];
  if (parquet) files.push(await writeParquet(join(out, PARQUET), record, state));
  writePiecesSafely(files[0], piecesOf(record, state));
  const own = state.sheets.filter((sheet) => dirname(sheet) === join(out, SHEETS));
  const isFinal = cellsThat(state, 'failed').length === 0;
  if (isFinal) for (const sheet of own) rmSync(sheet, { force: true });
  return files;
}

async function writeParquet(path: string, record: SweepRecord, state: SweepState) {
  const { parquetPieces } = await import('../../host/parquet.ts');
  const { columns, version, streams } = record;
  const about = { schmetterling: JSON.stringify({ version, streams }) };
  writePiecesSafely(path, parquetPieces(columns, cellsOf(state), about));
  return path;
}

/** The fields of every row, in the order of the cells. */
function* cellsOf(state: SweepState): Generator<readonly string[], void> {
  const rows = rowFinder(state);
  for (const cell of state.states.keys()) {
    const row = rows(cell);
    yield csvCells(row.toString('utf8', 0, row.length - 1)) ?? [];
  }
}

const PARQUET = 'cells.parquet';

function checkWhole(state: SweepState): void {
  checkResults(state);
  const missing = cellsThat(state, 'open');
  if (missing.length === 0) return;
  throw new Error(
    `${missing.length} of ${state.states.length} cells are missing: ${rangesNamed(missing)}; run the sweep, or the shards they belong to, to the end with the same command`,
  );
}

/** Bytes of a piece. */
const PIECE = 1 << 20;

function* piecesOf(table: SweepTable, state: SweepState): Generator<Uint8Array, void> {
  yield Buffer.from(headerOf(table));
  const rows = rowFinder(state);
  let piece = Buffer.allocUnsafe(PIECE);
  let filled = 0;
  for (const cell of state.states.keys()) {
    const row = rows(cell);
    if (filled + row.length > piece.length) {
      yield piece.subarray(0, filled);
      filled = 0;
      if (row.length > piece.length) piece = Buffer.allocUnsafe(row.length);
    }
    filled += row.copy(piece, filled);
  }
  yield piece.subarray(0, filled);
}
