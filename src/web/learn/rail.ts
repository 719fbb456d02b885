/** The way from the sentence to the word: five stops, and whom the text speaks to. */
import { h, setAttribute } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { createSegments } from '../segments.ts';
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
  const [label, group] = createSegments(page, {
    id: 'reader',
    label: words.readerLabel,
    values: readers,
    name: (reader) => words.readers[reader],
    chosen: ({ reader }) => reader,
    choose: (reader) => page.state.set({ reader }),
  });
  return h('div', { class: 'readers' }, label, controlsOf(page, 'reader', group));
}
