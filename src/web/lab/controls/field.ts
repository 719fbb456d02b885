/** What all controls share: a label with its help, and a line for what is wrong. Not what is inside. */
import { fill, h, setAttribute } from '../../dom.ts';
import type { Told } from '../catalogue-words.ts';

export interface Control<T> {
  readonly element: HTMLElement;
  show(value: T): void;
}

/** A labelled row; the help is the label's tooltip and is read out with the input. */
export function createField(
  id: string,
  { title, help }: Told,
  input: HTMLElement,
  ...parts: HTMLElement[]
): { element: HTMLElement; complain(text: string | null): void } {
  const helpId = `${id}-help`;
  const fault = h('p', { class: 'lab-fault', role: 'alert' });
  setAttribute(input, 'id', id);
  setAttribute(input, 'aria-describedby', helpId);
  const element = h(
    'div',
    { class: 'lab-field' },
    h('label', { for: id, title: help }, title),
    h('span', { class: 'unseen', id: helpId }, help),
    ...parts,
    fault,
  );
  return {
    element,
    complain(text) {
      fill(fault, text);
      setAttribute(input, 'aria-invalid', text === null ? undefined : 'true');
    },
  };
}

/** Calls with the latest arguments once nothing came for a while, or at once when told to. */
export function rested<A extends unknown[]>(call: (...given: A) => void, milliseconds: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (now: boolean, ...given: A) => {
    clearTimeout(timer);
    if (now) call(...given);
    else timer = setTimeout(() => call(...given), milliseconds);
  };
}

/** What a check throws as text, or null. */
export function faultOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
