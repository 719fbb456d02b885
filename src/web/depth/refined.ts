/** The Depth tab of a model whose layers have weights of their own: their parts in m steps, all and each alone. */
import type { RefinedReply } from '../api.ts';
import { createLineChart } from '../charts.ts';
import { fill, h, setVariable } from '../dom.ts';
import { compact, visibleAnswer } from '../format.ts';
import { describeFailure } from '../notice.ts';
import type { Page } from '../page.ts';
import { createAlone } from './alone.ts';
import { createEnds } from './ends.ts';
import { createJacobians } from './jacobians.ts';
import { refinedLines } from './lines.ts';

type Cell = RefinedReply['matrix']['cells'][number];
type Effect = RefinedReply['parts'][number]['effects'][number];

/** What colour and number of an effect are of: nats, or without a head the distance of the frames. */
export const sizeOf = ({ kl, distance }: Pick<Effect, 'kl' | 'distance'>) => kl ?? distance;

export function createRefined(page: Page): { element: HTMLElement; show(): void } {
  const { words, refined, state } = page;
  const canvas = h('canvas', { role: 'img' });
  const chart = createLineChart(page, canvas, () => {});
  const nothing = h('div', { class: 'nothing', role: 'status' });
  const matrix = h('div', { class: 'refined-scroll', tabindex: '0', role: 'region' });
  matrix.setAttribute('aria-label', words.refined.matrix);
  const answers = h('div', { class: 'refined-scroll' });
  const told = h('ul', { class: 'told' });
  const hint = h('p', { class: 'hint' });
  const asked = [createJacobians(page), createEnds(page), createAlone(page)];
  const element = h(
    'div',
    { class: 'refined' },
    nothing,
    h(
      'div',
      { class: 'depth-found refined-found' },
      h(
        'section',
        { class: 'card' },
        h('h2', {}, words.refined.title),
        h('p', { class: 'hint' }, words.refined.hint),
        h('div', { class: 'chart depth-chart' }, canvas),
        answers,
        told,
      ),
      h('section', { class: 'card' }, h('h2', {}, words.refined.matrix), hint, matrix),
    ),
    h('div', { class: 'asked-cards' }, ...asked.map((card) => card.element)),
  );
  const show = () => {
    const { status, value, failure } = refined.get();
    element.classList.toggle('stale', value !== null && status !== 'ready');
    element.classList.toggle('waiting', value === null);
    element.setAttribute('aria-busy', String(status === 'loading'));
    const message = failure
      ? describeFailure(page, failure, {})
      : value === null && h('p', {}, status === 'empty' ? words.emptyBody : words.refined.loading);
    fill(nothing, message);
    if (state.get().tab !== 'depth') return;
    for (const card of asked) card.show();
    if (!value) return;
    chart.show(refinedLines(page, value));
    fill(hint, words.refined.matrixHint(value.matrix.steps));
    fill(answers, createAnswers(page, value));
    fill(told, ...sentences(page, value).map((sentence) => h('li', {}, sentence)));
    fill(matrix, createMatrix(page, value));
  };
  refined.subscribe(show);
  return { element, show };
}

const nameOf = ({ words }: Page, part: string): string => words.refined.parts[part] ?? part;

const numberOf = (page: Page, effect: Effect) => compact(sizeOf(effect), page.state.get().language);

/** What each number of steps does: nats, and the likeliest token. */
function createAnswers(page: Page, { steps, parts }: RefinedReply): HTMLElement {
  const { words } = page;
  const told = (effect: Effect) => [
    numberOf(page, effect),
    effect.answer !== null &&
      h('span', { class: 'cell-answer' }, visibleAnswer(effect.answer, words.end)),
  ];
  return h(
    'table',
    { class: 'refined-table' },
    headOf(page, 'm', parts),
    h(
      'tbody',
      {},
      ...steps.map((count, k) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, String(count)),
          ...parts.map(({ effects }) => h('td', {}, ...told(effects[k]))),
        ),
      ),
    ),
  );
}

/** Layers by parts; the darker a cell, the further the answer moves, by powers of ten. */
function createMatrix(page: Page, { layers, parts, matrix }: RefinedReply): HTMLElement {
  const most = Math.max(...matrix.cells.map(sizeOf));
  const rows = layers.map((layer, row) => {
    const cells = matrix.cells.slice(row * parts.length, (row + 1) * parts.length);
    const marks = cells.map((cell) => createCell(page, cell, most));
    return h('tr', {}, h('th', { scope: 'row' }, String(layer)), ...marks);
  });
  return h(
    'table',
    { class: 'refined-table cells' },
    headOf(page, page.words.refined.layer, parts),
    h('tbody', {}, ...rows),
  );
}

const headOf = (page: Page, first: string, parts: RefinedReply['parts']) =>
  h(
    'thead',
    {},
    h(
      'tr',
      {},
      h('th', { scope: 'col' }, first),
      ...parts.map(({ part }) => h('th', { scope: 'col' }, nameOf(page, part))),
    ),
  );

/** Powers of ten below the largest that still have a shade. */
const SHADES = 4;

function createCell(page: Page, cell: Cell, most: number): HTMLElement {
  const { words } = page;
  const size = sizeOf(cell);
  const share = size > 0 && most > 0 ? 1 + Math.log10(size / most) / SHADES : 0;
  const title = cell.answer === null ? undefined : visibleAnswer(cell.answer, words.end);
  const mark = h('td', { title }, numberOf(page, cell));
  setVariable(mark, '--share', Math.max(0, share).toFixed(3));
  return mark;
}

function sentences(page: Page, { parts, steps, answer }: RefinedReply): string[] {
  const { words } = page;
  const most = steps[steps.length - 1];
  return [
    ...(answer === null ? [] : [words.refined.network(visibleAnswer(answer, words.end))]),
    ...parts.map(({ part, settling }) =>
      (settling.converges ? words.refined.rests : words.refined.moves)(nameOf(page, part), most),
    ),
    words.refined.rule,
  ];
}
