/** The numbers of a step for the sentence at hand, each with its symbol. */
import { fill, h } from '../dom.ts';
import type { Fact } from './context.ts';
import { inlineFormula } from './formula.ts';

export function createFacts(title: string) {
  const list = h('dl', { class: 'facts' });
  const element = h('div', { class: 'facts-holder' }, h('h3', {}, title), list);
  let shown = '';
  return {
    element,
    show(facts: Fact[]) {
      const key = JSON.stringify(facts);
      if (key === shown) return;
      shown = key;
      fill(list, ...facts.map(createFact));
    },
  };
}

function createFact({ tex, name, value }: Fact): HTMLElement {
  return h(
    'div',
    {},
    h('dt', {}, inlineFormula(tex), ' ', h('span', {}, name)),
    h('dd', {}, value),
  );
}
