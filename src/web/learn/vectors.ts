/** The numbers of every particle at the input as a strip of colours: blue above zero, orange below. */
import type { Trace } from '../api.ts';
import { colour } from '../colours.ts';
import { fill, h, setAttribute } from '../dom.ts';
import type { Panel } from '../layers/panel.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { pinToken, tokenName } from '../page.ts';
import { spokenOf } from './context.ts';
import type { LearnWords } from './words.ts';

export function createVectors(page: Page, words: LearnWords): Panel {
  const list = h('ul', { class: 'vectors', 'aria-label': words.tokens.vectors });
  let drawn: Trace | null = null;
  let theme = '';
  let rows: HTMLButtonElement[] = [];
  return {
    element: controlsOf(page, 'token', list),
    show(trace) {
      const now = colour('--wing');
      if (trace !== drawn || now !== theme) {
        drawn = trace;
        theme = now;
        rows = trace.tokens.map((_, i) => createRow(page, words, trace, i));
        fill(list, ...rows.map((row) => h('li', {}, row)));
      }
      const spoken = spokenOf(page, trace);
      for (const [i, row] of rows.entries()) {
        row.classList.toggle('selected', i === spoken);
        setAttribute(row, 'aria-pressed', String(page.state.get().token === i));
      }
    },
  };
}

function createRow(page: Page, words: LearnWords, trace: Trace, i: number): HTMLButtonElement {
  const values = trace.hidden_states[0][i];
  const name = tokenName(trace, i, page.words);
  const strip = h('canvas', { width: values.length, height: 1, 'aria-hidden': 'true' });
  paint(strip, values, strongest(trace));
  return h(
    'button',
    {
      type: 'button',
      class: 'vector',
      'aria-label': words.tokens.vector(name, values.length),
      click: () => pinToken(page, i),
      pointerenter: () => page.hover.set({ token: i }),
      pointerleave: () => page.hover.set({ token: null }),
    },
    h('span', {}, name),
    strip,
  );
}

/** The largest size of a number, at which a colour is full. */
function strongest({ hidden_states }: Trace): number {
  return hidden_states[0].flat().reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
}

/** A pixel a number; CSS stretches them. */
function paint(strip: HTMLCanvasElement, values: readonly number[], most: number): void {
  const context = strip.getContext('2d');
  if (!context) return;
  const [above, below] = [colour('--wing'), colour('--spark-bright')];
  for (const [k, value] of values.entries()) {
    context.globalAlpha = Math.sqrt(Math.abs(value) / most);
    context.fillStyle = value > 0 ? above : below;
    context.fillRect(k, 0, 1, 1);
  }
}
