/**
 * A matrix as a heat map with a legend: shades go to the largest value that is there, cells stay large enough to be
 * read (a wide one scrolls), and the pointer or the arrow keys read each out.
 */
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { compact } from '../format.ts';
import type { Page } from '../page.ts';

export interface Heat {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows][columns]; null where there is none. */
  readonly values: readonly (readonly (number | null)[])[];
  /** The value of the fullest shade; larger ones have it too. */
  readonly most: number;
  /** Whether values may be negative; those have a colour of their own. */
  readonly signed?: boolean;
  /** The row that stands out; none where null. */
  readonly chosen?: number | null;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface HeatHands {
  readonly label: string;
  /** What the shades mean, beside the legend. */
  readonly unit: string;
  /** Of one cell. */
  readonly told: (cell: Cell) => string;
  /** While no cell is pointed at. */
  readonly rest: () => string;
  readonly pick: (cell: Cell) => void;
  /** A click on a name; names are no buttons where these are absent. */
  readonly pickRow?: (row: number) => void;
  readonly pickColumn?: (column: number) => void;
}

export interface HeatMap {
  readonly element: HTMLElement;
  readonly readout: HTMLElement;
  show(heat: Heat): void;
}

/** px of a cell: no smaller than its name needs, no larger than looks well. */
const least = 13;
const largest = 38;
const letter = 6.4; // px of a character, roughly
const longest = 18; // characters of a name

/** The shade of a value, 0 … 1: by the square root, for small values are common and shall be seen. */
export const shadeOf = (value: number, most: number): number =>
  most > 0 ? Math.sqrt(Math.min(1, Math.abs(value) / most)) : 0;

export function createHeatMap(page: Page, hands: HeatHands): HeatMap {
  const readout = h('p', { class: 'readout', 'aria-live': 'polite' });
  const picture = svg('svg', { class: 'matrix' });
  const holder = h(
    'div',
    { class: 'matrix-holder', tabindex: 0, role: 'application', 'aria-label': hands.label },
    picture,
  );
  const legend = h('p', { class: 'heat-legend' });
  const element = h('div', { class: 'heat' }, holder, legend);
  let heat: Heat | null = null;
  let width = 0;
  let drawn = '';
  let cells: SVGRectElement[][] = [];
  let groups: Element[] = [];
  let shades: string[][] = [];
  let cursor: Cell | null = null;

  function read(cell: Cell | null): void {
    cells[cursor?.row ?? -1]?.[cursor?.column ?? -1]?.classList.remove('here');
    cursor = cell;
    cells[cell?.row ?? -1]?.[cell?.column ?? -1]?.classList.add('here');
    fill(readout, cell ? hands.told(cell) : hands.rest());
  }

  function draw(): void {
    if (!heat || width === 0) return;
    const { rows, columns, values, most, signed = false, chosen = null } = heat;
    const key = JSON.stringify([rows, columns, width]);
    if (key !== drawn) {
      drawn = key;
      cursor = null;
      cells = drawCells(picture, heat, width, hands, read);
      shades = cells.map(() => []);
      groups = cells.map(([first]) => first.parentElement as Element);
    }
    for (const [i, row] of cells.entries()) {
      groups[i].classList.toggle('dimmed', chosen !== null && chosen !== i);
      for (const [j, cell] of row.entries()) {
        const value = values[i][j];
        const shade =
          value === null ? 'none' : `${signed && value < 0}${shadeOf(value, most).toFixed(3)}`;
        if (shades[i][j] === shade) continue; // thousands of cells, of which a pointer changes none
        shades[i][j] = shade;
        setVariable(cell, '--weight', shadeOf(value ?? 0, most).toFixed(3));
        cell.classList.toggle('none', value === null);
        cell.classList.toggle('negative', signed && (value ?? 0) < 0);
      }
    }
    fill(legend, ...createLegend(page, most, signed, hands.unit));
    read(cursor);
  }

  holder.addEventListener('pointerleave', () => read(null));
  holder.addEventListener('blur', () => read(null));
  holder.addEventListener('keydown', (event) => {
    if (!heat) return;
    if (event.key === 'Enter' && cursor) return hands.pick(cursor);
    const moved = moveCursor(event.key, cursor, heat.rows.length, heat.columns.length);
    if (!moved) return;
    event.preventDefault();
    event.stopPropagation();
    read(moved);
  });
  new ResizeObserver(() => {
    width = holder.clientWidth; // read where it changes: reading it forces a layout
    draw();
  }).observe(holder);

  return {
    element,
    readout,
    show(now) {
      heat = now;
      draw();
    },
  };
}

/** The cell that an arrow key leads to among rows × columns; null for another key. */
export function moveCursor(
  key: string,
  cursor: Cell | null,
  rows: number,
  columns: number,
): Cell | null {
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[key];
  if (!step) return null;
  if (!cursor) return { row: 0, column: 0 };
  const bounded = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));
  return {
    row: bounded(cursor.row + step[0], rows),
    column: bounded(cursor.column + step[1], columns),
  };
}

const short = (name: string) => (name.length > longest ? `${name.slice(0, longest - 1)}…` : name);

/** Names left and above, then the cells [row][column], in px. */
function drawCells(
  picture: SVGSVGElement,
  { rows, columns }: Heat,
  width: number,
  { pick, pickRow, pickColumn }: HeatHands,
  read: (cell: Cell) => void,
): SVGRectElement[][] {
  const room = (names: readonly string[]) =>
    Math.max(...names.map((name) => short(name).length)) * letter + 10;
  const [left, top] = [room(rows), room(columns)];
  const side = Math.max(least, Math.min(largest, (width - left - 2) / columns.length));
  const [across, down] = [left + columns.length * side, top + rows.length * side];
  for (const [name, value] of Object.entries({ width: across + 2, height: down + 2 }))
    setAttribute(picture, name, value.toFixed(0));
  const font = Math.min(12.5, side - 1);
  setVariable(picture, '--font', `${font}px`);
  const named = (name: string, attributes: Record<string, string | number>, click?: () => void) =>
    svg(
      'text',
      {
        class: click ? 'matrix-name pinned' : 'matrix-name',
        ...attributes,
        ...(click && { click }),
      },
      short(name),
      svg('title', {}, name),
    );
  const names = [
    ...rows.map((name, i) =>
      named(
        name,
        { x: left - 6, y: top + (i + 0.5) * side + font * 0.35, 'text-anchor': 'end' },
        pickRow && (() => pickRow(i)),
      ),
    ),
    ...columns.map((name, j) => {
      const x = left + (j + 0.5) * side + font * 0.35;
      const turned = { transform: `translate(${x} ${top - 6}) rotate(-90)` };
      return named(name, turned, pickColumn && (() => pickColumn(j)));
    }),
  ];
  const gap = side > 20 ? 1 : 0.5;
  const cells = rows.map((_, row) =>
    columns.map((_, column) =>
      svg('rect', {
        class: 'cell',
        x: left + column * side + gap,
        y: top + row * side + gap,
        width: side - 2 * gap,
        height: side - 2 * gap,
        rx: side > 20 ? 4 : 1.5,
        pointerenter: () => read({ row, column }),
        click: () => pick({ row, column }),
      }),
    ),
  );
  fill(picture, ...names, ...cells.map((row) => svg('g', { class: 'cells' }, ...row)));
  return cells;
}

/** The scale of the shades, in as many steps as a gradient needs to be the square root. */
function createLegend(page: Page, most: number, signed: boolean, unit: string): (Node | string)[] {
  const number = (value: number) => compact(value, page.state.get().language);
  const bar = h('span', { class: signed ? 'heat-bar signed' : 'heat-bar', 'aria-hidden': 'true' });
  const ends = signed ? [number(-most), number(most)] : [number(0), number(most)];
  return [
    h('span', {}, ends[0]),
    bar,
    h('span', {}, ends[1]),
    h('span', { class: 'heat-unit' }, unit),
  ];
}
