/** Matrix parameters from a line of text, and rows for the editor. Such text from a matrix: dynamics/matrices.ts. */

/** What the library takes for such text; text that is neither is left for it to judge. */
export const matrixOption = (text: string): unknown => matrixRows(text) ?? text.trim();

/** Rows; null for the other forms. */
export function matrixRows(text: string): number[][] | null {
  if (!text.trim().startsWith('[')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
