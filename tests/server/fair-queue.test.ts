import { expect, test } from 'vitest';
import { BusyError, fairQueue } from '../../src/server/fair-queue.ts';

/** Asks in this order of owners, one place to work, and says in which order they were served. */
async function served(owners: string, most: number): Promise<string> {
  const queue = fairQueue(1, most);
  const leave = await queue.enter('nobody');
  let order = '';
  const all = [...owners].map(async (owner) => {
    try {
      const done = await queue.enter(owner);
      order += owner;
      done();
    } catch (error) {
      expect(error).toBeInstanceOf(BusyError);
      order += owner.toUpperCase();
    }
  });
  await Promise.resolve();
  leave();
  await Promise.all(all);
  return order;
}

test('those who wait are served in turns, each in its own order', async () => {
  expect(await served('aaabbc', 10)).toBe('abcaba');
});

test('a full queue refuses who has most in it', async () => {
  // capitals: refused; the third of a makes way for b, then the second for c
  expect(await served('aaabc', 3)).toBe('AAabc');
  expect(await served('abcd', 3)).toBe('Dabc');
  expect(await served('ab', 0)).toBe('AB');
});

test('says how many wait, and for how long', async () => {
  const queue = fairQueue(2, 1);
  await queue.enter('a');
  await queue.enter('b');
  queue.enter('c').catch(() => {});
  await expect(queue.enter('d')).rejects.toMatchObject({
    message:
      'the queue for a worker is full: place 2 in it would be served in about 1 s, ask again then',
    retryAfter: 1,
  });
});

test('who has gone leaves the queue, and frees nobody twice', async () => {
  const queue = fairQueue(1, 5);
  const leave = await queue.enter('a');
  const gone = new AbortController();
  const left = expect(queue.enter('b', gone.signal)).rejects.toThrow(/aborted/);
  const next = queue.enter('c');
  gone.abort();
  await left;
  leave();
  leave();
  const again = await next;
  let entered = false;
  const last = queue.enter('d').then((done) => {
    entered = true;
    return done;
  });
  await Promise.resolve();
  expect(entered).toBe(false);
  again();
  (await last)();
  await expect(queue.enter('e', AbortSignal.abort())).rejects.toThrow(/aborted/);
});
