/** How the blank is read: at its particle, by the whole sentence with each answer in it, or by both. */
import { fill, h, setAttribute } from '../dom.ts';
import type { Page } from '../page.ts';
import { blanks } from '../sentence.ts';
import { readings } from '../state.ts';

export function createReading(page: Page): HTMLElement {
  const { words, state } = page;
  const buttons = readings.map((reading) =>
    h(
      'button',
      {
        type: 'button',
        id: `reading-${reading}`,
        'aria-describedby': 'reading-hint',
        click: () => state.set({ reading }),
      },
      words.readings[reading],
    ),
  );
  const hint = h('p', { id: 'reading-hint', class: 'hint' });
  const element = h(
    'div',
    { class: 'control reading' },
    h('span', { class: 'label', id: 'reading-label' }, words.reading),
    h('div', { class: 'segments', role: 'group', 'aria-labelledby': 'reading-label' }, ...buttons),
    hint,
  );
  const show = () => {
    const { reading, text } = state.get();
    element.hidden = blanks(text).length === 0;
    readings.forEach((one, i) => {
      setAttribute(buttons[i], 'aria-pressed', String(one === reading));
    });
    fill(hint, words.readingHint[reading]);
  };
  state.subscribe(show);
  show();
  return element;
}
