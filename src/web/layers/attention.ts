/** The attention matrix of one step, per head or on average; rows look, columns are looked at. */
import { fill, h } from '../dom.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';
import { selectedToken } from '../page.ts';
import { createHeads } from './heads.ts';
import { createMatrix } from './matrix.ts';
import type { Panel } from './panel.ts';

export function createAttention(page: Page): Panel {
  const { words } = page;
  const step = h('p', { class: 'hint' });
  const heads = createHeads(page);
  const table = createMatrix(page, {
    label: words.attentionLabel,
    unit: words.attentionUnit,
    cell: (query, key, value) =>
      words.attentionCell(query, key, decimal(value, page.state.get().language, 4)),
    rest: (names, weights) => restText(page, names, weights),
  });
  const body = h('div', {}, heads.element, table.element, table.readout);
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

function restText(page: Page, names: string[], weights: number[][]): string {
  const query = selectedToken(page);
  if (query === null || !weights[query]) return page.words.attentionIdle;
  return page.words.attentionMost(names[query], strongest(page, weights[query], names));
}

function strongest(page: Page, row: number[], names: string[]): string {
  const { language } = page.state.get();
  const order = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 3);
  return order.map((key) => `${names[key]} (${decimal(row[key], language, 2)})`).join(', ');
}
