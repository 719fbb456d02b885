/** Tables as CSV (RFC 4180, but lines end in a plain newline). Reading files is the hosts'. */

export type Cell = string | number | null | undefined;

/** A header line and one line a row; null and undefined are empty cells. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map(csvLine).join('');
}

/** One row with its newline, for tables that grow. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\n`;

function cell(value: Cell): string {
  if (typeof value === 'number') return String(value); // needs no quotes
  const text = value ?? '';
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
