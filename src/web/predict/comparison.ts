/** A second sentence beside the first: what it makes of the same answers, and where the two differ most. */
import type { Prediction } from '../api.ts';
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { decimal, percent, visibleAnswer } from '../format.ts';
import type { Point } from '../layers/geometry.ts';
import { placeLabels, roundTicks } from '../layers/geometry.ts';
import { controlsOf } from '../locks.ts';
import { describeFailure } from '../notice.ts';
import type { Page } from '../page.ts';

const pause = 300;

/** An answer of the first sentence with its probability in both. */
export interface Compared {
  readonly answer: string;
  readonly first: number;
  readonly second: number;
  /** log₂ of second / first. */
  readonly change: number;
}

export function createComparison(page: Page): HTMLElement {
  const { words } = page;
  return h(
    'section',
    { class: 'card comparison' },
    h('h2', {}, h('label', { for: 'other' }, words.comparison.title)),
    h('p', { class: 'hint', id: 'other-hint' }, words.comparison.hint),
    createBox(page),
    createResult(page),
  );
}

function createBox(page: Page): HTMLElement {
  const { words, state } = page;
  const input = h('input', {
    type: 'text',
    id: 'other',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: words.comparison.placeholder,
    'aria-describedby': 'other-hint',
  });
  input.value = state.get().other;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const submit = () => {
    clearTimeout(timer);
    state.set({ other: input.value });
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(submit, pause);
  });
  input.addEventListener('change', submit);
  state.subscribe((now, before) => {
    if (now.other !== before.other && now.other !== input.value) input.value = now.other;
  });
  return controlsOf(page, 'other', input);
}

function createResult(page: Page): HTMLElement {
  const { words, answers, others, state } = page;
  const told = h('div', { 'aria-live': 'polite' });
  const rows = h('tbody');
  const table = h('table', {}, createHead(page), rows);
  const picture = svg('svg', { class: 'scatter', role: 'img', viewBox: `0 0 ${SIZE} ${SIZE}` });
  const found = h('div', { class: 'compared' }, picture, table);
  const show = () => {
    const [one, other] = [answers.get().value, others.get().value];
    const { failure, status } = others.get();
    const compared = one && other ? comparedAnswers(one, other) : [];
    found.hidden = compared.length === 0 || failure !== null;
    found.classList.toggle('stale', status === 'loading');
    if (failure) return fill(told, describeFailure(page, failure, {}));
    if (!other || compared.length === 0) return fill(told);
    const [best] = other.predictions;
    const share = best ? percent(best.score, state.get().language) : '';
    const answer = best ? visibleAnswer(best.token_str, words.end) : '';
    fill(told, h('p', {}, words.comparison.best(answer, share)));
    fill(rows, ...compared.map((row) => createRow(page, row)));
    setAttribute(picture, 'aria-label', words.comparison.picture(compared.length));
    fill(picture, ...scatter(page, compared));
  };
  for (const source of [answers, others]) source.subscribe(show);
  show();
  return h('div', {}, told, found);
}

/** The answers of the first sentence that both know, those that differ most first. */
export function comparedAnswers(one: Prediction, other: Prediction): Compared[] {
  const known = new Map(
    (other.targets ?? []).map(({ token_str, score }) => [token_str.trim(), score]),
  );
  return one.predictions
    .flatMap(({ token_str, score: first }) => {
      const answer = token_str.trim();
      const second = known.get(answer);
      if (second === undefined || !(first > 0 && second > 0)) return [];
      return [{ answer, first, second, change: Math.log2(second / first) }];
    })
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

function createHead({ words }: Page): HTMLElement {
  const names = [
    words.answer,
    words.comparison.here,
    words.comparison.there,
    words.comparison.change,
  ];
  return h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name))));
}

function createRow(
  { words, state }: Page,
  { answer, first, second, change }: Compared,
): HTMLElement {
  const { language } = state.get();
  const times = words.comparison.times(decimal(2 ** Math.abs(change), language, 1), change >= 0);
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, visibleAnswer(answer, words.end)),
    h('td', { title: String(first) }, percent(first, language)),
    h('td', { title: String(second) }, percent(second, language)),
    h('td', { class: change >= 0 ? 'more' : 'less' }, times),
  );
}

const SIZE = 340;
const MARGIN = { left: 48, right: 12, top: 12, bottom: 42 };

/** Both probabilities on logarithmic axes; on the diagonal an answer is as probable here as there. */
function scatter(page: Page, compared: readonly Compared[]): SVGElement[] {
  const logs = compared.map(({ first, second }): Point => [Math.log10(first), Math.log10(second)]);
  const low = Math.floor(Math.min(...logs.flat()));
  const high = Math.min(0, Math.ceil(Math.max(...logs.flat())));
  const span = SIZE - MARGIN.left - MARGIN.right;
  const x = (value: number) => MARGIN.left + ((value - low) / (high - low)) * span;
  const y = (value: number) =>
    SIZE - MARGIN.bottom - ((value - low) / (high - low)) * (SIZE - MARGIN.top - MARGIN.bottom);
  const points = logs.map(([a, b]): Point => [x(a), y(b)]);
  const names = compared.map(({ answer }) => visibleAnswer(answer, page.words.end));
  return [
    ...axes(page, roundTicks(low, high, 4).filter(Number.isInteger), x, y),
    svg('line', { class: 'diagonal', x1: x(low), y1: y(low), x2: x(high), y2: y(high) }),
    ...points.map(([cx, cy]) => dotAt(cx, cy)),
    ...labelled(points, names),
  ];
}

function axes(
  { words }: Page,
  ticks: readonly number[],
  x: (value: number) => number,
  y: (value: number) => number,
): SVGElement[] {
  const bottom = SIZE - MARGIN.bottom;
  const text = (at: Point, anchor: string, content: string) =>
    svg('text', { x: at[0], y: at[1], 'text-anchor': anchor, class: 'grid-text' }, content);
  const name = (power: number) => (power === 0 ? '1' : `10${superscript(power)}`);
  const upright = text([14, bottom / 2], 'middle', words.comparison.there);
  upright.setAttribute('transform', `rotate(-90 14 ${bottom / 2})`);
  return [
    ...ticks.flatMap((tick) => [
      svg('line', { class: 'grid-line', x1: x(tick), y1: MARGIN.top, x2: x(tick), y2: bottom }),
      svg('line', {
        class: 'grid-line',
        x1: MARGIN.left,
        y1: y(tick),
        x2: SIZE - MARGIN.right,
        y2: y(tick),
      }),
      text([x(tick), bottom + 15], 'middle', name(tick)),
      text([MARGIN.left - 6, y(tick) + 4], 'end', name(tick)),
    ]),
    text([(SIZE + MARGIN.left) / 2, SIZE - 6], 'middle', words.comparison.here),
    upright,
  ];
}

const superscript = (power: number) =>
  [...String(power)].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('');

function dotAt(cx: number, cy: number): SVGElement {
  const dot = svg('circle', { class: 'particle-dot', cx, cy, r: 4.5 });
  setVariable(dot, '--colour', 'var(--wing)');
  return dot;
}

function labelled(points: Point[], names: readonly string[]): SVGElement[] {
  const sizes = names.map((name) => ({ width: 6.6 * name.length + 4, height: 16 }));
  const bounds = {
    x: MARGIN.left,
    y: 2,
    width: SIZE - MARGIN.left - 2,
    height: SIZE - MARGIN.bottom - 2,
  };
  return placeLabels(points, sizes, bounds, []).map(({ box }, i) =>
    svg(
      'text',
      { class: 'scatter-name', x: box.x + box.width / 2, y: box.y + 12, 'text-anchor': 'middle' },
      names[i],
    ),
  );
}
