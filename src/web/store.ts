/** A value that tells its listeners when it changes, and a request whose late replies are dropped. */
import type { ProblemDetails } from './problem-details.ts';
import { problemDetailsOf } from './problem-details.ts';

export interface Store<S> {
  get(): S;
  /** Merges `patch` and tells the listeners, if anything differs. */
  set(patch: Partial<S>): void;
  subscribe(listener: (state: S, previous: S) => void): void;
  /** Forgets all listeners (the page is about to be built anew). */
  silence(): void;
}

/** A store with the given first state; states are replaced, never changed in place. */
export function createStore<S extends object>(initial: S): Store<S> {
  const listeners = new Set<(state: S, previous: S) => void>();
  let state = initial;
  return {
    get: () => state,
    set(patch) {
      const next = { ...state, ...patch };
      if (shallowEqual(next, state)) return;
      const previous = state;
      state = next;
      for (const listener of [...listeners]) listener(next, previous);
    },
    subscribe: (listener) => void listeners.add(listener),
    silence: () => listeners.clear(),
  };
}

function shallowEqual<S extends object>(a: S, b: S): boolean {
  return Object.keys(a).every((key) => Object.is(a[key as keyof S], b[key as keyof S]));
}

/** What is known of a request: while it loads or after it failed, the value is the previous one. */
export interface Reply<T> {
  readonly status: 'empty' | 'loading' | 'ready' | 'failed';
  readonly value: T | null;
  readonly failure: ProblemDetails | null;
}

export interface Resource<Q, T> extends Store<Reply<T>> {
  /** Asks, unless just this was asked last and did not fail; aborts what was asked before. */
  load(query: Q): void;
  /** Aborts and forgets the value. */
  clear(): void;
}

/** A resource over `send`; a reply to anything but the latest question is dropped. */
export function createResource<Q, T>(
  send: (query: Q, signal: AbortSignal) => Promise<T>,
): Resource<Q, T> {
  const empty: Reply<T> = { status: 'empty', value: null, failure: null };
  const store = createStore(empty);
  let asked: string | null = null;
  let controller = new AbortController();

  async function ask(query: Q): Promise<void> {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    store.set({ status: 'loading' });
    const reply = await send(query, signal).then(
      (value): Partial<Reply<T>> => ({ status: 'ready', value, failure: null }),
      (error: unknown): Partial<Reply<T>> => ({
        status: 'failed',
        failure: problemDetailsOf(error),
      }),
    );
    if (!signal.aborted) store.set(reply);
  }

  return {
    ...store,
    load(query) {
      const key = JSON.stringify(query);
      if (key === asked && store.get().status !== 'failed') return;
      asked = key;
      void ask(query);
    },
    clear() {
      controller.abort();
      asked = null;
      store.set(empty);
    },
  };
}
