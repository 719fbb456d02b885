/** A matrix over the particles as a heat map, whose cells the pointer or the arrow keys read out. */
import type { Trace } from '../api.ts';
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import type { Page } from '../page.ts';
import { pinToken, selectedToken, tokenName } from '../page.ts';
import { shade } from './heads.ts';

interface Cell {
  readonly query: number;
  readonly key: number;
}

/** What a matrix says. */
export interface Matrix {
  readonly label: string;
  /** Of one cell. */
  readonly cell: (row: string, column: string, value: number) => string;
  /** While no cell is pointed at. */
  readonly rest: (names: string[], values: number[][]) => string;
}

/** The heat map: an SVG of n × n cells that the pointer or the arrow keys read out. */
export function createMatrix(page: Page, { label, cell: cellText, rest }: Matrix) {
  const readout = h('p', { class: 'readout', 'aria-live': 'polite' });
  const picture = svg('svg', { class: 'matrix' });
  const element = h(
    'div',
    {
      class: 'matrix-holder',
      tabindex: 0,
      role: 'application',
      'aria-label': label,
    },
    picture,
  );
  let cells: SVGRectElement[][] = [];
  let names: string[] = [];
  let values: number[][] = [];
  let cursor: Cell | null = null;

  function read(cell: Cell | null): void {
    cursor = cell;
    markCells();
    fill(readout, cell ? told(cell) : rest(names, values));
  }

  const told = ({ query, key }: Cell) => cellText(names[query], names[key], values[query][key]);

  function markCells(): void {
    const chosen = selectedToken(page);
    for (const [i, row] of cells.entries())
      for (const [j, cell] of row.entries()) {
        const here = cursor?.query === i && cursor.key === j;
        cell.classList.toggle('here', here);
        cell.classList.toggle('dimmed', !here && chosen !== null && chosen !== i);
      }
  }

  element.addEventListener('pointerleave', () => read(null));
  element.addEventListener('blur', () => read(null));
  element.addEventListener('keydown', (event) => {
    const moved = moveCursor(event.key, cursor, names.length);
    if (!moved) return;
    event.preventDefault();
    event.stopPropagation();
    read(moved);
  });

  return {
    element,
    readout,
    show(trace: Trace, now: number[][]) {
      const labels = now.map((_, i) => tokenName(trace, i, page.words));
      values = now;
      if (labels.join('\n') !== names.join('\n')) {
        names = labels;
        cursor = null;
        cells = drawMatrix(page, picture, names, read);
      }
      for (const [i, row] of cells.entries())
        for (const [j, cell] of row.entries()) {
          setVariable(cell, '--weight', shade(Math.abs(now[i][j])).toFixed(3));
          cell.classList.toggle('negative', now[i][j] < 0);
        }
      read(cursor);
    },
  };
}

function moveCursor(key: string, cursor: Cell | null, count: number): Cell | null {
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[key];
  if (!step) return null;
  if (!cursor) return { query: 0, key: 0 };
  const bounded = (value: number) => Math.max(0, Math.min(count - 1, value));
  return { query: bounded(cursor.query + step[0]), key: bounded(cursor.key + step[1]) };
}

/** Draws rows, columns and cells in units of one cell = 10; returns the cells [query][key]. */
function drawMatrix(
  page: Page,
  picture: SVGSVGElement,
  names: string[],
  read: (cell: Cell | null) => void,
): SVGRectElement[][] {
  const cell = 10;
  const font = Math.min(4.6, 1.8 + names.length * 0.22);
  const room = Math.max(...names.map(({ length }) => length)) * font * 0.58 + 4;
  const size = room + names.length * cell;
  setAttribute(picture, 'viewBox', `0 0 ${size + 1} ${size + 1}`);
  setVariable(picture, '--font', `${font}px`);
  const labels = names.flatMap((name, i) => {
    const at = room + (i + 0.5) * cell;
    const pin = () => pinToken(page, i);
    const middle = at + font * 0.35;
    const shared = { class: 'matrix-name', click: pin };
    const above = `translate(${middle} ${room - 2}) rotate(-90)`;
    return [
      svg('text', { ...shared, x: room - 2, y: middle, 'text-anchor': 'end' }, name),
      svg('text', { ...shared, transform: above }, name),
    ];
  });
  const cells = names.map((_, query) =>
    names.map((_, key) =>
      svg('rect', {
        class: 'cell',
        x: room + key * cell + 0.3,
        y: room + query * cell + 0.3,
        width: cell - 0.6,
        height: cell - 0.6,
        rx: 1.2,
        pointerenter: () => read({ query, key }),
        click: () => pinToken(page, query),
      }),
    ),
  );
  fill(picture, ...labels, ...cells.flat());
  return cells;
}
