/** What a sweep, or a task of it, is asked for, from its flags: the simulation, the grid, the shard, the cells. */
import { readFileSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { SEED } from '../../geometry/catalogue.ts';
import { readable } from '../../host/files.ts';
import { counted } from '../../numerics/counted.ts';
import { InputError, LimitError } from '../../numerics/errors.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { numberIfOne } from '../flags.ts';
import { camelCase, parameterNames } from '../simulation/flags.ts';
import { isModule } from '../simulation/input.ts';
import { type SimulationFlags, SWEPT } from '../simulation/job.ts';
import { type Axis, cellCount, type Grid, readAxes } from './grid.ts';
import { readRanges } from './ranges.ts';
import type { Task } from './task.ts';

export interface SweepFlags extends SimulationFlags {
  readonly grid?: string[];
  readonly seed?: string;
  readonly seeds?: string;
  readonly shard?: string;
  readonly positions?: boolean;
  readonly threads?: string;
  readonly retryFailed?: boolean;
}

/** Plain data: threads get it as it is. */
export interface SweepRequest {
  /** Those of the simulation, and whether positions are kept; their files and models are read where they are needed. */
  readonly flags: SimulationFlags & { readonly positions?: boolean };
  readonly grid: Grid;
}

/** Shard `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** A sweep's table is sorted in memory. */
const MOST_CELLS = 2_000_000;

const numbers = z.strictObject({
  seeds: wholeNumber(1, MOST_CELLS).default(1),
  seed: wholeNumber(SEED.minimum, SEED.maximum).default(SEED.default),
  threads: wholeNumber(1, 256).optional(),
});

export interface SweepJob {
  readonly request: SweepRequest;
  readonly shard: Shard | null;
  /** All cores where it is absent. */
  readonly threads?: number;
  /** Run cells again that failed before. */
  readonly retryFailed?: boolean;
  readonly out: string;
}

/** Throws InputError, naming the flag, for what no cell could be run with. */
export function readSweep({
  grid,
  seeds,
  shard,
  threads,
  out,
  json: _,
  retryFailed,
  seed,
  ...flags
}: SweepFlags): SweepJob {
  if (out === undefined)
    throw new InputError(
      'out',
      'option out is missing: expected a folder for the table, such as --out runs/sweep',
    );
  const found = parseOptions(numbers, typed({ seeds, seed, threads }));
  const axes = grid === undefined ? [] : readAxes(grid.join(','));
  for (const axis of axes) checkAxis(axis, flags);
  const request = { flags, grid: { axes, seed: found.seed, seeds: found.seeds } };
  checkSize(request.grid);
  return { request, shard: readShard(shard), threads: found.threads, retryFailed, out };
}

/** What goes on with the sweep of a folder, whatever it is; null where the flags describe one. */
export function readContinued({
  out,
  shard,
  threads,
  retryFailed,
  json: _,
  ...described
}: SweepFlags): Omit<SweepJob, 'request'> | null {
  if (out === undefined || Object.values(described).some((value) => value !== undefined))
    return null;
  return { out, shard: readShard(shard), threads: readThreads(threads), retryFailed };
}

export interface TaskFlags {
  readonly cells?: string;
  readonly cellsOf?: string;
  readonly line?: string;
  readonly task?: string;
  readonly restart?: string;
  readonly threads?: string;
  readonly retryFailed?: boolean;
  readonly json?: boolean;
}

const taskNumbers = z.strictObject({
  threads: wholeNumber(1, 256).optional(),
  line: wholeNumber(1, MOST_CELLS).optional(),
  restart: wholeNumber(0, 1_000_000).default(0),
});

const readThreads = (threads: string | undefined) =>
  parseOptions(taskNumbers, typed({ threads })).threads;

/** A task of a sweep of `count` cells. Throws InputError, naming the flag. */
export function readTask(flags: TaskFlags, count: number): Task {
  const { cells, cellsOf, task = 'task', retryFailed } = flags;
  const { threads, line, restart } = parseOptions(
    taskNumbers,
    typed({ threads: flags.threads, line: flags.line, restart: flags.restart }),
  );
  if (!/^[\w-]{1,100}$/.test(task))
    throw new InputError(
      'task',
      `option task is "${task}": expected letters, digits, - and _, such as slurm-17`,
    );
  if ((cells === undefined) === (cellsOf === undefined))
    throw new InputError(
      'cells',
      'option cells is missing, or cells-of is given as well: expected one of them, such as --cells 0-99',
    );
  const text = cells ?? lineOf(String(cellsOf), line);
  return { task, restart, threads, retryFailed, cells: readRanges(text, count) };
}

/** A line of a file, from 1. */
function lineOf(path: string, line: number | undefined): string {
  if (line === undefined)
    throw new InputError(
      'line',
      'option line is missing: expected the number of a line of --cells-of, counted from 1',
    );
  const lines = readable('cellsOf', path, (file) => readFileSync(file, 'utf8'))
    .trimEnd()
    .split('\n');
  if (line <= lines.length) return lines[line - 1];
  throw new InputError(
    'line',
    `option line is ${line}, and ${path} has ${counted(lines.length, 'line')}: expected one of them`,
  );
}

/** Flags as options: numbers as numbers, and without those that were not given. */
const typed = (flags: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(flags)
      .map(([name, value]) => [name, numberIfOne(value)])
      .filter(([, value]) => value !== undefined),
  );

/** Parameters of dynamics of one's own are known when their file is read. */
function checkAxis({ name }: Axis, flags: SimulationFlags): void {
  if (flags[camelCase(name)] !== undefined)
    throw new InputError(
      'grid',
      `option grid has ${name}, and --${name.replaceAll('_', '-')} is given as well: expected one of them, leave the other out`,
    );
  const known = axisNames();
  if (known.includes(name) || isModule(flags.dynamics ?? '')) return;
  if (name === 'seed')
    throw new InputError('grid', 'option grid has seed: expected --seed and --seeds for that');
  throw new InputError(
    'grid',
    `option grid has the unknown name "${name}": did you mean "${closest(name, known)}"? Valid are ${known.join(', ')}`,
  );
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What is a flag of simulate, and can change from cell to cell. */
export const axisNames = (): string[] => [...SWEPT.map(snakeCase), ...parameterNames()];

function checkSize(grid: Grid): void {
  const cells = cellCount(grid);
  if (cells > MOST_CELLS)
    throw new LimitError(
      'grid',
      `the grid has ${cells} cells: expected up to ${MOST_CELLS}, sweep parts of it into folders of their own`,
    );
  const last = grid.seed + grid.seeds - 1;
  if (last > SEED.maximum)
    throw new InputError(
      'seeds',
      `option seeds is ${grid.seeds}, and the last seed would be ${last}: expected seeds up to ${SEED.maximum}, lower --seed`,
    );
}

function readShard(text: string | undefined): Shard | null {
  if (text === undefined) return null;
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new InputError(
    'shard',
    `option shard is "${text}": expected i/N with i from 1 to N, such as 3/64`,
  );
}
