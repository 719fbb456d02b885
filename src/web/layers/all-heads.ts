/** Small multiples: the attention of every head in every layer at once; a click goes to both. */
import type { Trace } from '../api.ts';
import { colour } from '../colours.ts';
import { fill, h } from '../dom.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';
import { goToFrame, tokenName } from '../page.ts';
import { type Cell, moveCursor, shadeOf } from './heat-map.ts';
import type { Panel } from './panel.ts';
import { layersWordsOf } from './words.ts';

const gap = 5;
const left = 30;
const top = 18;
const largest = 64;
const smallest = 26;

export function createAllHeads(page: Page): Panel {
  const words = layersWordsOf(page.state.get().language).multiples;
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const holder = h(
    'div',
    { class: 'multiples', tabindex: 0, role: 'application', 'aria-label': words.title },
    canvas,
  );
  const readout = h('p', { class: 'readout', 'aria-live': 'polite' });
  const element = h(
    'section',
    { class: 'card multiples-card' },
    h('h2', {}, words.title),
    h('p', { class: 'hint' }, words.hint),
    holder,
    readout,
  );
  let latest: { trace: Trace; layer: number } | null = null;
  let side = smallest;
  let width = 0;
  let cursor: Cell | null = null;
  let drawn: readonly unknown[] = [];

  function draw(): void {
    if (!latest || width === 0) return;
    const { trace, layer } = latest;
    const { attentions } = trace;
    const { head, theme } = page.state.get();
    const now = [trace, layer, head, theme, width, cursor];
    if (now.every((one, i) => one === drawn[i])) return;
    drawn = now;
    const count = attentions[0]?.length ?? 0;
    side = Math.max(smallest, Math.min(largest, (width - left) / count - gap));
    paint(canvas, trace, side, { step: Math.max(0, layer - 1), head }, cursor);
    fill(readout, cursor ? tell(page, trace, cursor) : words.rest);
  }

  const at = (event: MouseEvent): Cell | null => {
    const box = canvas.getBoundingClientRect();
    const place = {
      row: Math.floor((event.clientY - box.top - top) / (side + gap)),
      column: Math.floor((event.clientX - box.left - left) / (side + gap)),
    };
    return latest?.trace.attentions[place.row]?.[place.column] ? place : null;
  };
  const move = (to: Cell | null) => {
    if (to?.row === cursor?.row && to?.column === cursor?.column) return;
    cursor = to;
    draw();
  };
  const go = ({ row, column }: Cell) => {
    page.state.set({ head: column });
    goToFrame(page, row + 1);
  };
  canvas.addEventListener('pointermove', (event) => move(at(event)));
  holder.addEventListener('pointerleave', () => move(null));
  holder.addEventListener('blur', () => move(null));
  canvas.addEventListener('click', (event) => {
    const place = at(event);
    if (place) go(place);
  });
  holder.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && cursor) return go(cursor);
    const { attentions = [] } = latest?.trace ?? {};
    const moved = moveCursor(event.key, cursor, attentions.length, attentions[0]?.length ?? 0);
    if (!moved) return;
    event.preventDefault();
    event.stopPropagation();
    move(moved);
  });
  new ResizeObserver(() => {
    width = holder.clientWidth;
    draw();
  }).observe(holder);

  return {
    element,
    show(trace, layer) {
      element.hidden = (trace.attentions[0]?.length ?? 0) === 0;
      if (latest?.trace !== trace) cursor = null;
      latest = { trace, layer };
      draw();
    },
  };
}

/** "Layer 3, head 5: ist looks at Lieblings most, 0.98." */
function tell(page: Page, trace: Trace, { row: step, column: head }: Cell): string {
  const { multiples } = layersWordsOf(page.state.get().language);
  const rows = trace.attentions[step][head];
  let best = { query: 0, key: 0, weight: 0 };
  for (const [query, row] of rows.entries())
    for (const [key, weight] of row.entries())
      if (query !== key && weight > best.weight) best = { query, key, weight };
  const name = (i: number) => tokenName(trace, i, page.words);
  const weight = decimal(best.weight, page.state.get().language, 2);
  return multiples.told(trace.layers[step + 1], head + 1, name(best.query), name(best.key), weight);
}

function paint(
  canvas: HTMLCanvasElement,
  { attentions, layers }: Trace,
  side: number,
  chosen: { readonly step: number; readonly head: number | null },
  cursor: Cell | null,
): void {
  const pitch = side + gap;
  const [width, height] = [left + attentions[0].length * pitch, top + attentions.length * pitch];
  const scale = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  const [ink, sunk, wing, spark] = ['--ink-2', '--sunk', '--wing', '--spark-bright'].map(colour);
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  context.fillStyle = ink;
  context.textAlign = 'center';
  for (const head of attentions[0].keys())
    context.fillText(String(head + 1), left + head * pitch + side / 2, 12);
  for (const [step, heads] of attentions.entries()) {
    const y = top + step * pitch;
    context.fillStyle = ink;
    context.textAlign = 'right';
    context.fillText(String(layers[step + 1]), left - 8, y + side / 2 + 4);
    for (const [head, rows] of heads.entries()) {
      const x = left + head * pitch;
      context.fillStyle = sunk;
      context.fillRect(x, y, side, side);
      context.fillStyle = wing;
      const cell = side / rows.length;
      for (const [i, row] of rows.entries())
        for (const [j, weight] of row.entries()) {
          context.globalAlpha = shadeOf(weight, 1);
          context.fillRect(x + j * cell, y + i * cell, cell, cell);
        }
      context.globalAlpha = 1;
      const here = cursor?.row === step && cursor.column === head;
      if (!here && (chosen.step !== step || (chosen.head !== null && chosen.head !== head)))
        continue;
      context.strokeStyle = here ? spark : ink;
      context.lineWidth = here || chosen.head === head ? 2.5 : 1;
      context.strokeRect(x - 1, y - 1, side + 2, side + 2);
    }
  }
}
