/** `experiment run`: one after the other, each kept as soon as it is done. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { experimentNamed, experiments } from '../../experiments/catalogue.ts';
import { type Experiment, rangeOf } from '../../experiments/experiment.ts';
import {
  type ExperimentRun,
  type Finding,
  runExperiment,
  settingsOf,
  type Variant,
} from '../../experiments/run.ts';
import { renderSvg } from '../../figures/render.ts';
import { toCsv } from '../../host/csv.ts';
import { readModel } from '../../host/models.ts';
import { packageVersion } from '../../host/package.ts';
import { InputError } from '../../numerics/errors.ts';
import { numberIfOne } from '../flags.ts';
import { makeFolder, prepareFolder, writeFiles } from '../folder.ts';
import { progressBar } from '../progress.ts';
import { bold, dim, printable, printJson, printLines, standardScreen, table } from '../terminal.ts';

interface Flags {
  readonly quick?: boolean;
  readonly set?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** A run as it is kept and printed: without the figure, which has a file of its own. */
type Kept = Omit<ExperimentRun, 'figure'> & { readonly version: string };

export async function runExperiments(id: string, flags: Flags): Promise<void> {
  const chosen = id === 'all' ? experiments : [experimentNamed(id)];
  const given = readSettings(flags.set);
  if (chosen.length > 1 && flags.set !== undefined)
    throw new InputError('set', 'option set is for one experiment: expected its id instead of all');
  const variant: Variant = flags.quick ? 'quick' : 'full';
  // Wrong settings are told before any work.
  for (const entry of chosen) settingsOf(entry, variant, given);
  if (flags.out !== undefined) prepareFolder(flags.out);
  const runs: Kept[] = [];
  for (const entry of chosen) {
    const run = await runOrRead(entry, variant, given, flags);
    runs.push(run);
    if (!flags.json) printLines([...runLines(run), '']);
  }
  if (flags.json) printJson(id === 'all' ? { runs } : runs[0]);
}

/** n=100,beta=4 as an object. Throws InputError for what has no =. */
function readSettings(list: string | undefined): object {
  const pairs = list?.split(',').map((pair) => pair.split('=').map((part) => part.trim())) ?? [];
  const odd = pairs.find((pair) => pair.length !== 2 || pair[0] === '');
  if (odd)
    throw new InputError(
      'set',
      `option set has "${odd.join('=')}": expected name=value, such as n=100,beta=4`,
    );
  return Object.fromEntries(pairs.map(([name, value]) => [name, numberIfOne(value)]));
}

async function runOrRead(
  entry: Experiment,
  variant: Variant,
  given: object,
  { out, force }: Flags,
): Promise<Kept> {
  const folder = out === undefined ? null : join(out, entry.id);
  const known = folder && !force ? readKept(folder, settingsOf(entry, variant, given)) : null;
  if (known) return known;
  const progress = await progressBar(`{bar} ${entry.id} {percentage} %`);
  const context = { readModel, onProgress: (share: number) => progress.update(100 * share, 100) };
  const found = await runExperiment(entry, { variant, settings: given }, context).finally(
    progress.stop,
  );
  const { figure, ...run } = found;
  const kept = { ...run, version: packageVersion() };
  if (folder) {
    makeFolder(folder);
    // run.json last: it says that the others are there.
    writeFiles(folder, {
      'table.csv': tableOf(run),
      'figure.svg': renderSvg(figure, { width: 560 }),
      'run.json': `${JSON.stringify(kept, null, 2)}\n`,
    });
  }
  return kept;
}

/** A finished run with these settings by this version; null where there is none. */
function readKept(folder: string, settings: object): Kept | null {
  const path = join(folder, 'run.json');
  if (!existsSync(path)) return null;
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Kept;
  const same = JSON.stringify(kept.settings) === JSON.stringify(settings);
  return same && kept.version === packageVersion() ? kept : null;
}

function tableOf({ columns }: Pick<ExperimentRun, 'columns'>): string {
  const rows = columns[0].values.map((_, i) => columns.map(({ values }) => values[i]));
  return toCsv(
    columns.map(({ name }) => name),
    rows,
  );
}

function runLines({ id, title, citation, findings, notes = [], verdict, seconds }: Kept): string[] {
  const screen = standardScreen();
  const rows = findings.map((finding) => [
    printable(finding.quantity),
    expectedText(finding),
    measuredText(finding),
    finding.verdict,
  ]);
  return [
    bold(screen, printable(title)),
    dim(screen, `${id} · ${citation} · ${seconds.toFixed(1)} s`),
    ...['', ...table(screen, [['', 'predicted', 'measured', 'verdict'], ...rows]), ''],
    ...notes.map(printable),
    `verdict: ${verdict}`,
  ];
}

function expectedText({ expected }: Finding): string {
  const { low, high } = rangeOf(expected);
  return 'value' in expected
    ? `${short(expected.value)} ± ${short(expected.tolerance)}`
    : `${short(low)} to ${short(high)}`;
}

function measuredText({ measured: { value, low, high, samples } }: Finding): string {
  return samples > 1
    ? `${short(value)} (${short(low)} to ${short(high)}, ${samples} seeds)`
    : short(value);
}

const short = (value: number) => String(Number(value.toPrecision(4)));
