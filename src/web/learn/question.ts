/** One question to try: a button sets the state, and the answer is measured before and after. */
import { fill, h } from '../dom.ts';
import { isLocked } from '../locks.ts';
import { hasCoupling, type Page } from '../page.ts';
import type { State } from '../state.ts';
import type { Trial } from './context.ts';
import { prose } from './formula.ts';
import type { LearnWords, StepWords } from './words.ts';

interface Before {
  readonly state: State;
  readonly value: string;
}

export function createQuestion(page: Page, words: LearnWords, step: StepWords, trial: Trial) {
  const compared = h('dl', { class: 'before-after', 'aria-live': 'polite' });
  const told = h('p', { class: 'hint told-answer' });
  let before: Before | null = null;
  const measure = () => trial.measure(page, words) ?? words.none;
  const set = () => {
    before ??= { state: page.state.get(), value: measure() };
    page.state.set({ ...trial.patch(page), step: page.state.get().step });
  };
  const putBack = () => {
    if (before) page.state.set(undone(before.state, trial.patch(page)));
    before = null;
    show();
  };
  const back = h('button', { type: 'button', class: 'button', click: putBack }, words.back);
  function show(): void {
    const patch = trial.patch(page);
    const keys = Object.keys(patch) as (keyof State)[];
    element.hidden = !hasCoupling(page.state.get(), page, patch.coupling ?? 'full');
    button.disabled = keys.some((key) => isLocked(page.state.get(), key));
    back.hidden = before === null;
    told.hidden = before === null;
    const now = isSettled(page) ? measure() : '…';
    fill(
      compared,
      ...(before ? pair(`${step.measure}, ${words.before}`, before.value) : []),
      ...pair(before ? `${step.measure}, ${words.now}` : step.measure, now),
    );
  }
  fill(told, ...prose(step.told));
  const button = h('button', { type: 'button', class: 'button try', click: set }, step.button);
  const element = h(
    'div',
    { class: 'question' },
    h('h3', {}, words.try),
    h('p', {}, step.ask),
    h('div', { class: 'row' }, button, back),
    compared,
    told,
  );
  return { element, show };
}

function pair(name: string, value: string): HTMLElement[] {
  return [h('dt', {}, name), h('dd', {}, value)];
}

/** What a patch changed, as it was. */
function undone(state: State, patch: Partial<State>): Partial<State> {
  const keys = Object.keys(patch) as (keyof State)[];
  return Object.fromEntries(keys.map((key) => [key, state[key]]));
}

/** Whether answer and layers belong to the present state. */
function isSettled({ answers, traces }: Page): boolean {
  return answers.get().status === 'ready' && traces.get().status === 'ready';
}
