/** Text to be taken elsewhere, with a button that copies it. */
import { fill, h } from '../dom.ts';
import type { ShareWords } from './words.ts';

/** Says for a while whether it copied; where that is not allowed the text stays to be selected. */
export function createCopyButton(words: ShareWords, name: string, textOf: () => string) {
  const said = h('span', { class: 'hint', role: 'status' });
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(textOf()).then(
      () => true,
      () => false,
    );
    fill(said, done ? words.copied : words.notCopied);
    setTimeout(() => fill(said), 2500);
  };
  const label = `${words.copy}: ${name}`;
  const button = h(
    'button',
    { type: 'button', class: 'button', 'aria-label': label, click: () => void copy() },
    words.copy,
  );
  return h('span', { class: 'copy' }, said, button);
}

/** A text shown whole. */
export function createSnippet(words: ShareWords, title: string, text: string): HTMLElement {
  return h(
    'section',
    { class: 'snippet' },
    h(
      'div',
      { class: 'card-head' },
      h('h3', {}, title),
      createCopyButton(words, title, () => text),
    ),
    h('pre', { tabindex: 0, 'aria-label': title, role: 'region' }, h('code', {}, text)),
  );
}
