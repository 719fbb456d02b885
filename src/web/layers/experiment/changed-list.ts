/** What is changed now, in words, each with a button that takes it back. */
import { fill, h } from '../../dom.ts';
import type { Intervention, Part } from '../../interventions.ts';
import { readInterventions, withoutIntervention, writeInterventions } from '../../interventions.ts';
import type { Page } from '../../page.ts';
import type { ExperimentWords } from './words.ts';

export function createChangedList(page: Page, words: ExperimentWords) {
  const element = h('ul', { class: 'interventions', 'aria-label': words.changes });
  let shown: string | null = null;
  return {
    element,
    /** The items stay while they say the same, so that none loses the focus. */
    show() {
      const { changes } = page.state.get();
      if (changes === shown) return;
      shown = changes;
      showInterventions(page, words, element);
    },
  };
}

function showInterventions(page: Page, words: ExperimentWords, list: HTMLElement): void {
  const { state } = page;
  const interventions = readInterventions(state.get().changes);
  const set = (next: Intervention[]) => {
    state.set({ changes: writeInterventions(next) });
    list.querySelector('button')?.focus(); // what had the focus is gone
  };
  const items = interventions.map((intervention) => {
    const text = interventionText(page, words, intervention);
    const click = () => set(withoutIntervention(interventions, intervention));
    const name = { 'aria-label': words.undo(text), title: words.undo(text) };
    return h('li', {}, h('button', { type: 'button', class: 'chip', click, ...name }, text, ' ×'));
  });
  const all = h('button', { type: 'button', class: 'chip', click: () => set([]) }, words.undoAll);
  if (items.length === 0) fill(list, h('li', { class: 'hint' }, words.none));
  else fill(list, ...items, items.length > 1 && h('li', {}, all));
}

/** "Head 3 off in layer 5" */
function interventionText(
  page: Page,
  words: ExperimentWords,
  { head, layer, factor }: Intervention,
): string {
  const where = layer === null ? words.everyLayer : words.inLayer(layer);
  const name = headName(words, head);
  return factor === null
    ? words.said.off(name, where)
    : words.said.beta(name, factorText(page, factor), where);
}

export function headName(words: ExperimentWords, head: Part): string {
  if (head === 'mlp') return words.mlp;
  return head === null ? words.allHeads : words.head(head + 1);
}

export const factorText = ({ state }: Page, factor: number): string =>
  new Intl.NumberFormat(state.get().language, { maximumFractionDigits: 3 }).format(factor);
