/**
 * Results have the same bits in every engine: those of this one are the pinned ones. `node bench/portable.js`
 * asks other versions of Node and Chromium, and pins them anew (`--pin`) where a result changes on purpose.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { portableDigests } from './portable/runs.ts';

const pinned: Record<string, string> = JSON.parse(
  readFileSync(new URL('portable/digests.json', import.meta.url), 'utf8'),
);

describe('the same bits in every engine', () => {
  let digests: Record<string, string>;
  beforeAll(async () => {
    digests = await portableDigests();
  });

  it.each(Object.keys(pinned))('%s', (kind) => {
    expect(digests[kind]).toBe(pinned[kind]);
  });

  it('all kinds are pinned', () => {
    expect(Object.keys(digests)).toEqual(Object.keys(pinned));
  });
});
