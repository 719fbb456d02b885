/** A list of labelled bars on one scale. The rows stay, so that a new answer moves them softly. */
import { fill, h, setVariable } from '../dom.ts';
import { percent } from '../format.ts';
import type { Page } from '../page.ts';

export interface Bar {
  readonly label: string;
  readonly score: number;
  /** What stands before the label: a rank, or nothing. */
  readonly mark: string;
  readonly kind: 'best' | 'listed' | 'unlisted' | 'unexplored' | 'own';
  readonly title?: string;
  /** What it is made of, shown when the reader opens it; of one part there is nothing to open. */
  readonly parts?: readonly { readonly label: string; readonly score: number }[];
}

export interface Bars {
  readonly element: HTMLElement;
  /** Shows these bars, the longest over the whole width (or `scale` where given). */
  show(bars: Bar[], scale?: number): void;
}

/** A list that shows `expected` placeholder rows until it is given bars. */
export function createBars(page: Page, expected: number): Bars {
  const list = h('ol', { class: 'bars' });
  const rows = Array.from({ length: expected }, () => createRow());
  list.append(...rows.map(({ element }) => element));

  function show(bars: Bar[], scale = Math.max(...bars.map(({ score }) => score), 1e-9)): void {
    while (rows.length < bars.length) rows.push(createRow());
    const count = bars.length || expected;
    list.replaceChildren(...rows.slice(0, count).map(({ element }) => element));
    for (const [i, bar] of bars.entries()) showBar(page, rows[i], bar, scale);
  }

  return { element: list, show };
}

type Row = ReturnType<typeof createRow>;

function createRow() {
  const mark = h('span', { class: 'bar-mark' });
  const label = h('span', { class: 'bar-label' });
  const number = h('span', { class: 'bar-number' });
  const track = h('span', { class: 'bar-track', 'aria-hidden': 'true' }, h('span', {}));
  const element = h('li', { class: 'bar placeholder' }, mark, label, track, number);
  return { element, mark, label, number, track };
}

function showBar(page: Page, row: Row, bar: Bar, scale: number): void {
  const { language } = page.state.get();
  row.element.className = `bar ${bar.kind}`;
  row.element.title = bar.title ?? '';
  fill(row.mark, bar.mark);
  fill(row.label, labelOf(page, bar));
  fill(row.number, percent(bar.score, language));
  row.number.title = String(bar.score);
  setVariable(row.track, '--share', String(Math.min(1, bar.score / scale)));
}

/** The label, or where there are parts a label that opens them. */
function labelOf(page: Page, { label, parts = [] }: Bar): Node | string {
  if (parts.length < 2) return label;
  const { language } = page.state.get();
  const items = parts.map((part) =>
    h('li', {}, h('span', { class: 'token' }, part.label), ' ', percent(part.score, language)),
  );
  return h(
    'details',
    { class: 'bar-parts' },
    h('summary', { title: page.words.partsHint }, label),
    h('ol', {}, ...items),
  );
}
