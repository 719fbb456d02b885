/** One step of the Learn tab: its text, its formulas, its live view, its numbers, its question. */
import { fill, h } from '../dom.ts';
import { emptyText } from '../layers/view.ts';
import type { Page } from '../page.ts';
import { shownFrame } from '../page.ts';
import type { Reader } from '../state.ts';
import { createFacts } from './facts.ts';
import { formula, prose } from './formula.ts';
import { createQuestion } from './question.ts';
import { steps } from './steps.ts';
import type { LearnWords } from './words.ts';

export interface StepCard {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  show(): void;
}

/** The step of a number from 1. */
export function createStepCard(page: Page, words: LearnWords, number: number): StepCard {
  const step = steps[number - 1];
  const told = words.steps[number - 1];
  const heading = h('h2', { id: `step-${number}`, tabindex: -1 }, told.title);
  const text = h('div', { class: 'step-text' });
  const view = step.createView(page, words);
  const nothing = h('p', { class: 'nothing' });
  const facts = createFacts(words.facts);
  const question = createQuestion(page, words, told, step.trial);
  const live = h(
    'div',
    { class: 'step-live' },
    nothing,
    view.element,
    h('p', { class: 'hint' }, told.hint),
  );
  const element = h(
    'article',
    { class: 'step', 'aria-labelledby': `step-${number}` },
    h(
      'div',
      { class: 'card step-card' },
      h(
        'div',
        { class: 'step-head' },
        h('span', { class: 'step-number', 'aria-hidden': 'true' }, number),
        heading,
      ),
      text,
      live,
      h('div', { class: 'step-more' }, facts.element, question.element),
    ),
    step.createMore?.(page, words),
  );
  let reader: Reader | null = null;

  function showText(now: Reader): void {
    if (now === reader) return;
    reader = now;
    fill(text, h('p', {}, ...prose(told[now])), ...step.formulas[now].map(formula));
  }

  return {
    element,
    heading,
    show() {
      showText(page.state.get().reader);
      const { value: trace, status } = page.traces.get();
      element.classList.toggle('waiting', trace === null);
      live.classList.toggle('stale', trace !== null && status !== 'ready');
      live.setAttribute('aria-busy', String(status === 'loading'));
      fill(nothing, trace ? null : emptyText(page));
      question.show();
      if (!trace) return facts.show([]);
      const layer = shownFrame(page.state.get(), trace);
      view.show(trace, layer);
      facts.show(step.facts({ page, words, trace, layer }));
    },
  };
}
