/** Tables as CSV (RFC 4180, but lines end in a plain newline). Written only. */

export type Cell = string | number | null | undefined;

/** A header line and one line a row; null and undefined are empty cells. */
export function toCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}

function cell(value: Cell): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
