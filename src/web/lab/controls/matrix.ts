/** A matrix as a line of text in the forms of the command line; what does not fit is said at once. */
import { h } from '../../dom.ts';
import type { Told } from '../catalogue-words.ts';
import { type Control, createField, faultOf } from './field.ts';

export interface MatrixAsked {
  readonly id: string;
  readonly told: Told;
  readonly hint: string;
  /** Throws what is wrong with the text. */
  readonly check: (text: string) => unknown;
  readonly set: (text: string) => void;
}

const FORMS = [
  'identity',
  '-1',
  'diagonal:1,-0.5',
  'ginibre:1',
  'ginibre:run',
  'wigner:1',
  'wigner:run',
];

export function createMatrix({ id, told, hint, check, set }: MatrixAsked): Control<string> {
  const list = `${id}-forms`;
  const box = h('input', {
    type: 'text',
    class: 'entry lab-text',
    list,
    spellcheck: 'false',
    autocomplete: 'off',
    title: hint,
  });
  const forms = h('datalist', { id: list }, ...FORMS.map((value) => h('option', { value })));
  const field = createField(id, told, box, box, forms);
  box.addEventListener('change', () => {
    const fault = faultOf(() => check(box.value));
    field.complain(fault);
    if (!fault) set(box.value.trim());
  });
  return {
    element: field.element,
    show(value) {
      field.complain(null);
      box.value = value;
    },
  };
}
