/** Whom one particle listens to: a row a particle with its share, and an arrow from it to the listener. */
import type { Trace } from '../api.ts';
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { percent } from '../format.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { pinToken, tokenName } from '../page.ts';
import { spokenOf } from './context.ts';
import type { LearnWords } from './words.ts';

/** Height of a row, as in learn.css, and width of the column of arrows, px. */
const rowHeight = 36;
const reach = 88;

export interface Arrows {
  readonly element: HTMLElement;
  /** Shows weights n × n. */
  show(trace: Trace, weights: number[][]): void;
}

export function createArrows(page: Page, words: LearnWords): Arrows {
  const title = h('h3', {});
  const picture = svg('svg', { class: 'arrows', 'aria-hidden': 'true' });
  const list = h('ul', { class: 'attended' });
  let names = '';
  let rows: ReturnType<typeof createRow>[] = [];
  return {
    element: h(
      'div',
      { class: 'listening' },
      title,
      h('div', { class: 'attended-rows' }, picture, controlsOf(page, 'token', list)),
    ),
    show(trace, weights) {
      const now = trace.tokens.map((_, i) => tokenName(trace, i, page.words));
      if (now.join('\n') !== names) {
        names = now.join('\n');
        rows = now.map((name, i) => createRow(page, name, i));
        fill(list, ...rows.map(({ element }) => element));
      }
      const listener = spokenOf(page, trace);
      const shares = weights[listener] ?? [];
      fill(title, words.tokens.listener(now[listener]));
      for (const [i, row] of rows.entries()) showRow(page, row, shares[i] ?? 0, i === listener);
      drawArrows(picture, shares, listener);
    },
  };
}

function createRow(page: Page, name: string, index: number) {
  const share = h('span', { class: 'attended-share' });
  const track = h('span', { class: 'bar-track', 'aria-hidden': 'true' }, h('span', {}));
  const button = h(
    'button',
    { type: 'button', class: 'attended-row', click: () => pinToken(page, index) },
    h('span', { class: 'attended-name' }, name),
    ' ',
    track,
    share,
  );
  return { element: h('li', {}, button), button, share, track };
}

function showRow(
  page: Page,
  { button, share, track }: ReturnType<typeof createRow>,
  value: number,
  listening: boolean,
): void {
  const shown = percent(value, page.state.get().language);
  button.classList.toggle('selected', listening);
  setAttribute(button, 'aria-pressed', String(listening));
  setVariable(track, '--share', String(value));
  fill(share, shown);
}

/** Curves beside the rows, each as wide as its share, but from the listener itself. */
function drawArrows(picture: SVGSVGElement, shares: readonly number[], listener: number): void {
  const height = shares.length * rowHeight;
  setAttribute(picture, 'viewBox', `0 0 ${reach} ${height}`);
  setAttribute(picture, 'height', height);
  setAttribute(picture, 'width', reach);
  const to = (listener + 0.5) * rowHeight;
  const curves = shares.flatMap((share, i) => {
    if (i === listener || share < 0.002) return [];
    const from = (i + 0.5) * rowHeight;
    const bend = reach - 12 - Math.min(reach - 16, 14 + Math.abs(to - from) * 0.42);
    const d = `M${reach} ${from}C${bend} ${from} ${bend} ${to} ${reach - 14} ${to}`;
    const curve = svg('path', { class: 'arrow', d, 'stroke-width': 1 + 11 * share });
    setVariable(curve, '--share', String(0.25 + 0.75 * Math.sqrt(share)));
    return [curve];
  });
  const head = svg('path', {
    class: 'arrow-head',
    d: `M${reach - 14} ${to - 7}L${reach - 1} ${to}L${reach - 14} ${to + 7}Z`,
  });
  fill(picture, ...curves, shares.length > 0 && head);
}
