/**
 * What a user asks of Slurm for every task: flags over a profile, a file of the user's with defaults, over the
 * variables that choose a place (SBATCH_ACCOUNT and the like). As options of `sbatch` they stand in `requested`.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readable } from '../../host/files.ts';
import { InputError } from '../../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';

const word = z.string().regex(/^[^\s]+$/, 'expected one word');

const schema = z.strictObject({
  partition: word.optional(),
  account: word.optional(),
  qos: word.optional(),
  timeLimit: z.string().optional(),
  mem: z.string().optional(),
  cores: wholeNumber(1, 1024).default(1),
  constraint: word.optional(),
  /** Lines of shell that come before the work. */
  before: z.array(z.string()).default([]),
  /** Other options of sbatch, as they are written in a shell. */
  sbatch: z.array(z.string()).default([]),
  /** Tasks at a time; all where it is absent. */
  throttle: wholeNumber(1, 1_000_000).optional(),
  /** Cells of a task; from timing some where it is absent. */
  cellsPerTask: wholeNumber(1, 2_000_000).optional(),
});

export type SlurmOptions = z.output<typeof schema>;

/** Their names, as in flags and profiles. */
export const SLURM_OPTIONS = Object.keys(schema.shape);

/** Flags over the profile. Throws InputError, naming the option, before anything is asked of Slurm. */
export function slurmOptions(
  flags: Readonly<Record<string, unknown>>,
  profile?: string,
): SlurmOptions {
  const { SBATCH_PARTITION: partition, SBATCH_ACCOUNT: account, SBATCH_QOS: qos } = process.env;
  const usual = profile === undefined ? {} : readProfile(profile);
  const given = { partition, account, qos, ...usual, ...flags };
  const present = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
  const options = parseOptions(schema, Object.fromEntries(present));
  if (options.timeLimit !== undefined) secondsOf(options.timeLimit);
  if (options.mem !== undefined) bytesOf(options.mem);
  options.sbatch.forEach(wordsIn);
  return options;
}

/** A JSON object with the names of the flags: { "partition": "main", "time-limit": "1:00:00" }. */
function readProfile(path: string): Record<string, unknown> {
  const text = readable('slurmProfile', path, (file) => readFileSync(file, 'utf8'));
  const fault = (what: string) =>
    new InputError(
      'slurmProfile',
      `"${path}" ${what}: expected a JSON object such as {"partition": "main", "time-limit": "1:00:00"}, correct it there`,
    );
  let profile: unknown;
  try {
    profile = JSON.parse(text);
  } catch (error) {
    throw fault(`is no JSON (${error instanceof Error ? error.message : error})`);
  }
  if (typeof profile !== 'object' || profile === null || Array.isArray(profile))
    throw fault('holds no object');
  const camel = (name: string) => name.replace(/[-_]([a-z])/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(profile).map(([name, value]) => [camel(name), value]));
}

/** Slurm's times: minutes, m:s, h:m:s, d-h, d-h:m, d-h:m:s; null for no limit. Throws InputError. */
export function secondsOf(time: string): number | null {
  if (/^(infinite|unlimited|-1)$/i.test(time)) return null;
  const [, days, rest] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(time) ?? [];
  if (rest === undefined)
    throw new InputError(
      'timeLimit',
      `option timeLimit is "${time}": expected minutes or a time of Slurm's, such as 30, 2:30:00 or 1-12:00:00`,
    );
  const parts = rest.split(':').map(Number);
  const [hours, minutes, seconds] =
    days !== undefined ? parts : parts.length === 3 ? parts : [0, ...parts];
  return Number(days ?? 0) * 86_400 + hours * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Slurm's sizes: 500, which are MiB, or 2G. Throws InputError. */
export function bytesOf(memory: string): number {
  const [, count, unit = 'M'] = /^(\d+)([KMGT])?B?$/i.exec(memory) ?? [];
  if (count === undefined)
    throw new InputError(
      'mem',
      `option mem is "${memory}": expected a size of Slurm's, such as 500M or 2G`,
    );
  return Number(count) * UNITS[unit.toUpperCase()];
}

/** Which options are ours: another value would break the count of what is done. */
const OURS = [
  ...['array', 'chdir', 'clusters', 'comment', 'dependency', 'error', 'export', 'export-file'],
  ...['nodes', 'ntasks', 'open-mode', 'output', 'parsable', 'requeue', 'no-requeue', 'signal'],
  ...['test-only', 'wait', 'wrap'],
];
const OUR_LETTERS: Readonly<Record<string, string>> = {
  ...{ a: 'array', D: 'chdir', M: 'clusters', d: 'dependency', e: 'error', N: 'nodes' },
  ...{ n: 'ntasks', o: 'output', W: 'wait' },
};

/** The words of options as a shell parts them. Throws InputError for what has no end, and for options that are ours. */
function wordsIn(text: string): string[] {
  const pattern = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g;
  if (/\S/.test(text.replace(pattern, '')))
    throw new InputError(
      'sbatch',
      `option sbatch is ${JSON.stringify(text)}: a quote has no end, close it`,
    );
  const words = (text.match(pattern) ?? []).map(unquoted);
  for (const option of words) {
    const name = /^--([\w-]+)/.exec(option)?.[1] ?? OUR_LETTERS[/^-(\w)/.exec(option)?.[1] ?? ''];
    if (name !== undefined && OURS.includes(name))
      throw new InputError(
        'sbatch',
        `option sbatch has ${option}, which the command sets itself: expected other options of sbatch, leave it out`,
      );
  }
  return words;
}

const unquoted = (word: string) =>
  word.replace(
    /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
    (_, letter, double, single) => letter ?? single ?? double.replace(/\\(["\\$`])/g, '$1'),
  );

/** As options of `sbatch`, of a job with that many cores. */
export function requested(options: SlurmOptions, cores: number): string[] {
  const { partition, account, qos, timeLimit, mem, constraint, sbatch } = options;
  const named = { partition, account, qos, time: timeLimit, mem, constraint };
  return [
    ...Object.entries(named)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `--${name}=${value}`),
    ...['--nodes=1', '--ntasks=1', `--cpus-per-task=${cores}`],
    ...sbatch.flatMap(wordsIn),
  ];
}
