/** Lists of cells as text, such as 0-99,105,107-110. */
import { counted } from '../../numerics/counted.ts';
import { InputError } from '../../numerics/errors.ts';

/** First and last of each stretch of numbers that rise by one. */
function* stretchesOf(cells: Iterable<number>): Generator<[number, number], void> {
  let stretch: [number, number] | null = null;
  for (const cell of cells) {
    if (stretch && cell === stretch[1] + 1) stretch[1] = cell;
    else {
      if (stretch) yield stretch;
      stretch = [cell, cell];
    }
  }
  if (stretch) yield stretch;
}

const textOf = ([first, last]: readonly [number, number]) =>
  first === last ? `${first}` : `${first}-${last}`;

/** Of cells that rise: 0-99,105,107-110. */
export const rangesText = (cells: Iterable<number>): string =>
  [...stretchesOf(cells)].map(textOf).join(',');

/** Most ranges that a message has. */
const MOST_NAMED = 12;

/** The same for a message: the first ones, and how many are left out. */
export function rangesNamed(cells: Iterable<number>): string {
  const all = [...stretchesOf(cells)];
  const more = all.length - MOST_NAMED;
  const named = all.slice(0, MOST_NAMED).map(textOf).join(', ');
  return more > 0 ? `${named} and ${counted(more, 'range')} more` : named;
}

/** The cells of such a text, below `count`, each once. Throws InputError (field `cells`). */
export function readRanges(text: string, count: number): number[] {
  const cells: number[] = [];
  for (const part of text.trim().split(',')) {
    const [, from, to = from] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (!(first <= last && last < count))
      throw new InputError(
        'cells',
        `option cells has "${part}": expected cells from 0 to ${count - 1} as 0-99,105, correct it`,
      );
    for (let cell = first; cell <= last; cell++) cells.push(cell);
  }
  return [...new Set(cells)];
}
