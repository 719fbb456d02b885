/** The flags with which a command gives its work to Slurm, and what of them is asked. Light: commands pay for it. */
import type { Command } from 'commander';
import { InputError } from '../../numerics/errors.ts';
import { gather, numberIfOne } from '../flags.ts';

/** What is asked of Slurm. */
export interface Asked {
  /** Options of every task, unchecked, without those that were not given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The user's file of defaults. */
  readonly profile?: string;
  /** Write and show, and submit nothing. */
  readonly dryRun: boolean;
}

/** By the names of commander. */
const FLAGS = {
  dryRun: ['--dry-run', 'write and show what would be submitted, and submit nothing'],
  slurmProfile: ['--slurm-profile <file>', 'defaults of these flags, a JSON object'],
  partition: ['--partition <name>', 'of Slurm (default: the cluster’s)'],
  account: ['--account <name>', 'whose hours are counted'],
  qos: ['--qos <name>', 'quality of service'],
  timeLimit: ['--time-limit <time>', 'of a task: minutes, h:m:s or d-h:m:s'],
  mem: ['--mem <size>', 'of a task, such as 2G'],
  cores: ['--cores <count>', 'of a task (default: 1)'],
  constraint: ['--constraint <features>', 'that nodes must have'],
  throttle: ['--throttle <count>', 'tasks at a time'],
  cellsPerTask: ['--cells-per-task <count>', 'instead of timing some first'],
} as const;

const GATHERED = {
  before: ['--before <line>', 'of shell before the work, such as "module load nodejs"; repeatable'],
  sbatch: ['--sbatch <options>', 'others of sbatch, such as "--exclusive"; repeatable'],
} as const;

const NUMBERS: readonly string[] = ['cores', 'throttle', 'cellsPerTask'];

/** Adds --slurm and what belongs to it. */
export function withSlurmFlags(command: Command): Command {
  command.option('--slurm', 'submit the work to Slurm, and a job that merges: docs/cluster.md');
  return withTaskFlags(command);
}

/** Adds what is asked for every task. */
export function withTaskFlags(command: Command): Command {
  for (const [flag, help] of Object.values(FLAGS)) command.option(flag, help);
  for (const [flag, help] of Object.values(GATHERED)) command.option(flag, help, gather);
  return command;
}

const OWN = [...Object.keys(FLAGS), ...Object.keys(GATHERED)];

/** Parts the flags of Slurm from the others; null without --slurm. Throws InputError for one that is given without. */
export function partSlurm<F extends object>(flags: F): { asked: Asked | null; others: F } {
  const { slurm, ...given } = flags as F & { slurm?: boolean };
  const others = Object.entries(given).filter(([name]) => !OWN.includes(name));
  const lone = Object.entries(given).find(([name, value]) => OWN.includes(name) && value);
  if (!slurm && lone)
    throw new InputError(
      lone[0],
      `option ${lone[0]} is of a cluster, and slurm is not given: expected --slurm beside it, add it or leave this out`,
    );
  return { asked: slurm ? askedOf(given) : null, others: Object.fromEntries(others) as F };
}

/** Those of `withTaskFlags` among the flags. */
export function askedOf(flags: Readonly<Record<string, unknown>>): Asked {
  const own = Object.entries(flags).filter(([name]) => OWN.includes(name));
  const { dryRun = false, slurmProfile, ...rest } = Object.fromEntries(own);
  const options = Object.entries(rest).map(([name, value]) => [
    name,
    NUMBERS.includes(name) ? numberIfOne(value as string) : value,
  ]);
  return {
    options: Object.fromEntries(options),
    profile: slurmProfile as string | undefined,
    dryRun: dryRun === true,
  };
}
