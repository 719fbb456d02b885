/** The way from the sentence to the word: five stops, and whom the text speaks to. */
import { h, setAttribute } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { readers } from '../state.ts';
import type { LearnWords } from './words.ts';

/** Buttons of the steps; `go` opens one. */
export function createRail(page: Page, words: LearnWords, go: (step: number) => void): HTMLElement {
  const stops = words.steps.map(({ name }, i) =>
    h(
      'button',
      { type: 'button', class: 'stop', id: `stop-${i + 1}`, click: () => go(i + 1) },
      h('span', { class: 'stop-number', 'aria-hidden': 'true' }, i + 1),
      h('span', {}, name),
    ),
  );
  const show = () => {
    const { step } = page.state.get();
    for (const [i, stop] of stops.entries()) {
      setAttribute(stop, 'aria-current', i + 1 === step && 'step');
      stop.classList.toggle('passed', i + 1 < step);
    }
  };
  page.state.subscribe(show);
  show();
  const list = h('ol', {}, ...stops.map((stop) => h('li', {}, stop)));
  return h('nav', { class: 'rail', 'aria-label': words.rail }, controlsOf(page, 'step', list));
}

/** The switch between the two readers. */
export function createReaders(page: Page, words: LearnWords): HTMLElement {
  const { state } = page;
  const buttons = readers.map((reader) =>
    h(
      'button',
      { type: 'button', id: `reader-${reader}`, click: () => state.set({ reader }) },
      words.readers[reader],
    ),
  );
  const show = () => {
    for (const [i, reader] of readers.entries())
      setAttribute(buttons[i], 'aria-pressed', String(state.get().reader === reader));
  };
  state.subscribe(show);
  show();
  const named = { class: 'segments', role: 'group', 'aria-labelledby': 'readers-label' };
  const group = h('div', named, ...buttons);
  return h(
    'div',
    { class: 'readers' },
    h('span', { class: 'label', id: 'readers-label' }, words.readerLabel),
    controlsOf(page, 'reader', group),
  );
}
