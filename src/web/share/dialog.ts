/** The dialog of sharing: the link, the pictures as files, the numbers, the command, the program. */
import { h } from '../dom.ts';
import type { Page } from '../page.ts';
import { createSnippet } from './copy.ts';
import { download, textFile } from './files.ts';
import { createLink } from './link.ts';
import { createFigures } from './pictures.ts';
import type { Shared } from './shared.ts';
import { sharedOf } from './shared.ts';
import type { ShareWords } from './words.ts';
import { shareWordsOf } from './words.ts';

/** Opens it for the tab that is open; it goes when it is closed. */
export async function openDialog(page: Page): Promise<void> {
  const words = shareWordsOf(page.state.get().language);
  const shared = await sharedOf(page);
  const close = h(
    'button',
    { type: 'button', class: 'button', click: () => dialog.close() },
    words.close,
  );
  const title = `${page.words.share}: ${page.words.tabs[page.state.get().tab]}`;
  const dialog = h(
    'dialog',
    { class: 'share', 'aria-labelledby': 'share-title' },
    h('div', { class: 'card-head' }, h('h2', { id: 'share-title' }, title), close),
    createLink(page, words),
    ...(shared ? createShared(words, shared) : [h('p', { class: 'hint' }, words.elsewhere)]),
  );
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

function createShared(
  words: ShareWords,
  { figures, document, command, code }: Shared,
): HTMLElement[] {
  if (figures.length === 0 && !document && !command)
    return [h('p', { class: 'nothing' }, words.nothing)];
  return [
    ...(figures.length > 0 ? [createFigures(words, figures)] : []),
    ...(document ? [createNumbers(words, document)] : []),
    ...(command ? [createSnippet(words, words.command, command)] : []),
    ...(code ? [createSnippet(words, words.code, code)] : []),
  ];
}

function createNumbers(words: ShareWords, { name, value }: NonNullable<Shared['document']>) {
  const save = () =>
    download(`${name}.json`, textFile(`${JSON.stringify(value)}\n`, 'application/json'));
  return h(
    'section',
    {},
    h(
      'div',
      { class: 'card-head' },
      h('h3', {}, words.numbers),
      h('button', { type: 'button', class: 'button', id: 'share-json', click: save }, words.json),
    ),
    h('p', { class: 'hint' }, words.numbersHint),
  );
}
