/** The cells of tables in text, by csv-parse. What they mean: table-text.ts. Writing: numerics/csv. */
import { CsvError, parse } from 'csv-parse/sync';

export { type Cell, csvLine, toCsv } from '../numerics/csv.ts';

const LINE_ENDS = ['\r\n', '\n', '\r'];

/** A misplaced quote; the line is that of the text, from 1. */
export interface QuoteFault {
  readonly fault: string;
  readonly line: number;
}

/**
 * Rows of trimmed cells, without empty lines and lines that begin with #; lines end in LF, CRLF or CR. Between
 * blanks runs of them separate. `most` rows are read, all by default.
 */
export function csvRows(text: string, separator: string, most?: number): string[][] | QuoteFault {
  const rows = attempt(() => parse(text, { ...optionsOf(separator), to: most }) as string[][]);
  if (!Array.isArray(rows) || separator !== ' ') return rows;
  return rows.map((row) => row.filter((cell) => cell !== ''));
}

/** The line that row `index` of `csvRows` ends in, from 1. */
export function lineOf(text: string, separator: string, index: number): number {
  const options = { ...optionsOf(separator), info: true, from: index + 1, to: index + 1 } as const;
  const [found] = parse(text, options) as unknown as { info: { lines: number } }[];
  return found.info.lines;
}

const optionsOf = (delimiter: string) => ({
  delimiter,
  record_delimiter: LINE_ENDS,
  trim: true,
  comment: '#',
  comment_no_infix: true,
  skip_empty_lines: true,
  relax_column_count: true,
});

/** The cells of a line that `csvLine` wrote, without its newline; null where a quote is not closed or misplaced. */
export function csvCells(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',');
  const rows = attempt(() => parse(line, { record_delimiter: '\n' }) as string[][]);
  return Array.isArray(rows) ? rows[0] : null;
}

function attempt(read: () => string[][]): string[][] | QuoteFault {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED';
    const fault = open ? 'a quote that is not closed' : 'a quote inside a cell';
    return { fault, line: Number(error.lines) };
  }
}
