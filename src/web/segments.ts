/** A few values of one part of the state side by side, the one in force pressed. */
import { h, setAttribute } from './dom.ts';
import type { Page } from './page.ts';
import type { State } from './state.ts';

interface Choice<T extends string | number> {
  /** Buttons are `id-value`, and their label `id-label`. */
  readonly id: string;
  readonly label: string;
  readonly values: readonly T[];
  readonly name: (value: T) => string;
  readonly chosen: (state: State) => T | null;
  readonly choose: (value: T) => void;
  /** All of them where absent. */
  readonly offered?: (state: State, value: T) => boolean;
  /** Whether it is to be seen at all; where absent it is. */
  readonly shown?: (state: State, value: T) => boolean;
  /** The id of what explains them. */
  readonly explained?: string;
}

/** The label, and the group of buttons that it names. */
export function createSegments<T extends string | number>(
  { state, models }: Page,
  { id, label, values, name, chosen, choose, offered, shown, explained }: Choice<T>,
): [HTMLElement, HTMLElement] {
  const described = explained === undefined ? {} : { 'aria-describedby': explained };
  const buttons = values.map((value) =>
    h(
      'button',
      { type: 'button', id: `${id}-${value}`, ...described, click: () => choose(value) },
      name(value),
    ),
  );
  const show = () => {
    const now = state.get();
    for (const [i, value] of values.entries()) {
      setAttribute(buttons[i], 'aria-pressed', String(chosen(now) === value));
      buttons[i].disabled = offered !== undefined && !offered(now, value);
      buttons[i].hidden = shown !== undefined && !shown(now, value);
    }
  };
  state.subscribe(show);
  models.subscribe(show);
  show();
  const group = { class: 'segments', role: 'group', 'aria-labelledby': `${id}-label` };
  return [h('span', { class: 'label', id: `${id}-label` }, label), h('div', group, ...buttons)];
}
