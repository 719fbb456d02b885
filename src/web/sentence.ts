/** Words and blanks of the sentence in the box, as it was typed. */
import { BLANK } from '../language/blank.ts';

export interface Piece {
  readonly kind: 'word' | 'blank' | 'other';
  readonly text: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’_-][\p{L}\p{M}\p{N}]+)*/u;
const pattern = new RegExp(`${BLANK.source}|${WORD.source}`, 'gu');

/** The text cut into words, blanks (`__`, `_`, `[MASK]`) and what lies between; nothing is lost. */
export function pieces(text: string): Piece[] {
  const cut: Piece[] = [];
  let from = 0;
  const add = (kind: Piece['kind'], start: number, end: number) => {
    if (end > start) cut.push({ kind, text: text.slice(start, end), start, end });
  };
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    add('other', from, match.index);
    add(/^(_+|\[MASK\])$/.test(match[0]) ? 'blank' : 'word', match.index, end);
    from = end;
  }
  add('other', from, text.length);
  return cut;
}

/** The blanks of a text, in order. */
export function blanks(text: string): Piece[] {
  return pieces(text).filter((piece) => piece.kind === 'blank');
}

/** Whether the only blank stands at the very end, where the causal coupling is possible too. */
export function endsInBlank(text: string): boolean {
  const found = blanks(text);
  return found.length === 1 && found[0].end === text.trimEnd().length;
}

/** Makes `word` the blank; a blank elsewhere is filled with `filling`, or goes if there is none. */
export function moveBlank(text: string, word: Piece, filling: string): string {
  return pieces(text)
    .map((piece) => {
      if (piece.start === word.start) return '__';
      return piece.kind === 'blank' ? filling : piece.text;
    })
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** The text with a blank behind its last word, before a final full stop if there is one. */
export function appendBlank(text: string): string {
  const bare = text.trimEnd().replace(/[.!?…]+$/, '');
  return `${bare.trimEnd()} __`.trimStart();
}

/** The candidates in a line separated by commas or semicolons, each once. */
export function splitTargets(line: string): string[] {
  const parts = line.split(/[,;\n]/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}
