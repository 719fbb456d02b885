/** The particles by name, in the order of the text: where the keyboard chooses one. */
import { fill, h, setAttribute, setVariable } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { pinToken, selectedToken, tokenName } from '../page.ts';
import { tokenColours } from '../token-colours.ts';
import type { Panel } from './panel.ts';

export function createParticles(page: Page): Panel {
  const list = h('ul', { 'aria-labelledby': 'particles-label' });
  let names = '';
  let chips: HTMLButtonElement[] = [];
  return {
    element: h(
      'div',
      { class: 'particles', title: page.words.particlesHint },
      h('span', { class: 'label', id: 'particles-label' }, page.words.particles),
      controlsOf(page, 'token', list),
    ),
    show(trace) {
      const now = trace.tokens.map((_, i) => tokenName(trace, i, page.words));
      if (now.join('\n') !== names) {
        names = now.join('\n');
        chips = now.map((name, i) => createChip(page, name, i));
        fill(list, ...chips.map((chip) => h('li', {}, chip)));
      }
      const colours = tokenColours(trace);
      for (const [i, chip] of chips.entries()) showChip(page, chip, i, colours[i]);
    },
  };
}

function createChip(page: Page, name: string, index: number): HTMLButtonElement {
  const preview = () => page.hover.set({ token: index });
  const leave = () => page.hover.set({ token: null });
  return h(
    'button',
    {
      type: 'button',
      class: 'particle',
      click: () => pinToken(page, index),
      pointerenter: preview,
      pointerleave: leave,
      focus: preview,
      blur: leave,
    },
    name,
  );
}

function showChip(page: Page, chip: HTMLElement, index: number, colour: string): void {
  setAttribute(chip, 'aria-pressed', String(page.state.get().token === index));
  chip.classList.toggle('selected', selectedToken(page) === index);
  setVariable(chip, '--colour', colour);
}
