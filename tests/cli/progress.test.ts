/** Progress as it is drawn on a terminal: a bar over all works, one for each that runs, and what is said of their ends. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { progressBar, progressBoard } from '../../src/cli/progress.ts';
import { PATIENT } from '../patience.ts';

const { isTTY } = process.stderr;
let drawn = '';

beforeEach(() => {
  drawn = '';
  process.stderr.isTTY = true;
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    drawn += text;
    return true;
  });
});

afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const soon = (text: string) => vi.waitFor(() => expect(drawn).toContain(text), 1000 * PATIENT);

it('of many works: how many are over, and the share of each', async () => {
  const board = await progressBoard(3, 2);
  board.update('first', 0.25);
  board.update('second', 0.5);
  await soon('second 50 %');
  expect(drawn).toContain('first 25 %');
  expect(drawn).toContain('0 of 3');
  board.end('first', 'first: holds');
  // Takes the bar of the first.
  board.update('third', 0.75);
  await soon('third 75 %');
  expect(drawn).toContain('first: holds\n');
  expect(drawn).toContain('1 of 3');
  board.stop();
});

it('of one work: a bar once it lasts', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const bar = await progressBar('{bar} {percentage} %');
  bar.update(1, 100);
  expect(drawn).toBe('');
  vi.advanceTimersByTime(1000);
  bar.update(40, 100);
  await soon('40 %');
  bar.stop();
});
