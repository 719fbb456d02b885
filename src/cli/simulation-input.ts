/** What `simulate` reads from files and models before it begins: positions, matrices, dynamics of one's own. */
import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineDynamics } from '../dynamics/define.ts';
import type { Dynamics } from '../dynamics/dynamics.ts';
import { examineDynamics } from '../flow/examine.ts';
import { readNumbers } from '../host/csv.ts';
import { readNpy } from '../host/npy.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, toRows } from '../numerics/matrix.ts';

/** Rows of numbers from .npy [n, d] or a table of text. Throws InputError(field). */
export function readPositions(path: string, field = 'init'): Matrix | number[][] {
  if (extname(path) !== '.npy') return readNumbers(path, field);
  const { shape, data } = readNpy(path, field);
  if (shape.length !== 2)
    throw new InputError(
      field,
      `${path} has the shape (${shape.join(', ')}), expected rows of numbers (n, d): save array.reshape(n, d)`,
    );
  return matrix(shape[0], shape[1], Float64Array.from(data));
}

/** Parameters whose text is the path of a table become its rows. */
export function readTables(parameters: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' && isTable(value) ? rowsOf(value, name) : value,
    ]),
  );
}

/** `identity`, `ginibre:7` and the like are no files, whatever lies in the folder. */
const isTable = (text: string) => /\.(npy|csv|tsv|txt)$/.test(text);

function rowsOf(path: string, field: string): number[][] {
  const table = readPositions(path, field);
  return 'data' in table ? toRows(table) : table;
}

/** Whether dynamics are named by the file that defines them. */
export const isModule = (name: string) => /\.[cm]?js$/.test(name);

/**
 * The entry that a module exports by default, as `defineDynamics` takes it. Throws InputError (field `dynamics`)
 * where there is no such file, it does not run, or exports something else, and for a velocity that is none. Its
 * promises are held against every run, at the parameters of that.
 */
export async function loadDynamics(path: string): Promise<Dynamics> {
  if (!existsSync(path))
    throw new InputError(
      'dynamics',
      `cannot read "${path}": there is no such file, expected a module that exports dynamics: check the path`,
    );
  const definition = await imported(path);
  if (typeof definition !== 'object' || definition === null)
    throw new InputError(
      'dynamics',
      `"${path}" has no default export that is an object: expected export default { name, velocity, … }, add it`,
    );
  const entry = defineDynamics(definition as Parameters<typeof defineDynamics>[0]);
  examineDynamics(entry);
  return entry;
}

async function imported(path: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)).default;
  } catch (error) {
    throw new InputError(
      'dynamics',
      `"${path}" does not run (${error instanceof Error ? error.message : error}): correct it there`,
    );
  }
}
