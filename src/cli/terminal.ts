/** How results look in a terminal: columns, bars, percentages, colour where there is a screen for it. */
import { styleText } from 'node:util';

export interface Screen {
  /** Characters in a line. */
  readonly width: number;
  readonly colour: boolean;
}

/** The screen behind standard output; 80 plain columns when there is none. */
export function standardScreen(): Screen {
  const { isTTY, columns } = process.stdout;
  const { NO_COLOR, TERM } = process.env;
  return { width: columns || 80, colour: Boolean(isTTY) && !NO_COLOR && TERM !== 'dumb' };
}

export const dim = ({ colour }: Screen, text: string) => (colour ? styleText('dim', text) : text);
export const bold = ({ colour }: Screen, text: string) => (colour ? styleText('bold', text) : text);
const tint = ({ colour }: Screen, text: string) => (colour ? styleText('cyan', text) : text);

/** Eighths of a block, so that a bar ends between characters. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A horizontal bar that fills `share` (0 … 1) of `width` characters, padded to it. */
export function bar(screen: Screen, share: number, width: number): string {
  const eighths = Math.round(8 * width * Math.min(1, Math.max(0, share)));
  const text = '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
  return tint(screen, text) + ' '.repeat(width - text.length);
}

/** A probability as a percentage of two decimals; one that would look like none is said to be small. */
export function percent(probability: number): string {
  const small = probability > 0 && probability < 5e-5;
  return small ? '< 0.01 %' : `${(100 * probability).toFixed(2)} %`;
}

/** Rows as columns, numbers to the right; the first row is the header. */
export function table(screen: Screen, rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const line = (row: readonly string[]) =>
    row
      .map((text, c) =>
        /^[-−\d]/.test(rows.at(-1)?.[c] ?? '') ? text.padStart(widths[c]) : text.padEnd(widths[c]),
      )
      .join('  ')
      .trimEnd();
  return rows.map((row, r) => (r === 0 ? dim(screen, line(row)) : line(row)));
}

/** What a reader must know, each note once, with the names that it is about. */
export function noteLines(screen: Screen, notes: Readonly<Record<string, string>>): string[] {
  const names = new Map<string, string[]>();
  for (const [name, text] of Object.entries(notes))
    names.set(text, [...(names.get(text) ?? []), name]);
  const lines = [...names].map(([text, about]) => `  ${about.join(', ')}: ${text}`);
  return lines.length === 0 ? [] : ['', dim(screen, 'notes'), ...lines];
}

/** On standard error: what a result must not be read without. */
export function printWarning(text: string): void {
  process.stderr.write(`schmetterling: warning: ${text}\n`);
}

/** One JSON document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
