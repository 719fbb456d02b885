/**
 * What a table in text says: the one place that decides which character separates, which one is the decimal sign,
 * whether there are thousands separators, a header, and an index column. Not files (tables.ts), not quotes and line
 * ends (csv.ts). What was not obvious is noted; what the text leaves open is refused.
 */
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { codeOf, quoted } from '../numerics/printable.ts';
import { csvRows, lineOf } from './csv.ts';

export interface TableText {
  /** [rows, columns], finite. */
  readonly values: Matrix;
  /** Names of the columns, without that of an index. */
  readonly header: readonly string[] | null;
  /** Decisions that were not obvious. */
  readonly notes: readonly string[];
}

/** The text of a file, and what messages call it. */
export interface NamedText {
  readonly text: string;
  readonly field: string;
  readonly source: string;
}

/** What the caller knows of a table, for what its text leaves open. */
export interface TableWish {
  /** As many columns as the tables beside it have. */
  readonly columns?: number;
  /** Whether a table of so many rows has more than one column in any case. */
  readonly several?: (rows: number) => boolean;
}

/** The separator; or null where every row, such as the example, is two numbers or one with a decimal comma. */
type Separation =
  | { readonly separator: string }
  | { readonly separator: null; readonly rows: number; readonly example: string };

/** How one number may be written: with a decimal point or comma, and in groups of three. */
const POINT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d+)?$/i;
const POINT_GROUPS = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;
const COMMA_GROUPS = /^[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?$/;

/** The separator of a table of one column: some character that stands in no cell. */
const NONE = ';';

/**
 * The table. Throws InputError (the field), with the line, for the first cell that is no number, rows of different
 * lengths, another number of columns than names, and what can be read in two ways and no wish decides.
 */
export function readTableText(given: NamedText, wish: TableWish = {}): TableText {
  const { separator, notes } = separatorOf(given, wish);
  const { field, source } = given;
  // The line that declares the separator is left out like a comment: lines keep their numbers.
  const text = given.text.replace(DECLARATION, '#$&');
  const rows = csvRows(text, separator);
  if (!Array.isArray(rows))
    throw new InputError(
      field,
      `${source} has ${rows.fault} in line ${rows.line}: expected "…" around whole cells, correct it`,
    );
  const page: Page = {
    text,
    field,
    source,
    separator,
    rows,
    first: rows.length > 0 && isHeader(rows[0]) ? 1 : 0,
  };
  const width = widthOf(page);
  const index = indexOf(page, width);
  checkHeader(page, width, index.columns);
  const cells = { page, skip: index.columns, width: width - index.columns };
  const notation = notationOf(cells);
  const header = page.first === 0 ? null : rows[0].slice(rows[0].length - cells.width);
  return {
    values: valuesOf(cells, notation),
    header,
    notes: [...notes, ...index.notes, ...notation.notes],
  };
}

/** A table taken apart by its separator. */
interface Page extends NamedText {
  readonly separator: string;
  readonly rows: readonly (readonly string[])[];
  /** The first row of data: 1 behind a header. */
  readonly first: number;
}

/** The InputError about a row: what the file has, and in which line, and what was expected. */
function fault(page: Page, row: number, found: string, expected: string): InputError {
  const { text, field, source, separator } = page;
  const line = lineOf(text, separator, row);
  return new InputError(field, `${source} has ${found} in line ${line}${expected}`);
}

// ── separators

/** Excel's own first line. */
const DECLARATION = /^"?sep=([^\w\r\n"])"?[ ]*(?=[\r\n]|$)/i;

/**
 * Excel's first line `sep=` says it; else a semicolon, tab or bar separates where the data have one, else blanks
 * inside of rows, else commas. So a comma between blanks is a decimal sign.
 */
function separationOf(text: string): Separation {
  const declared = DECLARATION.exec(text)?.[1];
  if (declared) return { separator: declared };
  const lines = sampleOf(text);
  // names may hold blanks
  const data = lines.length > 1 ? lines.slice(1) : lines;
  const found = [';', '\t', '|'].find((one) => lines.some((line) => line.includes(one)));
  if (found || data.some((line) => line.includes(' '))) return { separator: found ?? ' ' };
  if (!lines.some((line) => line.includes(','))) return { separator: NONE };
  return (data.every(isOneNumber) ? oneOrTwo(text) : null) ?? { separator: ',' };
}

/** Characters that are looked at; a table that goes on otherwise is refused when it is read. */
const SAMPLE = 1 << 16;

/** Whole lines, without quoted cells and blanks beside separators. */
function sampleOf(text: string): string[] {
  return text
    .slice(0, SAMPLE)
    .replace(/"[^"]*"/g, '0')
    .split(/\r\n|\n|\r/)
    .slice(0, text.length > SAMPLE ? -1 : undefined)
    .map((line) =>
      line
        .trim()
        .replace(/\s*([,;|])\s*/g, '$1')
        .replace(/[^\S\t]+/g, ' '),
    )
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Of a text with commas: a row such as 0,5 is a point of the plane or a half. Null where that is no question. */
function oneOrTwo(text: string): Separation | null {
  const rows = csvRows(text, NONE);
  if (!Array.isArray(rows)) return null;
  const named = isHeader(rows[0]);
  const data = rows.slice(named ? 1 : 0);
  // two names, or an index without one
  if (rows[0][0].startsWith(',') || (named && rows[0][0].includes(','))) return null;
  if (!data.every((row) => row.length === 1 && isOneNumber(row[0]))) return null;
  // One name over two numbers is that of the second where the first is an index.
  if (named && !isCount(data.map(([cell]) => cell.split(',')[0]))) return { separator: NONE };
  // Nobody writes two numbers as -0,30 or as 1,05.
  if (data.some(([cell]) => /^-0+,0*[1-9]|,0\d*[1-9]/.test(cell))) return { separator: NONE };
  return {
    separator: null,
    rows: data.length,
    example: data.find(([cell]) => cell.includes(','))?.[0] ?? '',
  };
}

/** With one comma at most, and digits behind it. */
const isOneNumber = (cell: string) =>
  /^[^,]*(,\d[^,]*)?$/.test(cell) &&
  [COMMA, POINT_GROUPS, COMMA_GROUPS].some((pattern) => pattern.test(cell));

/** Whether the text alone leaves open what separates. */
export const needsWish = ({ text }: NamedText): boolean => separationOf(text).separator === null;

/** Throws InputError where the text and the wish leave two. */
function separatorOf(given: NamedText, { columns, several }: TableWish) {
  const found = separationOf(given.text);
  if (found.separator !== null) return { separator: found.separator, notes: [] };
  const { field, source } = given;
  if (columns === 1) return { separator: NONE, notes: [] };
  if (columns !== undefined || several?.(found.rows))
    return { separator: ',', notes: ['"," is taken for the separator, as one column is too few'] };
  throw new InputError(
    field,
    `${source} has ${quoted(found.example)} and rows like it alone, each two numbers or one with a decimal comma: expected a table that tells, write sep=, (two columns) or sep=; (one) into its first line`,
  );
}

// ── header and index

/** What is meant as a number, though it may be none: −1, .5, 1_000, 1d0, 0.5.1. */
const NUMERIC = /^[+\-\u2010-\u2015\u2212]?\s*[.,]?\d/;
const NO_NUMBER = /^[+-]?(nan|inf|infinity)$|^(NA|N\/A|#N\/A|<NA>|NULL|null|None)$/i;

const isName = (cell: string) =>
  /[\p{L}_]/u.test(cell) && !NUMERIC.test(cell) && !NO_NUMBER.test(cell);

/** Names; over an index there is none, and pandas then may call the others 0, 1, 2. */
function isHeader([first, ...others]: readonly string[]): boolean {
  if (first === '' && others.length > 0)
    return others.every(isName) || others.every((cell, k) => cell === String(k));
  return [first, ...others].every(isName);
}

/** Columns of the data. Throws InputError where there are none, and where rows differ. */
function widthOf(page: Page): number {
  const { rows, first, field, source } = page;
  if (rows.length === first)
    throw new InputError(field, `${source} is empty: expected a row of numbers a line, add one`);
  const width = rows[first].length;
  const odd = rows.findIndex((row, i) => i > first && row.length !== width);
  if (odd < 0) return width;
  const count = rows[odd].length;
  throw fault(
    page,
    odd,
    `${count} ${count === 1 ? 'cell' : 'cells'}`,
    `: expected ${width} as in the first row, complete the row`,
  );
}

const LEAVE_OUT = 'leave it out, with index=False in pandas or row.names=FALSE in R';

/** 0, 1, 2, … or 1, 2, 3, … */
const isCount = (labels: readonly string[]) =>
  /^[01]$/.test(labels[0]) && labels.every((label, i) => label === String(Number(labels[0]) + i));

/**
 * How many columns of an index there are, which is left out: a first column without a name, or one more than
 * names, that counts from 0 or 1 or holds names itself. Throws InputError for an index that is anything else.
 */
function indexOf(page: Page, width: number): { columns: number; notes: string[] } {
  const { rows, first } = page;
  const labels = rows.slice(first).map(([label]) => label);
  const counting = isCount(labels);
  const unnamed = first > 0 && (rows[0][0] === '' ? rows[0].length : rows[0].length + 1) === width;
  if (first > 0 && unnamed && width > 1) {
    if (counting || labels.every(isName))
      return { columns: 1, notes: ['the first column is an index and left out'] };
    if (rows[0][0] === '')
      throw fault(
        page,
        0,
        'no name for the first column',
        `, which makes it an index: expected columns of numbers, name it or ${LEAVE_OUT}`,
      );
  }
  if (width > 1 && labels.every(isName))
    throw fault(
      page,
      first,
      `the name ${quoted(labels[0])}`,
      `, and others in the first column below, which is an index: expected numbers, ${LEAVE_OUT}`,
    );
  const suspicious = counting && width > 1 && labels.length > 2;
  const note = `the first column counts ${labels[0]}, ${labels[1]}, ${labels[2]}, … and is taken for numbers: if it is an index, ${LEAVE_OUT}`;
  return { columns: 0, notes: suspicious ? [note] : [] };
}

/** Throws InputError where names and columns are not as many, or where the first row may be names that are numbers. */
function checkHeader(page: Page, width: number, index: number): void {
  const { rows, first } = page;
  if (first > 0) {
    const names = rows[0].length;
    if (names === width || (index > 0 && names === width - 1)) return;
    throw fault(
      page,
      0,
      `${names} names`,
      ` and ${width} cells in the rows below: expected as many, correct the names or leave them out`,
    );
  }
  const numbered = width > 1 && rows.length > 1 && rows[0].every((cell, k) => cell === String(k));
  if (numbered && rows.slice(1).every((row) => row.every((cell) => /[.,e]/i.test(cell))))
    throw fault(
      page,
      0,
      `${rows[0].join(', ')}`,
      `, and fractions in all others: expected a row, written 0.0 as they are, or names; for pandas leave it out with header=False`,
    );
}

// ── numbers

/** The cells of the data, without an index. */
interface Cells {
  readonly page: Page;
  readonly skip: number;
  readonly width: number;
}

function* cellsOf({ page: { rows, first }, skip }: Cells): Generator<[cell: string, row: number]> {
  for (let i = first; i < rows.length; i++)
    for (let k = skip; k < rows[i].length; k++) yield [rows[i][k], i];
}

interface Notation {
  readonly decimal: '.' | ',';
  readonly grouped: boolean;
  readonly notes: readonly string[];
}

/**
 * The notation that all cells fit. Between semicolons and tabs the comma is the decimal sign; groups of three want
 * a cell that has both signs, or one of them twice. Throws InputError for the first cell that fits none, and where
 * two notations fit and say different numbers.
 */
function notationOf(cells: Cells): Notation {
  const fits = { point: true, comma: true, pointGroups: true, commaGroups: true };
  let grouped = false;
  for (const [cell] of cellsOf(cells)) {
    const [point, comma] = [POINT.test(cell), COMMA.test(cell)];
    fits.point &&= point;
    fits.comma &&= comma;
    if (point && comma) continue;
    fits.pointGroups &&= point || POINT_GROUPS.test(cell);
    fits.commaGroups &&= comma || COMMA_GROUPS.test(cell);
    grouped ||= /[.,].*[.,]/.test(cell);
  }
  // As spreadsheets write where the comma is the decimal sign; so may one column alone be.
  const german = /[;\t]/.test(cells.page.separator);
  if (fits.point && (fits.comma || !(fits.commaGroups && german))) return plain('.');
  if (fits.comma && ((german && cells.width > 1) || !fits.pointGroups)) return plain(',');
  if (fits.point || fits.comma) throw undecided(cells, fits.point ? '.' : ',');
  if (grouped && fits.commaGroups) return groups(',', '.');
  if (grouped && fits.pointGroups) return groups('.', ',');
  throw noNumber(cells);
}

const plain = (decimal: Notation['decimal']): Notation => ({
  decimal,
  grouped: false,
  notes: decimal === ',' ? ['"," is taken for the decimal sign'] : [],
});

const groups = (decimal: Notation['decimal'], between: string): Notation => ({
  decimal,
  grouped: true,
  notes: [`"${between}" is taken for the thousands separator, "${decimal}" for the decimal sign`],
});

/** About the first cell with the sign, which separates thousands or begins the fraction. */
function undecided(cells: Cells, sign: string): InputError {
  const [cell, row] = firstCell(cells, (one) => one.includes(sign));
  const [thousands, fraction] = [cell.replace(sign, ''), `${cell.replace(sign, '.')}0`];
  return fault(
    cells.page,
    row,
    `${quoted(cell)}`,
    `, and behind the "${sign}" three digits here and in all cells like it, so that it may separate thousands or be the decimal sign: expected numbers that tell, write ${thousands} or ${fraction}`,
  );
}

/** About the first cell that is no number in any notation, or the first one that does not fit the others. */
function noNumber(cells: Cells): InputError {
  const notations = [POINT, COMMA, POINT_GROUPS, COMMA_GROUPS];
  const [bad, at] = firstCell(cells, (cell) => !notations.some((pattern) => pattern.test(cell)));
  if (at >= 0) return fault(cells.page, at, ...complaint(bad));
  const [comma, row] = firstCell(cells, (cell) => !POINT.test(cell));
  const [point] = firstCell(cells, (cell) => !COMMA.test(cell));
  return fault(
    cells.page,
    row,
    `${quoted(comma)}`,
    ` and ${quoted(point)} elsewhere: expected one decimal sign in all cells, choose the point or the comma`,
  );
}

/** The first such cell and its row; row −1 where there is none. */
function firstCell(cells: Cells, wanted: (cell: string) => boolean): [cell: string, row: number] {
  for (const [cell, row] of cellsOf(cells)) if (wanted(cell)) return [cell, row];
  return ['', -1];
}

function complaint(cell: string): [found: string, expected: string] {
  if (cell === '') return ['an empty cell', ': expected numbers, fill it in or leave the row out'];
  const strange = /[^ -~]/u.exec(cell)?.[0];
  const code = strange === undefined ? '' : ` with U+${codeOf(strange).toUpperCase()}`;
  return [`${quoted(cell)}${code}`, ': expected numbers such as -0.5 or 1e-3, correct it'];
}

function valuesOf(cells: Cells, { decimal, grouped }: Notation): Matrix {
  const { page, width } = cells;
  const values = matrix(page.rows.length - page.first, width);
  let at = 0;
  for (const [cell, row] of cellsOf(cells)) {
    const digits = grouped ? cell.replaceAll(decimal === ',' ? '.' : ',', '') : cell;
    const value = Number(decimal === ',' ? digits.replace(',', '.') : digits);
    if (!Number.isFinite(value))
      throw fault(page, row, `${quoted(cell)}`, `: expected a number up to 1.8e308, correct it`);
    values.data[at++] = value;
  }
  return values;
}
