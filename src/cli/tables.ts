/** What was read of the tables that a command was given, for the terminal. Reading them: host/tables. */
import type { TableAccount } from '../host/tables.ts';
import { counted } from '../numerics/counted.ts';
import { printable } from '../numerics/printable.ts';

/** A line each on standard error: rows, columns, and what was not obvious. With --json the document has it. */
export function sayTables(accounts: readonly TableAccount[], { json }: { json?: boolean }): void {
  if (json) return;
  for (const account of accounts) process.stderr.write(`${printable(lineOf(account))}\n`);
}

function lineOf({ file, rows, columns, header, notes }: TableAccount): string {
  const names = header ? ` (${header.join(', ')})` : '';
  const size = `${counted(rows, 'row')}, ${counted(columns, 'column')}${names}`;
  return `${file}: ${[size, ...notes].join('; ')}`;
}

/** As a document has them; nothing where there are none. */
export const tablesRecord = (tables: readonly TableAccount[]) =>
  tables.length === 0 ? {} : { tables };
