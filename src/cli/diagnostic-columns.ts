/** Diagnostics as the columns of a table in a terminal, and as a table of numbers. */
import { type DiagnosticRecord, diagnostics } from '../diagnostics/catalogue.ts';
import type { Cell } from '../host/csv.ts';

export interface Column {
  readonly title: string;
  /** What stands in the line of a frame. */
  readonly cell: (frame: number) => string;
}

/** The headline numbers, without those that no frame defines. */
export function headlineColumns(record: DiagnosticRecord): Column[] {
  return diagnostics
    .filter(({ kind, headline }) => kind === 'scalar' && headline)
    .filter(({ name }) => record[name]?.some((value) => value !== null))
    .map(({ name, title }) => ({ title, cell: (frame) => shown(record[name][frame]) }));
}

const shown = (value: number | number[] | null) =>
  typeof value === 'number' ? value.toFixed(3) : '-';

/** All numbers of one frame, in the order of `scalarNames`. */
export const scalarCells = (record: DiagnosticRecord, frame: number): Cell[] =>
  scalarNames.map((name) => record[name][frame] as number | null);

export const scalarNames: readonly string[] = diagnostics
  .filter(({ kind }) => kind === 'scalar')
  .map(({ name }) => name);
