/** Where a run may begin besides its recipe: at the frame shown, or with the tokens of the reader's sentence. */
import { fill, h } from '../dom.ts';
import type { Lab } from './lab.ts';
import { settled, withStart } from './settings.ts';

export function createTaking(lab: Lab): HTMLElement {
  const { words, session, page } = lab;
  const here = h(
    'button',
    {
      type: 'button',
      class: 'chip',
      id: 'lab-from-here',
      title: words.fromHereHint,
      click: () => {
        const { shown } = session.get();
        if (shown?.positions) lab.begin(shown.positions);
      },
    },
    words.fromHere,
  );
  const sentence = h(
    'button',
    {
      type: 'button',
      class: 'chip',
      id: 'lab-sentence',
      click: () => lab.change(withStart(settled(lab.settings()), 'sentence')),
    },
    words.sentenceButton,
  );
  const told = h('p', { class: 'hint' });
  const element = h('div', { class: 'lab-taking' }, here, sentence, told);
  const show = () => {
    const { start, d } = lab.settings();
    const { shown } = session.get();
    here.disabled = lab.locked() || !shown?.positions;
    sentence.disabled = lab.locked();
    const { init } = lab.brought();
    const width = page.traces.get().value?.hidden_states[0][0].length ?? d;
    const tokens = start === 'sentence' && init ? init.rows : 0;
    fill(
      told,
      tokens > 0 && (d < width ? words.sentenceTold(tokens, d) : words.sentencePlain(tokens)),
    );
  };
  session.subscribe((now, before) => {
    if (Boolean(now.shown?.positions) !== Boolean(before.shown?.positions)) show();
  });
  page.traces.subscribe(show);
  lab.onSettings(show);
  show();
  return element;
}
