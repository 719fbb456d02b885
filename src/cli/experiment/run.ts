/** `experiment run`: one on this thread, several or all of them on all cores. */
import { z } from 'zod';
import { experimentNamed, experiments } from '../../experiments/catalogue.ts';
import type { Experiment } from '../../experiments/experiment.ts';
import { runExperiment, settingsOf, type Variant } from '../../experiments/run.ts';
import { openCells, removeCells } from '../../host/experiment-cells.ts';
import { readModel } from '../../host/models.ts';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { type FigureFlags, type FigureFormat, readFormats } from '../figures.ts';
import { numberIfOne } from '../flags.ts';
import { prepareFolder } from '../folder.ts';
import { progressBar } from '../progress.ts';
import { partSlurm } from '../slurm/flags.ts';
import { printJson, printLines } from '../terminal.ts';
import { runAll } from './all.ts';
import { cellsOf, isCurrent, type Kept, keep, plain, readKept } from './kept.ts';
import { experimentsOnSlurm } from './slurm.ts';
import { runLines } from './text.ts';

interface Flags extends FigureFlags {
  readonly quick?: boolean;
  readonly set?: string;
  readonly force?: boolean;
  readonly threads?: string;
  readonly json?: boolean;
}

export async function runExperiments(ids: readonly string[], given: Flags): Promise<void> {
  const { asked, others: flags } = partSlurm(given);
  const variant: Variant = flags.quick ? 'quick' : 'full';
  const chosen = ids.includes('all') ? experiments : [...new Set(ids)].map(experimentNamed);
  if (asked) await experimentsOnSlurm(chosen, variant, flags, asked);
  else if (chosen.length === 1) await showOne(chosen[0], variant, flags);
  else await showAll(chosen, variant, flags);
}

async function showOne(entry: Experiment, variant: Variant, flags: Flags): Promise<void> {
  const given = readSettings(flags.set);
  // Wrong settings are told before any work.
  const settings = settingsOf(entry, variant, given);
  const formats = readFormats(flags);
  if (flags.out !== undefined) prepareFolder(flags.out);
  const known =
    flags.out === undefined || flags.force ? null : readKept(flags.out, entry.id, formats);
  const current = known && isCurrent(known, entry, settings) ? known : null;
  const kept = current ?? (await runOne(entry, variant, given, formats, flags));
  if (flags.json) printJson(plain(kept));
  else printLines(runLines(kept));
}

async function runOne(
  entry: Experiment,
  variant: Variant,
  settings: object,
  formats: readonly FigureFormat[],
  { out, force }: Flags,
): Promise<Kept> {
  const file = out === undefined ? null : cellsOf(out, entry, settingsOf(entry, variant, settings));
  if (file && force) removeCells(file);
  const cells = file ? openCells(file) : undefined;
  const progress = await progressBar(`{bar} ${entry.id} {percentage} %`);
  const onProgress = (share: number) => progress.update(100 * share, 100);
  const context = { readModel, onProgress, cells };
  const found = await runExperiment(entry, { variant, settings }, context).finally(progress.stop);
  const kept = await keep(found, out, formats);
  if (file) removeCells(file);
  return kept;
}

/** Throws Error, after the others are printed, where some have failed. */
async function showAll(
  chosen: readonly Experiment[],
  variant: Variant,
  flags: Flags,
): Promise<void> {
  const { set, out, force, json } = flags;
  if (set !== undefined)
    throw new InputError('set', 'option set is for one experiment: expected its id alone');
  const { threads } = parseOptions(
    z.strictObject({ threads: wholeNumber(1, 256).optional() }),
    flags.threads === undefined ? {} : { threads: numberIfOne(flags.threads) },
  );
  const formats = readFormats(flags);
  if (out !== undefined) prepareFolder(out);
  const { runs, failures } = await runAll(chosen, { variant, out, formats, force, threads });
  if (json) printJson({ runs: runs.map(plain), failures });
  else for (const run of runs) printLines([...runLines(run), '']);
  if (failures.length > 0)
    throw new Error(
      `${failures.length} of ${chosen.length} experiments failed: ${failures.map(({ id, message }) => `${id} (${message})`).join('; ')}`,
    );
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
