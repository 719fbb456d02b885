/** The attention matrix of one step, per head or on average; rows look, columns are looked at. */
import type { Trace } from '../api.ts';
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';
import { pinToken, selectedToken, tokenName } from '../page.ts';
import { createHeads, shade } from './heads.ts';
import type { Panel } from './panel.ts';

interface Cell {
  readonly query: number;
  readonly key: number;
}

export function createAttention(page: Page): Panel {
  const { words } = page;
  const step = h('p', { class: 'hint' });
  const heads = createHeads(page);
  const readout = h('p', { class: 'readout', 'aria-live': 'polite' });
  const table = createMatrix(page, readout);
  const body = h('div', {}, heads.element, table.element, readout);
  return {
    element: h('section', { class: 'card attention' }, h('h2', {}, words.attention), step, body),
    show(trace, layer) {
      const from = Math.max(0, layer - 1); // the step that led here; from the input the first
      const all = trace.attentions[from] ?? [];
      body.hidden = all.length === 0;
      if (body.hidden) return fill(step, words.attentionNone);
      const { layers } = trace;
      fill(step, words.attentionStep(layers[from], layers[from + 1]));
      table.show(trace, heads.show(all));
    },
  };
}

/** The heat map: an SVG of n × n cells that the pointer or the arrow keys read out. */
function createMatrix(page: Page, readout: HTMLElement) {
  const picture = svg('svg', { class: 'matrix' });
  const element = h(
    'div',
    {
      class: 'matrix-holder',
      tabindex: 0,
      role: 'application',
      'aria-label': page.words.attentionLabel,
    },
    picture,
  );
  let cells: SVGRectElement[][] = [];
  let names: string[] = [];
  let weights: number[][] = [];
  let cursor: Cell | null = null;

  function read(cell: Cell | null): void {
    cursor = cell;
    markCells();
    fill(readout, cell ? cellText(cell) : restText());
  }

  function cellText({ query, key }: Cell): string {
    const value = decimal(weights[query][key], page.state.get().language, 4);
    return page.words.attentionCell(names[query], names[key], value);
  }

  function restText(): string {
    const query = selectedToken(page);
    if (query === null || !weights[query]) return page.words.attentionIdle;
    return page.words.attentionMost(names[query], strongest(page, weights[query], names));
  }

  function markCells(): void {
    const chosen = selectedToken(page);
    for (const [i, row] of cells.entries())
      for (const [j, cell] of row.entries()) {
        const here = cursor?.query === i && cursor.key === j;
        setAttribute(
          cell,
          'class',
          here ? 'cell here' : chosen === null || chosen === i ? 'cell' : 'cell dimmed',
        );
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
    show(trace: Trace, now: number[][]) {
      const labels = now.map((_, i) => tokenName(trace, i, page.words));
      weights = now;
      if (labels.join('\n') !== names.join('\n')) {
        names = labels;
        cursor = null;
        cells = drawMatrix(page, picture, names, read);
      }
      for (const [i, row] of cells.entries())
        for (const [j, cell] of row.entries())
          setVariable(cell, '--weight', shade(now[i][j]).toFixed(3));
      read(cursor);
    },
  };
}

function strongest(page: Page, row: number[], names: string[]): string {
  const { language } = page.state.get();
  const order = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 3);
  return order.map((key) => `${names[key]} (${decimal(row[key], language, 2)})`).join(', ');
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
