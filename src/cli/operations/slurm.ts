/**
 * An operation as work for Slurm: one task, which computes it on all of its cores (the cuts of a depth limit go over
 * them), with the same words as here.
 */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { makeFolder } from '../../host/files.ts';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import type { Asked } from '../slurm/flags.ts';
import { quoted } from '../slurm/script.ts';
import { openSlurm, submitWork } from '../slurm/submission.ts';
import type { Work } from '../slurm/work.ts';

const schema = z.object({
  /** As it is called, such as `limit depth`, and the name of its files. */
  command: z.string(),
  name: z.string(),
  /** What follows it, without the flags of Slurm. */
  words: z.array(z.string()),
  cwd: z.string(),
});

/** `limit depth … --slurm`. Throws InputError where no folder is given, or what Slurm's nodes cannot read. */
export async function operationOnSlurm(
  called: { readonly command: string; readonly name: string },
  typed: Command,
  { out, json, ...flags }: Readonly<Record<string, unknown>>,
  asked: Asked,
): Promise<void> {
  if (typeof out !== 'string')
    throw new InputError(
      'out',
      'option out is missing: expected a folder for the result that all nodes see, such as --out runs/depth',
    );
  if (typed.args.includes('-'))
    throw new InputError(
      'text',
      'the text is "-": expected it as an argument, the nodes have no standard input',
    );
  const opened = await openSlurm(out, asked);
  makeFolder(out);
  const { threads: _, ...given } = flags;
  const words = [...wordsOf(typed, given), '--', ...typed.args];
  const about = { ...called, words, cwd: process.cwd() };
  await submitWork(operationWork(out, about), opened, { json: json === true });
}

/** The flags as they were typed, more or less. */
const wordsOf = ({ options }: Command, given: Readonly<Record<string, unknown>>): string[] =>
  options.flatMap((option) => {
    const value = given[option.attributeName()];
    const long = String(option.long);
    if (value === undefined || value === false) return [];
    return value === true ? [long] : [value].flat().flatMap((one) => [long, String(one)]);
  });

/** `about` is what the journal has of it. Throws DamagedFileError for another. */
export function operationWork(out: string, about: unknown): Work {
  const { success, data } = schema.safeParse(about);
  if (!success)
    throw new DamagedFileError(
      `the journal of ${out} is damaged: expected an operation, submit it again`,
    );
  const { command, name, words, cwd } = data;
  const folder = resolve(out);
  const result = join(folder, `${name}.json`);
  return {
    ...{ kind: 'operation', about: data, command, title: `${command} in ${out}`, noun: 'result' },
    ...{ folder, cwd, items: 1 },
    name: () => command,
    look: () => ({ failed: [], open: existsSync(result) ? [] : [0] }),
    line: () => command,
    itemsOf: () => [0],
    task: () =>
      `${command} --out ${quoted(folder)} --threads $cores ${words.map(quoted).join(' ')}`,
    merge: null,
  };
}
