/** What a measurement tells: a table, what was found, a figure. Files and screens are made from it alike. */
import type { Figure } from './figure.ts';

export type ReportCell = number | string | null;

export interface ReportColumn {
  /** In files. */
  readonly name: string;
  /** On a screen; absent: in files only. */
  readonly heading?: string;
  readonly values: readonly ReportCell[];
}

/** A further table. */
export interface ReportTable {
  /** Of its file, behind that of the report. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly ReportColumn[];
}

export interface Report {
  readonly title: string;
  /** How it was measured. */
  readonly settings: string;
  readonly columns: readonly ReportColumn[];
  readonly more?: readonly ReportTable[];
  readonly findings: readonly string[];
  readonly figure: Figure;
}
