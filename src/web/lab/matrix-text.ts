/** Matrix parameters as a line of text: the forms of the command line, and rows as JSON. */
import type { MatrixValue } from '../../dynamics/dynamics.ts';

/** "identity", "2.5", "diagonal:1,-0.5", "ginibre:7", "[[1,0],[0,1]]"; no catalogue scales an ensemble. */
export function matrixText(value: MatrixValue): string {
  if (value === 'identity') return value;
  if ('scalar' in value) return String(value.scalar);
  if ('diagonal' in value) return `diagonal:${value.diagonal.join(',')}`;
  if ('rows' in value) return JSON.stringify(value.rows);
  return `${value.ensemble}:${value.seed}`;
}

/** What the library takes for such text; text that is neither is left for it to judge. */
export const matrixOption = (text: string): unknown => matrixRows(text) ?? text.trim();

/** Rows, which only a file brings to the command line; null for the other forms. */
export function matrixRows(text: string): number[][] | null {
  if (!text.trim().startsWith('[')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
