/** How the blank is read: at its particle, by the whole sentence with each answer in it, or by both. */
import { READINGS } from '../../language/choices.ts';
import { fill, h } from '../dom.ts';
import { isPretrained, type Page } from '../page.ts';
import { createSegments } from '../segments.ts';
import { blanks } from '../sentence.ts';

export function createReading(page: Page): HTMLElement {
  const { words, state } = page;
  const hint = h('p', { id: 'reading-hint', class: 'hint' });
  const segments = createSegments(page, {
    id: 'reading',
    label: words.reading,
    values: READINGS,
    name: (reading) => words.readings[reading],
    chosen: ({ reading }) => reading,
    choose: (reading) => state.set({ reading }),
    explained: hint.id,
  });
  const element = h('div', { class: 'control reading' }, ...segments, hint);
  const show = () => {
    const { reading, text } = state.get();
    element.hidden = blanks(text).length === 0 || isPretrained(state.get(), page);
    fill(hint, words.readingHint[reading]);
  };
  state.subscribe(show);
  page.models.subscribe(show);
  show();
  return element;
}
