/** What the interventions did: the answers before and after with their differences, and the changed paths over the unchanged. */
import type { AnswerChange, Effect, Trace } from '../../api.ts';
import { fill, h, setVariable } from '../../dom.ts';
import { decimal, percent, visibleAnswer } from '../../format.ts';
import { describeFailure } from '../../notice.ts';
import type { Page } from '../../page.ts';
import { changedOf, tokenName } from '../../page.ts';
import { largestGap } from '../gap.ts';
import type { Panel } from '../panel.ts';
import { createFlowPicture } from '../trajectories.ts';
import type { ExperimentWords } from './words.ts';

/** Answers that are listed. */
const listed = 10;

export function createEffect(page: Page, words: ExperimentWords): Panel {
  let unchanged: Trace | null = null;
  const told = h('div', { class: 'experiment-told', 'aria-live': 'polite' });
  const rows = h('tbody');
  const picture = createFlowPicture(page, () => unchanged);
  picture.element.classList.add('over-flow');
  const table = h('table', { class: 'effect' }, createHead(words), rows);
  const paths = h(
    'div',
    { class: 'experiment-paths' },
    h('h3', {}, words.picture),
    h('p', { class: 'hint' }, words.pictureHint),
    picture.element,
  );
  const answers = h('div', { class: 'experiment-answers' }, told, table);
  return {
    element: h('div', { class: 'experiment-effect' }, answers, paths),
    show(trace, layer) {
      const { failure, status } = page.changed.get();
      const changed = changedOf(page, trace);
      const effect = changed?.effect;
      for (const part of [table, paths]) {
        part.hidden = failure !== null || !effect;
        part.classList.toggle('stale', status === 'loading');
      }
      if (failure) return fill(told, describeFailure(page, failure, {}));
      if (!changed || !effect) {
        const waiting = status === 'empty' ? words.idle : words.loading;
        return fill(told, h('p', { class: 'hint' }, waiting));
      }
      unchanged = trace;
      fill(told, ...sentences(page, words, trace, changed, effect).map((text) => h('p', {}, text)));
      fill(rows, ...createRows(page, effect));
      picture.show(changed, layer);
    },
  };
}

/** The best answers, how far the first token's probabilities are apart, and who ends elsewhere. */
function sentences(
  page: Page,
  words: ExperimentWords,
  trace: Trace,
  changed: Trace,
  { answers, divergence }: Effect,
): string[] {
  const { language } = page.state.get();
  const best = (of: 'before' | 'after') => answers.reduce((a, b) => (b[of] > a[of] ? b : a));
  const [first, now] = [best('before'), best('after')];
  const name = ({ token_str }: AnswerChange) => visibleAnswer(token_str, page.words.end);
  const share = (value: number) => percent(value, language);
  const { token, distance } = largestGap(trace, changed);
  return [
    first === now
      ? words.stays(name(first), share(first.before), share(first.after))
      : words.turns(name(first), share(first.before), name(now), share(now.after)),
    words.divergence(decimal(divergence, language, 3)),
    words.gap(tokenName(trace, token, page.words), decimal(distance, language, 3)),
  ];
}

function createHead({ columns }: ExperimentWords): HTMLElement {
  const names = [columns.answer, columns.before, columns.after, columns.difference];
  return h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name))));
}

/** Those that changed most come first, and the first has the longest bar. */
function createRows(page: Page, { answers }: Effect): HTMLElement[] {
  const most = Math.max(...answers.map(({ before, after }) => Math.abs(after - before)));
  return answers.slice(0, listed).map((answer) => createRow(page, answer, most));
}

function createRow(
  { state, words }: Page,
  { token_str, before, after }: AnswerChange,
  most: number,
): HTMLElement {
  const { language } = state.get();
  const difference = after - before;
  const points = `${difference > 0 ? '+' : ''}${decimal(100 * difference, language, 2)}`;
  const kind = difference >= 0 ? 'change more' : 'change less';
  const cell = h('td', { class: kind, title: String(difference) }, points);
  setVariable(cell, '--share', String(most > 0 ? Math.abs(difference) / most : 0));
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, visibleAnswer(token_str, words.end)),
    h('td', { title: String(before) }, percent(before, language)),
    h('td', { title: String(after) }, percent(after, language)),
    cell,
  );
}
