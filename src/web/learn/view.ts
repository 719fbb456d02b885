/** The Learn tab: five steps from the sentence to the word, the notation, the papers. */
import { fill, h, prefersStillness } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { lastStep } from '../state.ts';
import { createNotation } from './notation.ts';
import { createPapers } from './papers.ts';
import { createRail, createReaders } from './rail.ts';
import type { StepCard } from './step-card.ts';
import { createStepCard } from './step-card.ts';
import type { LearnWords } from './words.ts';
import { learnWordsOf } from './words.ts';

export function createLearnView(page: Page): HTMLElement {
  const words = learnWordsOf(page.state.get().language);
  const stage = h('div', { class: 'stage' });
  const opened = new Map<number, StepCard>();
  const pager = createPager(page, words, go);
  const rail = createRail(page, words, go);
  const view = h(
    'div',
    { class: 'learn' },
    h(
      'div',
      { class: 'learn-head' },
      h('div', {}, h('h2', {}, words.title), h('p', { class: 'hint' }, words.hint)),
      createReaders(page, words),
    ),
    rail,
    stage,
    pager.element,
    createNotation(page, words),
    createPapers(words),
  );

  function go(step: number): void {
    page.state.set({ step });
    rail.scrollIntoView({ block: 'start', behavior: prefersStillness() ? 'auto' : 'smooth' });
    opened.get(step)?.heading.focus({ preventScroll: true });
  }

  /** A step is built when it is first looked at, and kept. */
  function show(): void {
    const { tab, step } = page.state.get();
    if (tab !== 'learn') return;
    let card = opened.get(step);
    if (!card) {
      card = createStepCard(page, words, step);
      opened.set(step, card);
      stage.append(card.element);
    }
    for (const [number, { element }] of opened) element.hidden = number !== step;
    card.show();
    pager.show(step);
  }

  for (const source of [page.state, page.hover, page.traces, page.answers, page.flows])
    source.subscribe(show);
  queueMicrotask(show); // the elements are measured, so they have to be in the document first
  return view;
}

/** Back and on, below the step. */
function createPager(page: Page, words: LearnWords, go: (step: number) => void) {
  const { state } = page;
  const to = (by: number) => () => go(state.get().step + by);
  const back = h('button', { type: 'button', class: 'button', click: to(-1) }, words.previous);
  const next = h('button', { type: 'button', class: 'button next-step', click: to(1) });
  return {
    element: h('div', { class: 'pager' }, controlsOf(page, 'step', back, next)),
    show(step: number) {
      back.hidden = step === 1;
      next.hidden = step === lastStep;
      if (step < lastStep) fill(next, words.next(words.steps[step].name));
    },
  };
}
