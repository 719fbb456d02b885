/** Entries of the browser's history: one for each finished change, none for what is only looked at. */
import { expect, test } from 'vitest';
import { defaults, type State } from '../../src/web/state.ts';
import { createUndo } from '../../src/web/undo.ts';

function opened() {
  const entries: { state: unknown; address: string }[] = [{ state: null, address: '' }];
  let at = 0;
  let time = 0;
  const history = {
    get state() {
      return entries[at].state;
    },
    pushState(state: unknown, _: string, address: string) {
      entries.splice(++at, entries.length, { state, address });
    },
    replaceState(state: unknown, _: string, address: string) {
      entries[at] = { state, address };
    },
  } as unknown as History;
  const undo = createUndo(history, () => time);
  let state: State = defaults;
  return {
    undo,
    addresses: () => entries.map(({ address }) => address),
    change(patch: Partial<State>, after = 2000) {
      time += after;
      const before = state;
      state = { ...state, ...patch };
      undo.write(state, before, JSON.stringify(patch));
    },
    go(way: number, patch: Partial<State>) {
      at += way;
      undo.restore(() => this.change(patch, 0));
    },
  };
}

test('keys of one sentence are one entry, and another setting is the next', () => {
  const { change, addresses, undo } = opened();
  change({ text: 'D' });
  change({ text: 'De' }, 300);
  change({ text: 'Der' }, 300);
  change({ depth: 9 }, 100);
  change({ depth: 10 }, 100);
  expect(addresses()).toEqual(['', '{"text":"Der"}', '{"depth":10}']);
  change({ depth: 11 }, 5000);
  expect(addresses()).toHaveLength(4);
  expect(undo.reach.get()).toEqual({ before: 3, after: 0 });
});

test('what is looked at has no entry', () => {
  const { change, addresses } = opened();
  change({ layer: 3 });
  change({ token: 1, yaw: 30 });
  change({ lab: 'at=7&yaw=3' });
  expect(addresses()).toHaveLength(1);
  change({ lab: 'at=8&n=100' });
  expect(addresses()).toHaveLength(2);
});

test('going back makes no entry, and a change from there forgets what came after', () => {
  const page = opened();
  page.change({ text: 'a' });
  page.change({ text: 'b' });
  page.go(-1, { text: 'a' });
  expect(page.undo.reach.get()).toEqual({ before: 1, after: 1 });
  page.go(1, { text: 'b' });
  expect(page.undo.reach.get()).toEqual({ before: 2, after: 0 });
  page.go(-1, { text: 'a' });
  page.change({ depth: 3 });
  expect(page.addresses()).toHaveLength(3);
  expect(page.undo.reach.get()).toEqual({ before: 2, after: 0 });
});
