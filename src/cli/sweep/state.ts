/**
 * What a sweep has come to, from its files alone: of every cell whether it is done, has failed or is open, and
 * where the row that counts lies. The truth about a sweep, whatever ran it, wherever, and how often.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../../host/files.ts';
import { counted } from '../../numerics/counted.ts';
import { DamagedFileError } from '../../numerics/errors.ts';
import { cellCount } from './grid.ts';
import { type CellState, errorOf, type SweepTable } from './rows.ts';
import { readRows, sheetsIn, type TakeRow } from './sheet.ts';

/** By cell, as threads share it. */
export const STATE: Readonly<Record<CellState | 'open', number>> = { open: 0, done: 1, failed: 2 };

/** Sets the state of an open cell; false where another thread was sooner. */
export const claim = (states: Uint8Array, cell: number, state: CellState): boolean =>
  Atomics.compareExchange(states, cell, STATE.open, STATE[state]) === STATE.open;

export interface SweepState {
  /** Of every cell, in memory that threads can share. */
  readonly states: Uint8Array;
  readonly sheets: readonly string[];
  /** Of every cell that is not open: which of the sheets has its row, where it begins there, and its bytes. */
  readonly home: Uint32Array;
  readonly offset: Float64Array;
  readonly length: Uint32Array;
  /** Cells with two results that are not the same. */
  readonly conflicts: readonly Conflict[];
}

export interface Conflict {
  readonly cell: number;
  readonly sheets: readonly [string, string];
}

/**
 * Reads all sheets of the folders. Of the rows of a cell one counts: a result, where there is one, else the failure
 * that was read last. Throws DamagedFileError for a sheet with other columns.
 */
export function readState(folders: readonly string[], table: SweepTable): SweepState {
  const sheets = [...new Set(folders)].flatMap(sheetsIn);
  const state = emptyState(sheets, cellCount(table.grid));
  try {
    sheets.forEach((path, sheet) => {
      readRows(path, table, taking(state, sheet));
    });
  } catch (error) {
    // the table was written in between, and this sheet is in it
    if (errorCode(error) === 'ENOENT') return readState(folders, table);
    throw error;
  }
  return state;
}

const emptyState = (sheets: readonly string[], cells: number) => ({
  states: new Uint8Array(new SharedArrayBuffer(cells)),
  sheets,
  home: new Uint32Array(cells),
  offset: new Float64Array(cells),
  length: new Uint32Array(cells),
  conflicts: [] as Conflict[],
});

function taking(state: ReturnType<typeof emptyState>, sheet: number): TakeRow {
  const { states, sheets, home, offset, length, conflicts } = state;
  const rows = rowFinder(state);
  return ({ cell, state: came }, bytes, from, to, begin) => {
    if (states[cell] === STATE.done) {
      const isOther = came === 'done' && !rows(cell).equals(bytes.subarray(from, to));
      if (isOther) conflicts.push({ cell, sheets: [sheets[home[cell]], sheets[sheet]] });
      return;
    }
    states[cell] = STATE[came];
    home[cell] = sheet;
    offset[cell] = begin;
    length[cell] = to - from;
  };
}

/** Bytes of all windows together, and of one. */
const ALL_WINDOWS = 1 << 26;
const [LEAST, MOST] = [1 << 12, 1 << 20];

type RowFinder = (cell: number) => Buffer;

/**
 * The row of a cell that is not open, with its newline, until the next call. Every sheet is read through a window,
 * so that cells in their order cost little where the rows are nearly in that order, too.
 */
export function rowFinder(state: Omit<SweepState, 'conflicts'>): RowFinder {
  const { sheets, home, offset, length } = state;
  const width = Math.min(MOST, Math.max(LEAST, ALL_WINDOWS / Math.max(1, sheets.length)));
  const windows: { begin: number; bytes: Buffer }[] = [];
  return (cell) => {
    const sheet = home[cell];
    const [from, to] = [offset[cell], offset[cell] + length[cell]];
    const window = windows[sheet];
    if (!window || from < window.begin || to > window.begin + window.bytes.length)
      windows[sheet] = {
        begin: from,
        bytes: readAt(sheets[sheet], from, Math.max(width, to - from)),
      };
    const { begin, bytes } = windows[sheet];
    return bytes.subarray(from - begin, to - begin);
  };
}

function readAt(path: string, position: number, size: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(size);
    return bytes.subarray(0, readSync(file, bytes, 0, size, position));
  } finally {
    closeSync(file);
  }
}

/** The cells, of all or of some, that have come to this, in their order. */
export function cellsThat(
  { states }: Pick<SweepState, 'states'>,
  is: CellState | 'open',
  of: Iterable<number> = states.keys(),
): number[] {
  const found: number[] = [];
  for (const cell of of) if (states[cell] === STATE[is]) found.push(cell);
  return found;
}

export interface Failure {
  readonly cell: number;
  readonly error: string;
}

/** The errors of failed cells, in the order of the cells that are asked for. */
export function failuresOf(state: SweepState, cells: readonly number[]): Failure[] {
  const rows = rowFinder(state);
  return cells.map((cell) => ({
    cell,
    error: errorOf(rows(cell).toString('utf8').trimEnd()),
  }));
}

/** Throws DamagedFileError for the first cell with two results, naming it and its files. */
export function checkResults({ conflicts }: SweepState): void {
  if (conflicts.length === 0) return;
  const [{ cell, sheets }] = conflicts;
  const others = conflicts.length > 1 ? `, and so it is for ${conflicts.length - 1} more` : '';
  throw new DamagedFileError(
    `cell ${cell} is in ${sheets[0]} and in ${sheets[1]} with other numbers${others}: expected equal rows, as the same version gives on every machine; move one of the files away`,
  );
}

/** What a command ends with that has cells that failed. */
export const failedCells = (failed: number, cells: number, { cell, error }: Failure): Error =>
  new Error(
    `${failed} of ${counted(cells, 'cell')} failed, such as cell ${cell}: ${error}; they are rows with their error; correct the cause and run the sweep with --retry-failed, or leave them`,
  );
