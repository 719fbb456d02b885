/** A subcommand of `limit` or `reduce` whose flags are the options of one function of the library. */
import { Command } from 'commander';
import type { Report } from '../../figures/report.ts';
import type { Engines } from '../../flow/engine-choice.ts';
import type { TableAccount } from '../../host/tables.ts';
import { numberIfOne } from '../flags.ts';
import { progressBar } from '../progress.ts';
import { given, listed } from './values.ts';

export interface MeasureContext {
  readonly engines: Engines;
  readonly onProgress: (done: number, total: number) => void;
}

export interface OptionsCommand<L extends object> {
  /** What it is a subcommand of; `limit` by default. */
  readonly command?: string;
  readonly name: string;
  readonly description: string;
  readonly help: string;
  /** Besides --out and --json: a flag and what it means, its name that of the option. */
  readonly flags: readonly (readonly [flag: string, meaning: string])[];
  /** Options that are lists: their flags are separated by commas. */
  readonly lists: readonly string[];
  /** Options that are lists of numbers in a file. */
  readonly files?: readonly string[];
  /** Of the progress bar: what is counted. */
  readonly counted: string;
  /** What measures and tells, loaded when the command runs. */
  load(): Promise<{
    /** Checks the options, which are as they were typed. */
    measure(options: object, context: MeasureContext): Promise<L>;
    report(limit: L): Report;
  }>;
}

interface Flags {
  readonly out?: string;
  readonly json?: boolean;
  readonly [name: string]: string | boolean | undefined;
}

export function optionsCommand<L extends object>(described: OptionsCommand<L>): Command {
  const command = new Command(described.name).description(described.description);
  for (const [flag, meaning] of described.flags) command.option(flag, meaning);
  return command
    .option('--out <folder>', 'write numbers, table and figure into this folder')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText('after', described.help)
    .action((flags: Flags) => run(described, flags));
}

async function run<L extends object>(
  { command, name, lists, files = [], counted, load }: OptionsCommand<L>,
  { out, json, ...others }: Flags,
): Promise<void> {
  const begun = performance.now();
  const { deliver, prepare } = await import('./output.ts');
  const { machineEngines } = await import('../../host/engines.ts');
  const { measure, report } = await load();
  prepare({ out });
  const { readList } = await import('../../host/tables.ts');
  const tables: TableAccount[] = [];
  const parsed = (option: string, text: string) => {
    if (files.includes(option)) {
      const { values, account } = readList(text, option);
      tables.push(account);
      return [...values.data];
    }
    return lists.includes(option) ? listed(text) : numberIfOne(text);
  };
  const typed = Object.entries(others).map(([option, value]) => [
    option,
    // a flag without a value
    value === true || parsed(option, String(value)),
  ]);
  const progress = await progressBar(`{bar} {value} of {total} ${counted}`);
  const context = { engines: machineEngines(), onProgress: progress.update };
  const limit = await measure(given(Object.fromEntries(typed)), context).finally(progress.stop);
  const seconds = (performance.now() - begun) / 1000;
  const told = { record: limit, report: report(limit), tables, seconds };
  deliver({ command, name, ...told }, { out, json });
}
