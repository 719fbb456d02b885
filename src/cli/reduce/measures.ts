/** Measures in files: what the barycentres of `reduce` are of. */
import { basename } from 'node:path';
import { Command } from 'commander';
import type { Report } from '../../figures/report.ts';
import type { TableAccount } from '../../host/tables.ts';
import type { Measure } from '../../transport/measure.ts';

export interface MeasureFlags {
  readonly masses?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

export const MEASURES_HELP =
  'A file has a point a row, text or .npy [n, d] or [n]; with --masses the last number of a row is the point’s mass.';

/** A subcommand of measures in files, with the flags that all of them have. */
export const measuresCommand = (name: string, description: string) =>
  new Command(name)
    .description(description)
    .argument('<files...>', '.csv or .npy, a point a row')
    .option('--weights <list>', 'of the measures, of sum 1 (default: equal)')
    .option('--masses', 'the last number of a row is a mass');

export const withOutput = (command: Command, help: string) =>
  command
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', help);

/** Reads the measures, computes, and delivers under the subcommand's name; `compute` adds what it reads itself. */
export async function deliverMeasures<L extends object>(
  name: string,
  files: readonly string[],
  { masses, ...output }: MeasureFlags,
  compute: (measures: readonly Measure[], accounts: TableAccount[]) => L,
  report: (found: L & { measures: readonly Measure[]; names: readonly string[] }) => Report,
): Promise<void> {
  const begun = performance.now();
  const { deliver, prepare } = await import('../limits/output.ts');
  const { readTables } = await import('../../host/tables.ts');
  const { withMasses } = await import('../../reduction/barycentre/barycentre.ts');
  const tables = readTables(files, 'files', masses ? { several: () => true } : {});
  const measures = tables.map(
    ({ values }): Measure => (masses ? withMasses(values) : { points: values }),
  );
  prepare(output);
  const accounts = tables.map(({ account }) => account);
  const record = compute(measures, accounts);
  const names = files.map((path) => basename(path));
  const told = report({ ...record, measures, names });
  const seconds = (performance.now() - begun) / 1000;
  const read = { tables: accounts, seconds };
  deliver({ command: 'reduce', name, record, report: told, ...read }, output);
}
