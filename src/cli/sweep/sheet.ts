/**
 * The file of a sweep's rows, which grows a row at a time: every row is one write at the end of the file, so
 * a killed process leaves whole rows and at most one that is cut off, which is dropped and run again.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fdatasync,
  openSync,
  readdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode, wholeLines, writePiecesSafely } from '../../host/files.ts';
import { DamagedFileError } from '../../numerics/errors.ts';
import type { Shard } from './request.ts';
import { type CellState, headerOf, type ReadRow, readRow, type SweepTable } from './rows.ts';

/** By cell, as threads share it. */
export const STATE: Readonly<Record<CellState | 'open', number>> = { open: 0, done: 1, failed: 2 };

/** Sets the state of an open cell; false where another thread was sooner. */
export const claim = (states: Uint8Array, cell: number, state: CellState): boolean =>
  Atomics.compareExchange(states, cell, STATE.open, STATE[state]) === STATE.open;

export const sheetName = (shard: Shard | null): string =>
  shard === null ? 'cells.csv' : `cells-${shard.index}-of-${shard.count}.csv`;

/** The sheets of a folder, in the order of their names. */
export const sheetsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^cells(-\d+-of-\d+)?\.csv$/.test(name))
    .sort()
    .map((name) => join(folder, name));

/** The rows of a sheet with their lines. Throws DamagedFileError where its columns are other ones. */
export function* rowsOf(
  path: string,
  table: SweepTable,
): Generator<{ line: string; row: ReadRow | null }, void> {
  const header = headerOf(table).trimEnd();
  let first = true;
  for (const line of wholeLines(path)) {
    if (first && line !== header)
      throw new DamagedFileError(
        `${path} does not begin with the columns of this sweep: expected what sweep wrote, move the file away`,
      );
    if (!first) yield { line, row: readRow(table, line) };
    first = false;
  }
}

/**
 * Reads which cells the sheet has into `states`, and makes it ready to grow: with its header, and without
 * what a killed process left of a row. Returns how many rows there are.
 */
export function openSheet(path: string, table: SweepTable, states: Uint8Array): number {
  const size = existsSync(path) ? statSync(path).size : 0;
  const kept: string[] = [];
  let bytes = 0;
  for (const { line, row } of size > 0 ? rowsOf(path, table) : []) {
    if (!row || states[row.cell] !== STATE.open) continue;
    states[row.cell] = STATE[row.state];
    kept.push(line);
    bytes += Buffer.byteLength(line) + 1;
  }
  const header = headerOf(table);
  if (size !== Buffer.byteLength(header) + bytes) writeSheet(path, table, kept);
  return kept.length;
}

function writeSheet(path: string, table: SweepTable, lines: Iterable<string>): void {
  writePiecesSafely(path, piecesOf(headerOf(table), lines));
}

/** Characters of a piece, about. */
const PIECE = 1 << 20;

/** Lines with their newlines, many to a piece. */
export function* piecesOf(header: string, lines: Iterable<string>): Generator<string, void> {
  let piece = header;
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** The same rows in the order of their cells, so that the file does not tell which thread was faster. */
export function sortSheet(path: string, table: SweepTable): void {
  const lines: string[] = [];
  for (const { line, row } of rowsOf(path, table)) if (row) lines[row.cell] = line;
  writeSheet(
    path,
    table,
    lines.filter((line) => line !== undefined),
  );
}

export interface Pen {
  /** Throws Error, naming the sheet, where the system refuses. */
  append(row: string): void;
  /** Asks the system to bring the rows to the disk, at most every second; does not wait. */
  keep(): void;
  close(): void;
}

/** Milliseconds of rows that a power cut may take, to be run again. A kill takes none. */
const KEEP_EVERY = 1_000;

/** Writes at the end of a sheet; several threads may have a pen each. */
export function penOf(path: string): Pen {
  const file = openSync(path, 'a');
  let keptAt = performance.now();
  return {
    append(row) {
      try {
        const bytes = Buffer.from(row);
        // one call of the system, in all but the rarest case
        const written = writeSync(file, bytes);
        if (written < bytes.length) appendFileSync(file, bytes.subarray(written));
      } catch (error) {
        throw new Error(
          `cannot write to ${path} (${errorCode(error)}): its rows are kept, make room and run the same command again`,
        );
      }
    },
    keep() {
      if (performance.now() - keptAt < KEEP_EVERY) return;
      keptAt = performance.now();
      fdatasync(file, () => {});
    },
    close: () => closeSync(file),
  };
}
