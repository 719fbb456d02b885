/** Which model answers: a choice in the head of the page where the server has several, its name where it has one. */
import type { Models } from './api.ts';
import { fill, h } from './dom.ts';
import type { Page } from './page.ts';

/** Keeps the place of a name until names are known. */
const USUAL = 'alltag';

/** A select of the models that can be used. One alone is told in the same place: nothing below it moves. */
export function createModelPicker(page: Page): HTMLSelectElement {
  const { words, state, models } = page;
  const select = h('select', {
    id: 'model',
    class: 'picker',
    'aria-label': words.model,
    title: words.model,
    change: () => choose(page, select.value),
  });
  const show = () => {
    const known = models.get().value;
    const names = known ? usable(known) : [];
    select.classList.toggle('to-come', known === null);
    select.disabled = known !== null && names.length < 2;
    fill(select, ...(known ? names : [USUAL]).map((name) => h('option', { value: name }, name)));
    select.value = state.get().model ?? known?.default ?? USUAL;
  };
  const follow = () => {
    select.value = state.get().model ?? models.get().value?.default ?? '';
  };
  models.subscribe(show);
  state.subscribe(follow);
  show();
  return select;
}

/** The server's default is kept as "none chosen", so that a link works on another server too. */
function choose({ state, models }: Page, name: string): void {
  const chosen = name === models.get().value?.default ? null : name;
  state.set({ model: chosen, layer: null, head: null });
}

/** A model from a link that this server does not have gives way to the server's own. */
export function dropUnknownModel({ state, models }: Page): void {
  const { model } = state.get();
  const known = models.get().value;
  if (model !== null && known && !usable(known).includes(model)) state.set({ model: null });
}

function usable({ models }: Models): string[] {
  return models.filter((model) => !('problem' in model)).map(({ name }) => name);
}
