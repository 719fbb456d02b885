/** Tables of plain numbers read from files; they are written as numerics/csv says. */
import { readFileSync } from 'node:fs';
import { InputError } from '../numerics/errors.ts';
import { readable } from './files.ts';

export { type Cell, csvLine, toCsv } from '../numerics/csv.ts';

/** The cells of a line that `csvLine` wrote, without its newline; null where a quote is not closed or misplaced. */
export function csvCells(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const found = cell.exec(line);
    if (!found) return null;
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2]);
    if (found[3] === '') return cells;
  }
}

/**
 * Rows of numbers from a file: separated by commas, semicolons, tabs or blanks; a first line of names is
 * left out, and so are empty lines. Throws InputError(field) where it cannot be read, and for the first
 * cell that is no number, with its line.
 */
export function readNumbers(path: string, field: string): number[][] {
  const text = readable(field, path, (file) => readFileSync(file, 'utf8'));
  const lines = text.split(/\r?\n/).map((line, i) => ({ number: i + 1, cells: cellsOf(line) }));
  const filled = lines.filter(({ cells }) => cells.length > 0);
  const [first] = filled;
  const named = first?.cells.every((text) => Number.isNaN(Number(text)));
  return filled.slice(named ? 1 : 0).map(({ number, cells }) =>
    cells.map((text) => {
      const value = text === '' ? Number.NaN : Number(text);
      if (!Number.isNaN(value)) return value;
      throw new InputError(
        field,
        `${path} has "${text.slice(0, 40)}" in line ${number}: expected numbers, correct it`,
      );
    }),
  );
}

function cellsOf(line: string): string[] {
  const text = line.trim();
  if (text === '') return [];
  return (/[,;]/.test(text) ? text.split(/[,;]/) : text.split(/\s+/)).map((part) => part.trim());
}
