/** What operations print and write, whichever it is. */
import type { Report, ReportCell, ReportColumn } from '../../figures/report.ts';
import { toCsv } from '../../host/csv.ts';
import { madeBy } from '../../host/package.ts';
import type { TableAccount } from '../../host/tables.ts';
import { printable } from '../../numerics/printable.ts';
import { resultToJson } from '../../numerics/result-json.ts';
import { type FigureFlags, type FigureFormat, figureFiles, readFormats } from '../figures.ts';
import { prepareFolder, writeFiles } from '../folder.ts';
import { sayTables, tablesRecord } from '../tables.ts';
import { bold, dim, printJson, printLines, standardScreen, table } from '../terminal.ts';

export interface OutputFlags extends FigureFlags {
  readonly json?: boolean;
}

/** What was measured: its record, which is what `--json` prints, and its report. */
export interface Measured {
  /** As it is called, such as `limit stack`. */
  readonly command: string;
  /** Of the files. */
  readonly name: string;
  readonly record: object;
  /** What was read of tables in files. */
  readonly tables?: readonly TableAccount[];
  readonly report: Report;
  readonly seconds: number;
}

/** Makes the folder of `--out` before anything is computed, and reads which figures it shall have. */
export function prepare(flags: OutputFlags): FigureFormat[] {
  const formats = readFormats(flags);
  if (flags.out !== undefined) prepareFolder(flags.out);
  return formats;
}

/** Writes NAME.csv, the figure and NAME.json with `--out`, and prints the report or, with `--json`, the record. */
export async function deliver(
  measured: Measured,
  { out, json }: OutputFlags,
  formats: readonly FigureFormat[],
): Promise<void> {
  const { report, seconds, tables = [] } = measured;
  sayTables(tables, { json });
  const written =
    out === undefined ? [] : ['', `${out}: ${(await write(out, measured, formats)).join(', ')}`];
  if (json) printJson(recordOf(measured));
  else
    printLines([
      ...reportLines(report),
      ...['', dim(standardScreen(), `${seconds.toFixed(1)} s`)],
      ...written,
    ]);
}

function recordOf({ command, record, tables = [], seconds }: Measured): object {
  const about = { command, ...madeBy() };
  return { ...about, ...resultToJson(record), ...tablesRecord(tables), seconds };
}

async function write(
  folder: string,
  measured: Measured,
  formats: readonly FigureFormat[],
): Promise<string[]> {
  const { name, report } = measured;
  return writeFiles(folder, {
    [`${name}.csv`]: csvOf(report.columns),
    ...Object.fromEntries(
      (report.more ?? []).map((further) => [`${name}-${further.name}.csv`, csvOf(further.columns)]),
    ),
    ...(await figureFiles({ [name]: report.figure }, formats, { width: 560 })),
    [`${name}.json`]: `${JSON.stringify(recordOf(measured), null, 2)}\n`,
  });
}

export function csvOf(columns: readonly ReportColumn[]): string {
  const rows = columns[0].values.map((_, i) => columns.map(({ values }) => values[i]));
  return toCsv(
    columns.map(({ name }) => name),
    rows,
  );
}

/** Title, settings, tables and findings. */
export function reportLines(report: Report): string[] {
  const { title, settings, columns, more = [], findings } = report;
  const screen = standardScreen();
  return [
    bold(screen, printable(title)),
    dim(screen, settings),
    '',
    ...tableLines(columns),
    ...more.flatMap(({ title: above, columns: further }) => {
      const lines = tableLines(further);
      return lines.length > 0 ? [bold(screen, above), '', ...lines] : [];
    }),
    ...findings.map(printable),
  ];
}

/** What of a table a screen shows, with an empty line behind it. */
function tableLines(columns: readonly ReportColumn[]): string[] {
  const shown = columns.filter(({ heading }) => heading !== undefined);
  const rows = shown[0]?.values.map((_, i) => shown.map(({ values }) => cellText(values[i])));
  if (!rows) return [];
  return [...table(standardScreen(), [shown.map(({ heading = '' }) => heading), ...rows]), ''];
}

function cellText(value: ReportCell): string {
  if (value === null) return '–';
  if (typeof value === 'string') return printable(value);
  if (Number.isInteger(value)) return String(value);
  const plain = Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4;
  return plain ? value.toPrecision(3) : value.toExponential(2);
}
