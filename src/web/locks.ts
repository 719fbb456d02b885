/** What a link can lock: the controls stay as they are and say so, the outputs go on. Not a safeguard. */
import { h } from './dom.ts';
import type { Page } from './page.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';

/** The parts of the state that a link can lock, in the order of the page. */
export const lockable = [
  'text',
  'depth',
  'coupling',
  'reading',
  'model',
  'targets',
  'other',
  'tab',
  'layer',
  'token',
  'head',
  'tolerance',
  'plane',
  'changes',
  'step',
  'reader',
  'pairBeta',
  'pairAngle',
  'lab',
] as const satisfies readonly (keyof State)[];

export type Lockable = (typeof lockable)[number];

/** What the state locks, in the order above. */
export function locksOf({ lock }: Pick<State, 'lock'>): Lockable[] {
  const asked = new Set(lock.split(',').map((name) => name.trim()));
  return lockable.filter((name) => asked.has(name));
}

export function isLocked(state: State, name: keyof State): boolean {
  return locksOf(state).some((locked) => locked === name);
}

/**
 * The same store for the reader's hands: a patch of what is locked is dropped. But for `lab`, which also
 * holds what is looked at: the Lab keeps its settings itself.
 */
export function guarded(store: Store<State>): Store<State> {
  return {
    ...store,
    set(patch) {
      const state = store.get();
      const open = (key: string) => key === 'lab' || !isLocked(state, key as keyof State);
      store.set(Object.fromEntries(Object.entries(patch).filter(([key]) => open(key))));
    },
  };
}

/** Controls that change one part of the state: disabled together where it is locked. */
export function controlsOf(page: Page, name: Lockable, ...controls: Element[]): HTMLElement {
  const holder = h('fieldset', { class: 'controls-of', role: 'none' }, ...controls);
  const show = () => {
    holder.disabled = isLocked(page.state.get(), name);
  };
  page.state.subscribe(show);
  show();
  return holder;
}
