/** One thing has no plural, wherever a sentence counts. */
import { expect, it } from 'vitest';
import { inspectionLines } from '../../src/cli/inspect/text.ts';
import { inspectFrames } from '../../src/flow/inspect.ts';
import { counted } from '../../src/numerics/counted.ts';

it('is said in English', () => {
  expect([0, 1, 2].map((count) => counted(count, 'token'))).toEqual([
    '0 tokens',
    '1 token',
    '2 tokens',
  ]);
  expect([1, 2].map((count) => counted(count, 'entry', 'entries'))).toEqual([
    '1 entry',
    '2 entries',
  ]);
});

it('in a table of one token and one frame', () => {
  const inspection = inspectFrames({ shape: [1, 1, 2], data: Float64Array.of(3, 4) });
  const sources = { frames: 'one.npy', attentions: null };
  const lines = inspectionLines({ width: 80, colour: false }, sources, inspection, 0);
  expect(lines.join('\n')).toContain('1 frame · 1 token · width 2');
});
