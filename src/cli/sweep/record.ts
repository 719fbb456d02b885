/**
 * sweep.json: the plan of a sweep, which stands in its folder, so that a task, another machine or a later day needs
 * the folder alone, goes on as the same, and is merged as one.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { sha256Of } from '../../host/digest.ts';
import { readable, writeFileSafely, writeFirst } from '../../host/files.ts';
import { madeBy, packageVersion } from '../../host/package.ts';
import { DamagedFileError, InputError } from '../../numerics/errors.ts';
import { STREAMS } from '../../numerics/random.ts';
import { cellCount } from './grid.ts';
import type { SweepRequest } from './request.ts';
import type { SweepTable } from './rows.ts';
import { sheetsIn } from './sheet.ts';

const FILE = 'sweep.json';

const value = z.union([z.number(), z.string()]);

const schema = z.object({
  command: z.literal('sweep'),
  version: z.string(),
  /** Of the random numbers; absent where there were none other yet. */
  streams: z.number().optional(),
  /** Where the paths among the flags begin. */
  cwd: z.string().optional(),
  flags: z.record(z.string(), z.unknown()),
  /** sha256 of the files that the flags name. */
  files: z.record(z.string(), z.string()),
  grid: z.object({
    axes: z.array(z.object({ name: z.string(), values: z.array(value) })),
    seed: z.number(),
    seeds: z.number(),
  }),
  cells: z.number(),
  columns: z.array(z.object({ name: z.string(), type: z.enum(['integer', 'number', 'text']) })),
  diagnostics: z.array(z.string()),
  times: z.array(z.number()),
  mergeError: z.boolean(),
  noiseError: z.boolean().default(false),
  positions: z.boolean().default(false),
  /** All settings of the first cell that can be run, those not given included. */
  settings: z.record(z.string(), z.unknown()),
});

const whole = schema.refine(({ grid, cells }) => cellCount(grid) === cells);

export type SweepRecord = z.output<typeof schema>;

export function recordOf(
  { flags, grid }: SweepRequest,
  table: SweepTable,
  settings: object,
): SweepRecord {
  const { columns, diagnostics, times, mergeError, noiseError, positions } = table;
  const record = {
    command: 'sweep',
    ...madeBy(),
    cwd: process.cwd(),
    flags,
    files: sumsOf(flags, grid),
    grid,
    cells: cellCount(grid),
    columns,
    diagnostics,
    times,
    mergeError,
    noiseError,
    positions,
    settings,
  };
  // As it comes back from its file.
  return schema.parse(JSON.parse(JSON.stringify(record)));
}

/** Positions, masses, matrices, dynamics and diagnostics of one's own, models: whatever flag or value of the grid is a path. */
function sumsOf(flags: SweepRequest['flags'], grid: SweepRequest['grid']): Record<string, string> {
  const given = [...Object.values(flags), ...grid.axes.flatMap(({ values }) => values)];
  const texts = given.flat().filter((text): text is string => typeof text === 'string');
  const paths = new Set(texts.flatMap((text) => [text, ...text.split(',')]));
  const files = [...paths].map(fileOf).filter((path) => path !== null);
  return Object.fromEntries(files.map((path) => [path, checksumOf(path)]));
}

/** A model's config.json has the sum of its weights. */
function fileOf(text: string): string | null {
  const config = join(text, 'config.json');
  if (isFile(text)) return text;
  return /[\\/]/.test(text) && isFile(config) ? config : null;
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const checksumOf = (path: string) => sha256Of(readFileSync(path));

export const hasSweep = (folder: string): boolean => existsSync(join(folder, FILE));

/** What the sweep in a folder was asked for. */
export const requestOf = ({ flags, grid }: SweepRecord): SweepRequest => ({ flags, grid });

/**
 * Does some work on the sweep of a folder where it was planned, so that paths among its flags lead to the same
 * files. Throws InputError (field `folder`) where the sweep is another version's, or one of these files is not to
 * be seen or has changed.
 */
export async function whereItWasPlanned<T>(
  folder: string,
  record: SweepRecord,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const [path, before] = [resolve(folder), process.cwd()];
  if (isFolder(record.cwd)) process.chdir(record.cwd);
  try {
    checkHere(folder, record);
    return await work(path);
  } finally {
    process.chdir(before);
  }
}

const isFolder = (path: string | undefined): path is string =>
  path !== undefined && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);

function checkHere(folder: string, record: SweepRecord): void {
  const { version, streams = STREAMS, files, cwd = process.cwd() } = record;
  const refuse = (why: string) => {
    throw new InputError('folder', `"${folder}" holds a sweep ${why}`);
  };
  if (version !== packageVersion())
    refuse(
      `of version ${version}, and this is ${packageVersion()}: expected the same, whose numbers are the same; go on with that version`,
    );
  if (streams !== STREAMS)
    refuse(
      `with version ${streams} of the streams of random numbers, and this has ${STREAMS}: expected the same; go on with the program that began it`,
    );
  for (const [file, sum] of Object.entries(files)) {
    if (fileOf(file) === null)
      refuse(
        `with the file "${file}", which is not to be seen here from "${cwd}": expected it there, as when the sweep was planned; bring it there, or into a folder that all machines share`,
      );
    if (checksumOf(file) !== sum)
      refuse(
        `with the file "${file}", which has changed since: expected it as it was, restore it or begin anew in another folder`,
      );
  }
}

/**
 * Writes the record where there is none, and returns the one that stands there. Throws InputError (field `out`) where
 * the folder holds a sweep with other settings, naming the first that differs, or rows of an unknown one.
 */
export function keepRecord(folder: string, record: SweepRecord): SweepRecord {
  if (!hasSweep(folder)) {
    const [sheet] = sheetsIn(folder);
    if (sheet !== undefined)
      throw new InputError(
        'out',
        `${sheet} has rows of a sweep, and ${FILE} with its plan is not there: expected both; restore it, or choose another --out`,
      );
    // of two that begin at once one is the other's other sweep
    writeFirst(join(folder, FILE), fileOfRecord(record));
  }
  const kept = readRecord(folder, 'out');
  const { streams = record.streams } = kept;
  const difference = differenceOf({ ...kept, streams }, record);
  if (difference)
    throw new InputError(
      'out',
      `"${folder}" holds another sweep: ${difference.name} was ${difference.before} and is ${difference.now} now; expected the same settings to go on with it, choose another --out`,
    );
  return kept;
}

export const writeRecord = (folder: string, record: SweepRecord): void =>
  writeFileSafely(join(folder, FILE), fileOfRecord(record));

const fileOfRecord = (record: SweepRecord) => `${JSON.stringify(record, null, 2)}\n`;

/** Throws InputError (the field) where the folder has no sweep, DamagedFileError where its record is none. */
export function readRecord(folder: string, field: string): SweepRecord {
  const path = join(folder, FILE);
  const text = readable(field, path, (file) => readFileSync(file, 'utf8'));
  try {
    return whole.parse(JSON.parse(text));
  } catch {
    throw new DamagedFileError(
      `${path} is damaged, expected the JSON that sweep wrote: restore it, or move the folder away and begin again`,
    );
  }
}

/** The first setting that is another; null where the sweeps are the same. */
export function differenceOf(before: SweepRecord, now: SweepRecord) {
  const [old, given] = [before, now].map(settingsOf);
  const name = [...Object.keys(old), ...Object.keys(given)].find((key) => old[key] !== given[key]);
  if (name === undefined) return null;
  return { name, before: shown(old[name]), now: shown(given[name]) };
}

const shown = (text = 'not given') => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** What makes a sweep the same, by name. */
function settingsOf({
  version,
  streams,
  flags,
  files,
  grid,
  columns,
}: SweepRecord): Record<string, string> {
  const { axes, seed, seeds } = grid;
  const named = Object.fromEntries(axes.map(({ name, values }) => [`grid ${name}`, values]));
  const all = {
    version,
    ...(streams !== undefined && { streams }),
    ...flags,
    ...files,
    ...named,
    seed,
    seeds,
  };
  const order = { 'order of the grid': axes.map(({ name }) => name) };
  const fields = Object.fromEntries(columns.map(({ name }, k) => [`column ${k + 1}`, name]));
  return Object.fromEntries(
    Object.entries({ ...all, ...order, ...fields }).map(([name, given]) => [name, textOf(given)]),
  );
}

const textOf = (given: unknown) =>
  Array.isArray(given)
    ? given.join(',')
    : typeof given === 'string'
      ? given
      : JSON.stringify(given);
