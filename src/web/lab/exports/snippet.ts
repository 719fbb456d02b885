/** Text to be taken elsewhere: shown whole, with a button that copies it. */
import { fill, h } from '../../dom.ts';
import type { LabWords } from '../words.ts';

export function createSnippet(title: string, words: LabWords) {
  const text = h('code');
  const button = copyButton(words, () => text.textContent ?? '');
  return {
    element: h(
      'div',
      { class: 'lab-snippet' },
      h('div', { class: 'card-head' }, h('h3', {}, title), button),
      h('pre', { tabindex: 0, 'aria-label': title }, text),
    ),
    show(now: string) {
      if (text.textContent !== now) text.textContent = now;
    },
  };
}

/** Says for a while that it did; where copying is not allowed the text stays to be selected. */
export function copyButton(words: LabWords, textOf: () => string, title = words.copy) {
  const button = h('button', { type: 'button', class: 'chip' }, title);
  const said = h('span', { class: 'hint', role: 'status' });
  button.addEventListener('click', async () => {
    const done = await navigator.clipboard?.writeText(textOf()).then(
      () => true,
      () => false,
    );
    fill(said, done ? words.copied : words.notCopied);
    setTimeout(() => fill(said), 2500);
  });
  return h('span', { class: 'lab-copy' }, said, button);
}
