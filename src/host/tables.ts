/** Tables of numbers in files: .npy, or text as table-text.ts understands it. */

import { readFileSync } from 'node:fs';
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { readable } from './files.ts';
import { decodeNpy, isNpy, type NpyArray } from './npy.ts';
import { type NamedText, needsWish, readTableText, type TableWish } from './table-text.ts';

/** What was read of a file, for those who brought it. */
export interface TableAccount {
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  /** Names of the columns; null where there are none. */
  readonly header: readonly string[] | null;
  /** Decisions that were not obvious. */
  readonly notes: readonly string[];
}

export interface Table {
  /** [rows, columns], one of both at least, and finite. */
  readonly values: Matrix;
  readonly account: TableAccount;
}

/**
 * Rows of numbers from a file; an array of one axis is one column. Throws InputError(field) where the file cannot be
 * read, is no table, or leaves open which one; DamagedFileError for an array that is not whole.
 */
export function readTable(path: string, field: string, wish?: TableWish): Table {
  return open(path, field).read(wish);
}

/** The same of tables that have as many columns: what the text of one leaves open, the others may tell. */
export function readTables(paths: readonly string[], field: string, wish: TableWish = {}): Table[] {
  const files = paths.map((path) => open(path, field));
  const told = files.find(({ isClear }) => isClear)?.read(wish).values.columns;
  return files.map(({ read }) => read({ columns: told, ...wish }));
}

/** Numbers in one column or one row. Throws InputError(field) also for a table of more than that. */
export function readList(path: string, field: string): Table {
  const table = readTable(path, field, { several: (rows) => rows === 1 });
  const { rows, columns, data } = table.values;
  if (rows === 1 || columns === 1) return table;
  const names = table.account.header ?? Array.from({ length: columns }, (_, k) => `${k + 1}`);
  const choices = names.map((name, k) => `${name} (${data[k]}, ${data[columns + k]}, …)`);
  throw new InputError(
    field,
    `${path} has ${counted(rows, 'row')} of ${counted(columns, 'column')}: expected one list of numbers, keep one column of ${choices.join(', ')}`,
  );
}

interface OpenTable {
  /** Whether the file alone tells what it is. */
  readonly isClear: boolean;
  read(wish?: TableWish): Table;
}

function open(path: string, field: string): OpenTable {
  const bytes = readable(field, path, (file) => readFileSync(file));
  if (isNpy(bytes) || path.endsWith('.npy')) {
    const array = decodeNpy(bytes, field, path);
    return { isClear: true, read: () => fromArray(array, path, field) };
  }
  const given = { text: textOf(bytes, path, field), field, source: path };
  return { isClear: !needsWish(given), read: (wish) => fromText(given, wish) };
}

function fromArray({ shape, data }: NpyArray, path: string, field: string): Table {
  if (shape.length < 1 || shape.length > 2)
    throw new InputError(
      field,
      `${path} has the shape (${shape.join(', ')}), expected rows of numbers (n, d): save array.reshape(n, d)`,
    );
  const [rows, columns = 1] = shape;
  if (rows * columns === 0)
    throw new InputError(field, `${path} is empty: expected a row of numbers, add one`);
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new InputError(
      field,
      `${path} has ${data[at]} in row ${Math.floor(at / columns) + 1}, column ${(at % columns) + 1}: expected a finite number, correct it`,
    );
  const values = matrix(rows, columns, Float64Array.from(data));
  return { values, account: { file: path, rows, columns, header: null, notes: [] } };
}

function fromText(given: NamedText, wish?: TableWish): Table {
  const { values, header, notes } = readTableText(given, wish);
  const { rows, columns } = values;
  return { values, account: { file: given.source, rows, columns, header, notes } };
}

/** The text of UTF-8, or of UTF-16 that says so, as spreadsheets write it. Throws InputError(field) for no text. */
function textOf(bytes: Uint8Array, path: string, field: string): string {
  const [a, b] = bytes;
  const encoding =
    a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding).decode(bytes);
  if (!text.includes('\0')) return text;
  throw new InputError(
    field,
    `${path} is no text: expected a .csv, .tsv, .txt or .npy file, save it as one`,
  );
}
