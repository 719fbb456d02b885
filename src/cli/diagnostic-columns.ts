/** Diagnostics as the columns of a table in a terminal, and as a table of numbers. */
import { type DiagnosticRecord, diagnostics } from '../diagnostics/catalogue.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Cell } from '../host/csv.ts';

export interface Column {
  readonly title: string;
  /** What stands in the line of a frame. */
  readonly cell: (frame: number) => string;
}

/** Those asked for, each in full; or, where nothing is, the headline numbers without those that no frame defines. */
export function diagnosticColumns(
  record: DiagnosticRecord,
  asked?: readonly Diagnostic[],
): Column[] {
  if (!asked) return headlineColumns(record);
  return asked.map(({ name, title }) => ({
    title,
    cell: (frame) => shown(record[name]?.[frame] ?? null),
  }));
}

function headlineColumns(record: DiagnosticRecord): Column[] {
  return diagnostics
    .filter(({ kind, headline }) => kind === 'scalar' && headline)
    .filter(({ name }) => record[name]?.some((value) => value !== null))
    .map(({ name, title }) => ({ title, cell: (frame) => shown(record[name][frame]) }));
}

/** Most entries of a list. */
const MOST_LISTED = 6;

function shown(value: number | number[] | null): string {
  if (value === null) return '-';
  if (typeof value === 'number') return value.toFixed(3);
  const listed = value.slice(0, MOST_LISTED).map((entry) => String(Number(entry.toPrecision(3))));
  return [...listed, ...(value.length > MOST_LISTED ? [`… (${value.length})`] : [])].join(' ');
}

/** All numbers of one frame, in the order of `scalarNames`. */
export const scalarCells = (record: DiagnosticRecord, frame: number): Cell[] =>
  scalarNames.map((name) => record[name][frame] as number | null);

export const scalarNames: readonly string[] = diagnostics
  .filter(({ kind }) => kind === 'scalar')
  .map(({ name }) => name);
