/** The plane of two answers: which two, what is asked, and the particles in it. */
import type { ContrastReply, Trace } from '../api.ts';
import { fill, h } from '../dom.ts';
import { decimal, percent, visibleAnswer, visibleToken } from '../format.ts';
import { controlsOf } from '../locks.ts';
import { describeFailure } from '../notice.ts';
import type { Page } from '../page.ts';
import { isFlow, questionOf } from '../page.ts';
import { ANSWERS } from '../state.ts';
import type { ShownProjection } from './projection.ts';
import { layersWordsOf } from './words.ts';

/** The answers that there are to choose from. */
export function offeredAnswers({ answers }: Pick<Page, 'answers'>): string[] {
  const { value } = answers.get();
  const all = [...(value?.predictions ?? []), ...(value?.targets ?? [])];
  return [...new Set(all.map(({ token_str }) => token_str.trim()).filter((text) => text !== ''))];
}

/** The reader's two, else the best two. null where there are no two. */
export function versusOf(page: Pick<Page, 'state' | 'answers'>): readonly [string, string] | null {
  const offered = offeredAnswers(page);
  const asked = page.state
    .get()
    .versus.split('|')
    .filter((answer) => offered.includes(answer));
  const [a, b] = [...new Set([...asked, ...offered])];
  return b === undefined ? null : [a, b];
}

/** Asks for the plane where it is looked at and not known. */
export function askForContrast(page: Page): void {
  const { state, models, answers, contrasts } = page;
  if (state.get().plane !== ANSWERS || !isFlow(state.get(), { models })) return;
  const question = questionOf(state.get(), { models });
  const versus = versusOf(page);
  if (!question || !versus || answers.get().status !== 'ready') return;
  const { text, depth, coupling, model } = question;
  contrasts.load({ text, depth, coupling, model, answers: versus });
}

const seen = new WeakMap<ContrastReply, ShownProjection>();

/** The particles of a trace in the plane of two answers, with all frames of the trace; null while it is not there. */
export function inAnswers(page: Page, { tokens, layers }: Trace): ShownProjection | null {
  const { value, status } = page.contrasts.get();
  if (page.state.get().plane !== ANSWERS || !value || status === 'failed') return null;
  if (value.tokens.length !== tokens.length) return null;
  const known = seen.get(value);
  if (known && known.points.length === layers.length) return known;
  const frames = layers.map((layer) => value.positions[layer]);
  if (frames.some((frame) => frame === undefined)) return null;
  const words = layersWordsOf(page.state.get().language).versus;
  const share = (k: number) => percent(value.explained[k], page.state.get().language);
  const [a, b] = value.compared.map((token) => visibleToken(token, page.words.end));
  const shown: ShownProjection = {
    points: frames.map((frame) => frame.map((at) => [...at])),
    explained: [...value.explained],
    titles: [words.across(a, b, share(0)), words.both(a, b, share(1))],
    even: value.even,
  };
  seen.set(value, shown);
  return shown;
}

/** The choice of the two, and what their plane says. */
export function createVersus(page: Page) {
  const words = layersWordsOf(page.state.get().language).versus;
  const choose = () => page.state.set({ versus: selects.map(({ value }) => value).join('|') });
  const selects = [words.one, words.other].map((label) =>
    h('select', { class: 'picker', 'aria-label': label, change: choose }),
  );
  const told = h('p', { class: 'hint', role: 'status' });
  const element = h(
    'div',
    { class: 'versus' },
    controlsOf(
      page,
      'plane',
      h('div', { class: 'control' }, selects[0], h('span', {}, words.against), selects[1]),
    ),
    told,
  );
  return {
    element,
    show() {
      element.hidden = page.state.get().plane !== ANSWERS;
      if (element.hidden) return;
      askForContrast(page);
      const offered = offeredAnswers(page);
      const versus = versusOf(page);
      for (const [i, select] of selects.entries()) {
        const options = offered.filter((answer) => answer !== versus?.[1 - i]);
        fill(
          select,
          ...options.map((value) => h('option', { value }, visibleAnswer(value, page.words.end))),
        );
        select.value = versus?.[i] ?? '';
      }
      const { value, failure } = page.contrasts.get();
      if (failure) return fill(told, describeFailure(page, failure, {}));
      if (!versus) return fill(told, words.none);
      if (!value) return fill(told, page.words.loading);
      const [a, b] = value.compared.map((token) => visibleToken(token, page.words.end));
      fill(told, words.told(a, b, decimal(value.cosine, page.state.get().language, 2)));
    },
  };
}
