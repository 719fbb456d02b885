/** Tables of other people's programs, read as they were meant or refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/host/npy.ts';
import { readList, readTable, readTables } from '../../src/host/tables.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { toRows } from '../../src/numerics/matrix.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-tables-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(content: string | Uint8Array, extension = 'csv'): string {
  const path = join(folder, `${count++}.${extension}`);
  writeFileSync(path, content);
  return path;
}

const read = (content: string | Uint8Array) => readTable(file(content), 'data');
const rowsOf = (content: string | Uint8Array) => toRows(read(content).values);

/** The message, without the folder. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message.replaceAll(`${folder}/`, '');
  }
  throw new Error('nothing was refused');
}

const GERMAN = [
  [0.5, 1.25],
  [-0.5, 2.75],
];

describe('tables are read', () => {
  it.each<[string, string, number[][], string[]]>([
    ['German Excel', '0,5;1,25\r\n-0,5;2,75\r\n', GERMAN, ['"," is taken for the decimal sign']],
    ['with names', 'x;y\r\n0,5;1,25\r\n-0,5;2,75\r\n', GERMAN, ['decimal sign']],
    ['with a byte order mark', '\ufeffx;y\r\n0,5;1,25\r\n-0,5;2,75\r\n', GERMAN, ['decimal sign']],
    ['between tabs', '0,5\t1,25\n-0,5\t2,75\n', GERMAN, ['decimal sign']],
    ['between blanks', ' 0,5  1,25\n-0,5  2,75\n', GERMAN, ['decimal sign']],
    [
      'in quotes, as pandas writes decimal commas',
      '"0,5","1,25"\n"-0,5","2,75"\n',
      GERMAN,
      ['sign'],
    ],
    [
      'thousands',
      '1.234,56;2\r\n3.000,10;4\r\n',
      [
        [1234.56, 2],
        [3000.1, 4],
      ],
      ['"." is taken for the thousands separator, "," for the decimal sign'],
    ],
    ['English thousands', '1,234.56;2\n', [[1234.56, 2]], ['"," is taken for the thousands']],
    ['millions', '1.234.567;2\n', [[1234567, 2]], ['"." is taken for the thousands']],
    ['sep=;', 'sep=;\r\n0,5;1,25\r\n-0,5;2,75\r\n', GERMAN, ['decimal sign']],
    ['sep=, where rows could be one number', 'sep=,\n0,5\n1,5\n', [[0, 5], [1, 5]], []], // biome-ignore format: rows
    ['sep=; likewise', 'sep=;\n0,5\n1,5\n', [[0.5], [1.5]], ['decimal sign']],
    ['CR and tabs', '0.5\t1\r1.5\t2\r', [[0.5, 1], [1.5, 2]], []], // biome-ignore format: rows
    ['CR and commas', '0.5,1\r1.5,2\r', [[0.5, 1], [1.5, 2]], []], // biome-ignore format: rows
    ['ends of lines that change', '0.5,1\r\n1.5,2\n2.5,3\r', [[0.5, 1], [1.5, 2], [2.5, 3]], []], // biome-ignore format: rows
    ['bars', '1|2\n3|4\n', [[1, 2], [3, 4]], []], // biome-ignore format: rows
    ['decimal points between semicolons', '0.5;1.25\n-0.5;2.75\n', GERMAN, []],
    ['blanks beside commas', '0, 5\n1, 5\n', [[0, 5], [1, 5]], []], // biome-ignore format: rows
    ['names that tell how many columns', 'x,y\n0,5\n1,5\n', [[0, 5], [1, 5]], []], // biome-ignore format: rows
    ['a sign behind a comma', '1,0\n0,-1\n', [[1, 0], [0, -1]], []], // biome-ignore format: rows
    [
      'one column that no pair would be',
      '0,12\r\n-0,30\r\n0,55\r\n',
      [[0.12], [-0.3], [0.55]],
      ['sign'],
    ],
    ['comments', '# x y\n1 2\n# and\n3 4\n', [[1, 2], [3, 4]], []], // biome-ignore format: rows
    ['exponents', '1e-3,+.5\n-2E2,3.\n', [[0.001, 0.5], [-200, 3]], []], // biome-ignore format: rows
    ['an index of pandas', ',0,1\n0,0.5,1.25\n1,-0.5,2.75\n', GERMAN, ['is an index and left out']],
    ['row names of R', '"","V1","V2"\n"1",0.5,1.25\n"2",-0.5,2.75\n', GERMAN, ['is an index']],
    [
      'row names of write.csv2',
      '"";"V1";"V2"\n"a";0,5;1,25\n"b";-0,5;2,75\n',
      GERMAN,
      ['index', 'decimal'],
    ],
    [
      'row names of write.table',
      '"V1" "V2"\n"1" 0.5 1.25\n"2" -0.5 2.75\n',
      GERMAN,
      ['is an index'],
    ],
    ['what counts, with a note', '1,0.12\n2,-0.3\n3,0.5\n', [[1, 0.12], [2, -0.3], [3, 0.5]], ['counts 1, 2, 3']], // biome-ignore format: rows
  ])('%s', (_, text, rows, notes) => {
    const { values, account } = read(text);
    expect(toRows(values)).toEqual(rows);
    expect(account).toMatchObject({ rows: rows.length, columns: rows[0].length });
    expect(account.notes).toHaveLength(notes.length);
    notes.forEach((note, k) => {
      expect(account.notes[k]).toContain(note);
    });
  });

  it('with the sign of zero, and names without that of an index', () => {
    expect(Object.is(rowsOf('-0.0,1\n')[0][0], -0)).toBe(true);
    expect(read('"","V1","V2"\n"1",0.5,1\n').account.header).toEqual(['V1', 'V2']);
    expect(read('x pos,größe\n0.5,1\n').account.header).toEqual(['x pos', 'größe']);
    expect(read('0.5,1\n').account.header).toBeNull();
  });

  it('of one column under one name, and longer than what is looked at first', () => {
    expect(rowsOf('x\n0,5\n0,7\n')).toEqual([[0.5], [0.7]]);
    const long = Array.from({ length: 20_000 }, (_, i) => i % 100);
    const text = long.map((value) => `1,${value}\r\n`).join('');
    expect(refusal(() => read(text))).toMatch(/"1,0" and rows like it alone/);
    expect(rowsOf(`${text}-0,25`).slice(-2)).toEqual([[1.99], [-0.25]]);
    expect(rowsOf(`${text}-1,-2`).slice(-2)).toEqual([[1, 99], [-1, -2]]); // biome-ignore format: rows
  });

  it('in UTF-16, as spreadsheets write text', () => {
    const text = '\ufeff0,5\t1,25\r\n-0,5\t2,75\r\n';
    expect(rowsOf(new Uint8Array(Buffer.from(text, 'utf16le')))).toEqual(GERMAN);
    expect(rowsOf(new Uint8Array(Buffer.from(text, 'utf16le').swap16()))).toEqual(GERMAN);
  });

  it.each<[string, (value: number) => string, string, string]>([
    ['commas and points', String, ',', '\n'],
    ['semicolons and commas', (value) => String(value).replace('.', ','), ';', '\r\n'],
    ['tabs and commas', (value) => String(value).replace('.', ','), '\t', '\r'],
    ['semicolons and points', String, ';', '\n'],
    ['blanks and points', String, '  ', '\n'],
    ['quoted commas', (value) => `"${String(value).replace('.', ',')}"`, ',', '\r\n'],
  ])('of random numbers with %s, or refused', (_, write, separator, end) => {
    const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value) => value + 0);
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((d) => fc.array(fc.array(number, { minLength: d, maxLength: d }), { minLength: 1 }));
    let refused = 0;
    fc.assert(
      fc.property(table, fc.boolean(), (rows, named) => {
        const header = named ? rows[0].map((_, k) => `x${k}`).join(separator) + end : '';
        const text = header + rows.map((row) => row.map(write).join(separator) + end).join('');
        try {
          expect(rowsOf(text)).toEqual(rows);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused++;
        }
      }),
      { seed: 23, numRuns: 60 },
    );
    // only small whole numbers and counts may be anything else
    expect(refused).toBeLessThan(10);
  });
});

describe('tables are refused', () => {
  it.each<[string, string, RegExp]>([
    ['one number or two', '0,5\n1,5\n', /"0,5" and rows like it alone, .* sep=, .* or sep=; /],
    ['one number or two under a name', 'x\n0,5\n1,5\n', /"0,5" and rows like it alone/],
    ['half of pairs, or whole numbers among others', '1\n0,5\n', /"0,5" and rows like it alone/],
    ['the same in the other order', '0,5\n1\n', /"0,5" and rows like it alone/],
    ['1234 or 1.234', '1.234;2\n', /"1\.234" in line 1, .* write 1234 or 1\.2340/],
    ['1234 or 1.234 in one column', '-1.189\n43\n', /"-1\.189" in line 1, .* write -1189 or/],
    ['a pair or a number with thousands', '1.234,56\n', /"1\.234,56" and rows like it alone/],
    ['1234 or 1.234 in English', '1,234 2\n', /"1,234" in line 1, .* write 1234 or 1\.2340/],
    ['two decimal signs', 'x;y\n0.25;1\n0,5;1\n', /"0,5" in line 3 and "0\.25" elsewhere/],
    ['fractions and a group', '0,5;1.234\n', /one decimal sign in all cells/],
    ['nan in the first row', 'nan nan\n1 2\n', /"nan" in line 1: expected numbers/],
    ['inf', 'inf,-inf\n1,2\n', /"inf" in line 1/],
    ['NA', 'NA;NA\n1;2\n', /"NA" in line 1/],
    ['an underscore', '1_000\n2\n', /"1_000" in line 1/],
    [
      'U+2212',
      '\u22121 \u22122\n1 2\n',
      /"−1" with U\+2212 in line 1: expected numbers such as -0\.5/,
    ],
    ['a Fortran exponent', '1d0\n2d0\n', /"1d0" in line 1/],
    ['two points', '0.5.1\n1\n', /"0\.5\.1" in line 1/],
    ['hexadecimal digits', '0x10\n1\n', /"0x10" in line 1/],
    ['a number that is too large', '1\n1e999\n', /"1e999" in line 2: expected a number up to/],
    ['words', 'x,y\n1,zwei\n', /"zwei" in line 2: expected numbers/],
    ['an empty cell', '1,2\n\n3,\n', /an empty cell in line 3: expected numbers/],
    ['short rows', 'x,y\n1,2\n3\n', /1 cell in line 3: expected 2 as in the first row/],
    ['more names than columns', 'x,y,z\n1,2\n', /3 names in line 1 and 2 cells/],
    ['fewer names than columns', 'x,y\n1,2.5,3\n5,6,7\n', /2 names in line 1 and 3 cells/],
    ['names without numbers', 'x,y\n', /is empty: expected a row of numbers/],
    ['nothing', '\n\n', /is empty/],
    ['an index that is no count', ',x\n0.5,1\n0.75,2\n', /makes it an index: .* index=False/],
    [
      'names in the first column',
      'a,1,2\nb,3,4\n',
      /name "a" in line 1, .* an index: .* row\.names=FALSE/,
    ],
    [
      'the numbers of columns above fractions',
      '0,1,2\n0.5,0.5,0.5\n',
      /0, 1, 2 in line 1, .* header=False/,
    ],
    ['a quote that is open', '"a,b\n1,2\n', /a quote that is not closed in line/],
    ['a quote inside', '1,2\n3,4"5\n', /a quote inside a cell in line 2/],
    ['controls', 'x\n1\u001b[2J\n', /"1\\u001b\[2J" with U\+001B in line 2/],
    ['no text', '1\u00002\n', /is no text: expected a \.csv/],
  ])('%s', (_, text, message) => {
    const path = file(text);
    const told = refusal(() => readTable(path, 'data'));
    expect(told).toMatch(message);
    expect(told).not.toMatch(/\p{Cc}/u);
  });

  it('with the line that an editor shows, behind cells of several lines', () => {
    expect(refusal(() => read('"long\nname",y\r\n# no\r\n1,2\r\n3,x4\r\n'))).toMatch(
      /"x4" in line 5/,
    );
    expect(refusal(() => read('sep=;\r\rx;y\r1;2\r1;zwei\r'))).toMatch(/"zwei" in line 5/);
  });
});

describe('what a text leaves open is told', () => {
  const open = '0,5\n1,5\n';

  it('by the tables beside it', () => {
    const beside = (other: string) =>
      readTables([file(open), file(other)], 'files').map(({ values }) => toRows(values));
    expect(beside('0.25\n')).toEqual([[[0.5], [1.5]], [[0.25]]]);
    expect(beside('0.25,1\n')).toEqual([[[0, 5], [1, 5]], [[0.25, 1]]]); // biome-ignore format: rows
    expect(refusal(() => beside(open))).toMatch(/rows like it alone/);
  });

  it('by what it is read for, with a note', () => {
    const { values, account } = readTable(file(open), 'init', { several: () => true });
    expect(toRows(values)).toEqual([[0, 5], [1, 5]]); // biome-ignore format: rows
    expect(account.notes).toEqual(['"," is taken for the separator, as one column is too few']);
  });
});

describe('lists', () => {
  const listOf = (text: string) => [...readList(file(text), 'masses').values.data];

  it('are one column or one row', () => {
    expect(listOf('0.5\n1.5\n')).toEqual([0.5, 1.5]);
    expect(listOf('0.5,1.5\n')).toEqual([0.5, 1.5]);
    expect(listOf('1,3\n')).toEqual([1, 3]);
  });

  it('are no table: the columns are named', () => {
    expect(refusal(() => listOf('1,0.12\n2,-0.30\n3,0.55\n'))).toContain(
      'has 3 rows of 2 columns: expected one list of numbers, keep one column of 1 (1, 2, …), 2 (0.12, -0.3, …)',
    );
    expect(refusal(() => listOf('a,b\n1,0.12\n2,-0.30\n'))).toContain('a (1, 2, …), b (0.12, -0.3');
  });
});

describe('arrays', () => {
  const array = (shape: number[], ...numbers: number[]) =>
    file(encodeNpy(shape, [Float64Array.from(numbers)]), 'npy');

  it('are rows, a vector one column, whatever their names end in', () => {
    expect(toRows(readTable(array([2, 2], 1, 2, 3, 4), 'x').values)).toEqual([[1, 2], [3, 4]]); // biome-ignore format: rows
    expect(toRows(readTable(array([3], 1, 2, 3), 'x').values)).toEqual([[1], [2], [3]]);
    expect(rowsOf(encodeNpy([1, 2], [Float64Array.of(1, 2)]))).toEqual([[1, 2]]);
  });

  it('of other shapes and with other values are refused', () => {
    expect(refusal(() => readTable(array([1, 1, 1], 1), 'x'))).toMatch(
      /\(1, 1, 1\), expected rows/,
    );
    expect(refusal(() => readTable(array([0, 2]), 'x'))).toMatch(/is empty/);
    expect(refusal(() => readTable(array([1, 2], 1, Number.NaN), 'x'))).toMatch(
      /has NaN in row 1, column 2/,
    );
    expect(refusal(() => readTable(file('1,2', 'npy'), 'x'))).toMatch(/no \.npy file/);
  });
});
