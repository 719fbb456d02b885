/** One of several names: a select. */
import { h } from '../../dom.ts';
import type { Told } from '../catalogue-words.ts';
import { type Control, createField } from './field.ts';

export interface ChoiceAsked {
  readonly id: string;
  readonly told: Told;
  /** By name, in order; a group has a name of its own. */
  readonly options: readonly (readonly [name: string, title: string])[];
  readonly set: (name: string) => void;
}

export function createChoice({ id, told, options, set }: ChoiceAsked): Control<string> {
  const select = h(
    'select',
    { class: 'entry lab-select', change: () => set(select.value) },
    ...options.map(([name, title]) => h('option', { value: name }, title)),
  );
  const { element } = createField(id, told, select, select);
  return {
    element,
    show(value) {
      select.value = value;
    },
  };
}
