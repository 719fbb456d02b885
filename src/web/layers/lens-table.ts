/** The output head applied to every frame, as a table; a row is a way to its layer. */
import type { Answer, LensLayer, Trace } from '../api.ts';
import { fill, h, setAttribute, setVariable } from '../dom.ts';
import { decimal, percent, visibleAnswer, visibleToken } from '../format.ts';
import type { Page } from '../page.ts';
import { goToFrame, isContinuous } from '../page.ts';
import type { Panel } from './panel.ts';

export function createLensTable(page: Page): Panel {
  const { words } = page;
  const { layer, answer, share, tokens } = words.lensColumns;
  const body = h('tbody');
  const head = [layer, answer, share, tokens].map((name) => h('th', { scope: 'col' }, name));
  const table = h('table', { class: 'lens' }, h('thead', {}, h('tr', {}, ...head)), body);
  const scroll = h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.lens },
    table,
  );
  let drawn: Trace | null = null;
  let seen = -1;
  let rows: HTMLTableRowElement[] = [];
  return {
    element: h(
      'section',
      { class: 'card lens-card' },
      h('h2', {}, words.lens),
      h('p', { class: 'hint' }, words.lensHint),
      scroll,
    ),
    show(trace, layer) {
      if (trace !== drawn) {
        drawn = trace;
        seen = -1;
        rows = trace.logit_lens.map((lens, k) => createRow(page, trace, lens, k));
        fill(body, ...rows);
      }
      for (const [k, row] of rows.entries())
        setAttribute(row, 'aria-current', k === layer && 'true');
      if (rows[layer] && layer !== seen) keepInView(scroll, rows[layer]);
      seen = layer;
    },
  };
}

function createRow(page: Page, trace: Trace, lens: LensLayer, k: number): HTMLTableRowElement {
  const { language } = page.state.get();
  const name = isContinuous(page) ? decimal(trace.times[k], language, 2) : String(trace.layers[k]);
  const go = () => goToFrame(page, k);
  const best: Answer | undefined = lens.candidates[0];
  const share = h('td', { class: 'number' }, best ? percent(best.score, language) : '–');
  setVariable(share, '--share', String(best?.score ?? 0));
  return h(
    'tr',
    { click: go },
    h('th', { scope: 'row' }, h('button', { type: 'button', class: 'plain', click: go }, name)),
    h('td', {}, best ? visibleAnswer(best.token_str, page.words.end) : '–'),
    share,
    h('td', { class: 'tokens' }, ...firstTokens(page, lens)),
  );
}

function firstTokens(page: Page, { first_tokens }: LensLayer): HTMLElement[] {
  return first_tokens
    .slice(0, 3)
    .map(({ token_str, score }) =>
      h(
        'span',
        { class: 'token', title: percent(score, page.state.get().language) },
        visibleToken(token_str, page.words.end),
      ),
    );
}

/** Scrolls inside the table only; the page stays where the reader has it. */
function keepInView(scroll: HTMLElement, row: HTMLElement): void {
  const top = row.offsetTop - 40;
  const bottom = row.offsetTop + row.offsetHeight;
  if (top < scroll.scrollTop) scroll.scrollTop = top;
  else if (bottom > scroll.scrollTop + scroll.clientHeight)
    scroll.scrollTop = bottom - scroll.clientHeight;
}
