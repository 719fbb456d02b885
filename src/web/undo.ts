/**
 * The browser's history as that of the page: an entry for each finished change of the sentence or of a setting, so that
 * Back, and undo, bring the one before. What is only looked at, such as the layer that plays, has no entry.
 */
import type { State } from './state.ts';
import { createStore, type Store } from './store.ts';

/** How many entries there are before and behind the one in force. */
export interface Reach {
  readonly before: number;
  readonly after: number;
}

export interface Undo {
  readonly reach: Store<Reach>;
  /** Writes the state's address: as a new entry where a change begins, over the last one while it goes on. */
  write(now: State, before: State, address: string): void;
  /** Nothing that this does is an entry: it takes the page to one that there is. */
  restore(change: () => void): void;
}

/** Turned, pinned or played, not set. */
const LOOKED_AT: ReadonlySet<keyof State> = new Set([
  'layer',
  'token',
  'head',
  'yaw',
  'pitch',
  'step',
  'language',
  'theme',
] satisfies (keyof State)[]);
/** The same of the Lab. */
const LOOKED_AT_LAB = ['at', 'yaw', 'pitch', 'speed'];

/** A change of the same thing that comes so soon is the same change, ms. */
const PAUSE = 900;

interface Place {
  readonly place: number;
}

/** Over `history`; the entry in force is the first where the page was just opened. */
export function createUndo(history: History, now: () => number = () => performance.now()): Undo {
  const own = placeOf(history.state);
  let place = own;
  let last = own;
  let restoring = false;
  let changing = '';
  let changed = Number.NEGATIVE_INFINITY;
  const reach = createStore<Reach>({ before: own, after: 0 });
  const tell = () => reach.set({ before: place, after: last - place });

  return {
    reach,
    write(state, before, address) {
      const what = settingsThatDiffer(state, before);
      const time = now();
      const begins = what !== '' && (what !== changing || time - changed > PAUSE);
      if (what !== '') [changing, changed] = [what, time];
      if (begins && !restoring) {
        place++;
        last = place;
        history.pushState({ place } satisfies Place, '', address);
      } else history.replaceState({ place } satisfies Place, '', address);
      tell();
    },
    restore(change) {
      place = placeOf(history.state);
      last = Math.max(last, place);
      restoring = true;
      changing = '';
      change();
      restoring = false;
      tell();
    },
  };
}

const placeOf = (state: unknown): number =>
  typeof state === 'object' && state !== null && 'place' in state && typeof state.place === 'number'
    ? state.place
    : 0;

function settingsThatDiffer(now: State, before: State): string {
  const keys = (Object.keys(now) as (keyof State)[]).filter(
    (key) =>
      !LOOKED_AT.has(key) &&
      (key === 'lab' ? setIn(now.lab) !== setIn(before.lab) : now[key] !== before[key]),
  );
  return keys.join();
}

function setIn(lab: string): string {
  const set = new URLSearchParams(lab);
  for (const name of LOOKED_AT_LAB) set.delete(name);
  return set.toString();
}

/** −1 for the keys of undo, 1 for those of redo, 0 for others and where a field has undo of its own. */
export function undoWay(event: KeyboardEvent): -1 | 0 | 1 {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return 0;
  const { target } = event;
  const isField =
    target instanceof HTMLElement && target.matches('textarea, input:not([type=range]), select');
  if (isField) return 0;
  const key = event.key.toLowerCase();
  if (key === 'z') return event.shiftKey ? 1 : -1;
  return key === 'y' && !event.shiftKey ? 1 : 0;
}
