/** What `simulate` reads from files and models before it begins: positions, matrices, dynamics of one's own. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineDiagnostic } from '../../diagnostics/define.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { defineDynamics } from '../../dynamics/define.ts';
import type { Dynamics } from '../../dynamics/dynamics.ts';
import { examineDynamics } from '../../flow/examine.ts';
import { readTable, type TableAccount } from '../../host/tables.ts';
import { InputError } from '../../numerics/errors.ts';
import { toRows } from '../../numerics/matrix.ts';

/** Parameters whose text is the path of a table become its rows; what was read is put into `accounts`. */
export function readMatrices(
  parameters: Readonly<Record<string, unknown>>,
  accounts: TableAccount[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' && isTable(value) ? rowsOf(value, name, accounts) : value,
    ]),
  );
}

/** `identity`, `ginibre:7` and the like are no files, whatever lies in the folder. */
const isTable = (text: string) => /\.(npy|csv|tsv|txt)$/.test(text);

/** A matrix has no more rows than columns. */
function rowsOf(path: string, field: string, accounts: TableAccount[]): number[][] {
  const { values, account } = readTable(path, field, { several: (rows) => rows > 1 });
  accounts.push(account);
  return toRows(values);
}

/** Whether a name is that of a file that defines dynamics or diagnostics. */
export const isModule = (name: string) => /\.[cm]?js$/.test(name);

/**
 * The entry that a module exports by default, as `defineDynamics` takes it. Throws InputError (field `dynamics`)
 * where there is no such file, it does not run, or exports something else, and for a velocity that is none. Its
 * promises are held against every run, at the parameters of that.
 */
export async function loadDynamics(path: string): Promise<Dynamics> {
  const definition = await exported(path, 'dynamics', '{ name, velocity, … }');
  const entry = defineDynamics(definition as Parameters<typeof defineDynamics>[0]);
  examineDynamics(entry);
  return entry;
}

/** The same for a diagnostic, as `defineDiagnostic` takes it (field `diagnostics`). */
export async function loadDiagnostic(path: string): Promise<Diagnostic> {
  const definition = await exported(path, 'diagnostics', '{ name, measure }');
  return defineDiagnostic(definition as Parameters<typeof defineDiagnostic>[0]);
}

async function exported(path: string, field: string, form: string): Promise<object> {
  if (!existsSync(path))
    throw new InputError(
      field,
      `cannot read "${path}": there is no such file, expected a module that exports ${field}: check the path`,
    );
  const definition = await imported(path, field);
  if (typeof definition === 'object' && definition !== null) return definition;
  throw new InputError(
    field,
    `"${path}" has no default export that is an object: expected export default ${form}, add it`,
  );
}

async function imported(path: string, field: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)).default;
  } catch (error) {
    throw new InputError(
      field,
      `"${path}" does not run (${error instanceof Error ? error.message : error}): correct it there`,
    );
  }
}
