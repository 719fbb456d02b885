/** Experiments as work for Slurm: a task measures one of them, or some of few cores, into the folder where runs are kept. */

import { resolve } from 'node:path';
import { z } from 'zod';
import { experimentNamed } from '../../experiments/catalogue.ts';
import type { Experiment } from '../../experiments/experiment.ts';
import { settingsOf, VARIANTS, type Variant } from '../../experiments/run.ts';
import { makeFolder } from '../../host/files.ts';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import { type FigureFlags, readFormats } from '../figures.ts';
import type { Asked } from '../slurm/flags.ts';
import { quoted } from '../slurm/script.ts';
import { openSlurm, submitWork } from '../slurm/submission.ts';
import type { Work } from '../slurm/work.ts';
import { longestFirst } from './all.ts';
import { isCurrent, readKept } from './kept.ts';

interface Flags extends FigureFlags {
  readonly set?: string;
  readonly force?: boolean;
  readonly threads?: string;
  readonly json?: boolean;
}

const schema = z.object({
  ids: z.array(z.string()),
  variant: z.enum(VARIANTS),
  figures: z.string().optional(),
  cwd: z.string(),
});

/** `experiment run … --slurm`. Throws InputError for flags of this machine. */
export async function experimentsOnSlurm(
  chosen: readonly Experiment[],
  variant: Variant,
  flags: Flags,
  asked: Asked,
): Promise<void> {
  const { out, figures } = flags;
  const odd = (['set', 'force', 'threads'] as const).find((name) => flags[name] !== undefined);
  if (odd)
    throw new InputError(
      odd,
      `option ${odd} is given with slurm: expected experiments as they are, once each, on the cores of a task; leave it out`,
    );
  readFormats(flags);
  if (out === undefined)
    throw new InputError(
      'out',
      'option out is missing: expected a folder for the runs that all nodes see, such as --out runs/claims',
    );
  const opened = await openSlurm(out, asked);
  makeFolder(out);
  const known = new Map(chosen.map(({ id }) => [id, readKept(out, id)]));
  const ids = longestFirst(chosen, known).map(({ id }) => id);
  const about = { ids, variant, figures, cwd: process.cwd() };
  await submitWork(experimentsWork(out, about), opened, flags);
}

/** `about` is what the journal has of them. Throws DamagedFileError for another. */
export function experimentsWork(out: string, about: unknown): Work {
  const { success, data } = schema.safeParse(about);
  if (!success)
    throw new DamagedFileError(
      `the journal of ${out} is damaged: expected the experiments, submit them again`,
    );
  const { ids, variant, figures, cwd } = data;
  const folder = resolve(out);
  const formats = readFormats({ figures, out });
  const isOpen = (id: string) => {
    const entry = experimentNamed(id);
    const kept = readKept(folder, id, formats);
    return !kept || !isCurrent(kept, entry, settingsOf(entry, variant, {}));
  };
  const asked = [
    ...(variant === 'full' ? [] : ['--quick']),
    ...(figures === undefined ? [] : ['--figures', figures]),
    ...['--out', folder],
  ];
  return {
    ...{ kind: 'experiments', about: data, command: 'experiment run', noun: 'experiment' },
    ...{ title: `${ids.length} experiments in ${out}`, folder, cwd, items: ids.length },
    name: (item) => ids[item],
    look: () => ({ failed: [], open: [...ids.keys()].filter((item) => isOpen(ids[item])) }),
    line: (items) => items.map((item) => ids[item]).join(' '),
    itemsOf: (line) => line.split(' ').map((id) => ids.indexOf(id)),
    task: (tasks) =>
      `experiment run $(sed -n "$((task + 1))p" ${quoted(tasks)}) --threads $cores ${asked.map(quoted).join(' ')}`,
    merge: `experiment report ${quoted(folder)} --out ${quoted(folder)}`,
  };
}
