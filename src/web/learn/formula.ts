/** Formulas, set by KaTeX: what is seen is HTML, what is read aloud is MathML. Fetched with the Learn tab. */
import katex from 'katex';
import 'katex/dist/katex.min.css';
import { h, setAttribute } from '../dom.ts';

/** A formula in a line of text. Nodes are made by script, so the page needs no style attributes. */
export function inlineFormula(tex: string): HTMLElement {
  const holder = h('span', { class: 'inline-formula' });
  katex.render(tex, holder);
  return holder;
}

/** A formula on a line of its own. */
export function formula(tex: string): HTMLElement {
  const holder = h('div', { class: 'formula' });
  katex.render(tex, holder, { displayMode: true });
  // one that is wider than its place is scrolled by the keyboard too
  new ResizeObserver(() => {
    setAttribute(holder, 'tabindex', holder.scrollWidth > holder.clientWidth && '0');
  }).observe(holder);
  return holder;
}

/** Text in which formulas stand between dollar signs. */
export function prose(text: string): (Node | string)[] {
  return text.split('$').map((part, i) => (i % 2 === 1 ? inlineFormula(part) : part));
}
