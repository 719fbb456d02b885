/** The address that restores the view, with controls fixed where the reader wishes. */
import { h } from '../dom.ts';
import type { Lockable } from '../locks.ts';
import { lockable, locksOf } from '../locks.ts';
import type { Page } from '../page.ts';
import type { State } from '../state.ts';
import { createCopyButton } from './copy.ts';
import type { ShareWords } from './words.ts';

export function createLink(page: Page, words: ShareWords): HTMLElement {
  const chosen = new Set<Lockable>(locksOf(page.state.get()));
  const field = h('input', { type: 'text', readonly: true, id: 'share-link', class: 'link-field' });
  const show = () => {
    const locks = lockable.filter((name) => chosen.has(name));
    field.value = lockedLink(location.href, locks, page.state.get());
  };
  const boxes = lockable.map((name) => {
    const box = h('input', { type: 'checkbox', name: 'lock', value: name });
    box.checked = chosen.has(name);
    box.addEventListener('change', () => {
      if (box.checked) chosen.add(name);
      else chosen.delete(name);
      show();
    });
    return h('label', { class: 'lock-choice' }, box, page.words.lockNames[name]);
  });
  show();
  return h(
    'section',
    {},
    h('h3', {}, h('label', { for: 'share-link' }, words.link)),
    h('p', { class: 'hint' }, words.linkHint),
    h(
      'div',
      { class: 'link-row' },
      field,
      createCopyButton(words, words.link, () => field.value),
    ),
    h(
      'details',
      { class: 'locks' },
      h('summary', {}, words.locks),
      h('p', { class: 'hint' }, words.locksHint),
      h('div', { class: 'lock-choices' }, ...boxes),
    ),
  );
}

/** The address with these locks in place of its own. What is locked is spelled out, so that no default can move it. */
export function lockedLink(address: string, locks: readonly Lockable[], state: State): string {
  const url = new URL(address);
  const fragment = new URLSearchParams(url.hash.slice(1));
  fragment.delete('lock');
  // The Lab's settings are spelled out by keys of their own.
  for (const name of locks)
    if (name !== 'lab' && state[name] !== null) fragment.set(name, String(state[name]));
  if (locks.length > 0) fragment.set('lock', locks.join(','));
  url.hash = fragment.toString();
  return url.href;
}
