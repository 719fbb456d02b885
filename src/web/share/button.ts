/** The button that opens the dialog of sharing, which is fetched when it is first needed. */
import { h } from '../dom.ts';
import { shareIcon } from '../icons.ts';
import type { Page } from '../page.ts';

export function createShareButton(page: Page): HTMLButtonElement {
  const name = page.words.share;
  const open = async () => {
    const { openDialog } = await import('./dialog.ts');
    await openDialog(page);
  };
  const click = () => void open();
  const named = { 'aria-label': name, title: name, 'aria-haspopup': 'dialog' };
  return h('button', { type: 'button', class: 'round', id: 'share', ...named, click }, shareIcon());
}
