/** Files that the page makes itself. */
import { h } from '../../dom.ts';

/** Offers a file to be saved. */
export function download(name: string, blob: Blob): void {
  const href = URL.createObjectURL(blob);
  const link = h('a', { href, download: name });
  link.click();
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

export const textFile = (text: string, type: string): Blob =>
  new Blob([text], { type: `${type};charset=utf-8` });
