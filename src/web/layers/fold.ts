/** A part of the tab behind a button: fetched and built when the reader opens it, which a link restores. */
import type { Trace } from '../api.ts';
import { fill, h, setAttribute } from '../dom.ts';
import { describeFailure } from '../notice.ts';
import type { Page } from '../page.ts';
import { problemDetailsOf } from '../problem-details.ts';
import { type Fold, openFolds, withFold } from '../state.ts';
import type { Panel } from './panel.ts';
import { layersWordsOf } from './words.ts';

interface Folded {
  readonly fold: Fold;
  /** Its panel, from a module of its own. */
  readonly load: () => Promise<Panel>;
  /** Whether it has a meaning for what is looked at; always where absent. */
  readonly offered?: (trace: Trace) => boolean;
}

export function createFold(page: Page, { fold, load, offered }: Folded): Panel {
  const { state } = page;
  const words = layersWordsOf(state.get().language);
  const { title, hint } = words.folds[fold];
  const id = `fold-${fold}`;
  const toggle = h('button', { type: 'button', class: 'button', 'aria-controls': id });
  toggle.addEventListener('click', () => state.set({ open: withFold(state.get(), fold) }));
  const body = h('div', { id, class: 'fold-body' });
  let panel: Panel | null = null;
  let asked = false;
  let latest: Parameters<Panel['show']> | null = null;

  async function open(): Promise<void> {
    asked = true;
    fill(body, h('p', { class: 'hint' }, page.words.loading));
    try {
      panel = await load();
      fill(body, panel.element);
      if (latest) panel.show(...latest);
    } catch (error) {
      fill(body, describeFailure(page, problemDetailsOf(error), { retry: () => void open() }));
    }
  }

  const element = h(
    'section',
    { class: `card fold fold-of-${fold}` },
    h('div', { class: 'card-head' }, h('h2', {}, title), toggle),
    h('p', { class: 'hint' }, hint),
    body,
  );
  return {
    element,
    show(trace, layer) {
      latest = [trace, layer];
      element.hidden = offered !== undefined && !offered(trace);
      const shown = openFolds(state.get()).includes(fold);
      body.hidden = !shown;
      setAttribute(toggle, 'aria-expanded', String(shown));
      fill(toggle, shown ? words.shut : words.open);
      setAttribute(toggle, 'aria-label', `${shown ? words.shut : words.open}: ${title}`);
      if (element.hidden || !shown) return;
      if (!asked) void open();
      else panel?.show(trace, layer);
    },
  };
}
