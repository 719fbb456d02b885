/** Links that restore what is seen: as it is, and with the settings locked, for a class. */
import { h } from '../../dom.ts';
import type { LabWords } from '../words.ts';
import { copyButton } from './snippet.ts';

export function createLinks(words: LabWords): HTMLElement {
  return h(
    'div',
    { class: 'lab-chips' },
    copyButton(words, () => location.href, words.link),
    copyButton(words, lockedLink, words.lockedLink),
  );
}

/** The address with the settings locked. */
export function lockedLink(): string {
  const address = new URL(location.href);
  const fragment = new URLSearchParams(address.hash.slice(1));
  fragment.set('lab.lock', 'true');
  address.hash = fragment.toString();
  return address.href;
}
