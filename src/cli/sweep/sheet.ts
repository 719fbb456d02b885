/**
 * The sheets of a sweep: files of rows, each written by one run of a task alone, so that two runs never share one,
 * whoever started them. Every row is one write at the end, so that a killed process leaves whole rows and at most
 * one that is cut off, which is dropped. Not which rows count (state.ts).
 */
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fdatasync,
  fdatasyncSync,
  openSync,
  readdirSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode, makeFolder, writeError } from '../../host/files.ts';
import { DamagedFileError } from '../../numerics/errors.ts';
import { headerOf, type RowHead, rowReader, type SweepTable } from './rows.ts';

/** The whole table of a folder, and its folder of sheets. */
export const TABLE = 'cells.csv';
export const SHEETS = 'sheets';

/** Which run of which task writes a sheet. */
export interface TaskRun {
  /** Letters, digits, - and _. */
  readonly task: string;
  /** How often the task was begun before, as far as is known. */
  readonly restart: number;
}

/** Makes an empty sheet of a run's own, and returns its path. Throws InputError (field `out`) where that is refused. */
export function newSheet(folder: string, { task, restart }: TaskRun, table: SweepTable): string {
  makeFolder(join(folder, SHEETS));
  const nonce = randomUUID().slice(0, 13);
  const path = join(folder, SHEETS, `${task}.${restart}.${nonce}.csv`);
  try {
    writeFileSync(path, headerOf(table), { flag: 'wx' });
  } catch (error) {
    throw writeError(path, error);
  }
  return path;
}

/** Those of versions that had none of their own for every run; the whole table is one of them. */
const BESIDE = /^cells(-\d+-of-\d+)?\.csv$/;

/** The files of a folder that have rows: the table, and the sheets in the order of their names. */
export function sheetsIn(folder: string): string[] {
  const beside = readdirSync(folder).filter((name) => BESIDE.test(name));
  const own = join(folder, SHEETS);
  const inside = existsSync(own) ? readdirSync(own).filter((name) => name.endsWith('.csv')) : [];
  const paths = [
    ...beside.sort().map((name) => join(folder, name)),
    ...inside.sort().map((name) => join(own, name)),
  ];
  return paths;
}

/** Bytes read at a time. */
const CHUNK = 1 << 22;
const NEWLINE = 0x0a;

/** A line with its newline: `bytes` from `from` to `to`, at `offset` in its file. They are good for this call alone. */
type TakeLine = (bytes: Buffer, from: number, to: number, offset: number) => void;

export type TakeRow = (row: RowHead, ...line: Parameters<TakeLine>) => void;

/**
 * Hands over the rows of a sheet one after the other; what stands behind the last newline is none. Throws
 * DamagedFileError where its columns are other ones.
 */
export function readRows(path: string, table: SweepTable, take: TakeRow): void {
  const read = rowReader(table);
  const header = headerOf(table);
  readLines(path, (bytes, from, to, offset) => {
    if (offset > 0) {
      const row = read(bytes, from, to - 1);
      if (row) take(row, bytes, from, to, offset);
    } else if (bytes.toString('utf8', from, to) !== header) throw otherColumns(path);
  });
}

const otherColumns = (path: string) =>
  new DamagedFileError(
    `${path} does not begin with the columns of this sweep: expected what sweep wrote, move the file away`,
  );

/** With a function and not a generator, which takes five times as long for a million lines. */
function readLines(path: string, take: TakeLine): void {
  const file = openSync(path, 'r');
  try {
    let bytes = Buffer.allocUnsafe(CHUNK);
    let [begin, filled] = [0, 0];
    for (;;) {
      if (filled === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(CHUNK)]);
      const size = readSync(file, bytes, filled, bytes.length - filled, null);
      if (size === 0) return;
      filled += size;
      const whole = bytes.subarray(0, filled);
      let from = 0;
      for (let to = nextLine(whole, 0); to > 0; to = nextLine(whole, to)) {
        take(whole, from, to, begin + from);
        from = to;
      }
      bytes.copyWithin(0, from, filled);
      [begin, filled] = [begin + from, filled - from];
    }
  } finally {
    closeSync(file);
  }
}

/** Where the line ends that begins at `from`; 0 where it does not. */
const nextLine = (bytes: Buffer, from: number) => bytes.indexOf(NEWLINE, from) + 1;

export interface Pen {
  /** Throws Error, naming the sheet, where the system refuses. */
  append(row: string): void;
  /** Asks the system to bring the rows to the disk, at most every second; does not wait. */
  keep(): void;
  /** When the rows of all pens of the sheet are on the disk. */
  close(): void;
}

/** Milliseconds of rows that a power cut may take, to be run again. A kill takes none. */
const KEEP_EVERY = 1_000;

/** Writes at the end of a sheet that is there; several threads may have a pen each. */
export function penOf(path: string): Pen {
  const file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
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
    close() {
      fdatasyncSync(file);
      closeSync(file);
    },
  };
}
