/** Measurements cut into cells. */
import { describe, expect, it } from 'vitest';
import { measureCells, measureSeeds, partOf } from '../../src/experiments/cells.ts';

const square = async (offset: number, index: number) => [offset + index * index];

describe('cells', () => {
  it('come in order, with progress up to 1', async () => {
    const shares: number[] = [];
    const found = await measureCells(square, 10, 4, { onProgress: (share) => shares.push(share) });
    expect(found).toEqual([[10], [11], [14], [19]]);
    expect(shares).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('of starts have seeds from 1 on', async () => {
    const seedOf = async (_: object, seed: number) => seed;
    expect(await measureSeeds(seedOf, { seeds: 3 }, {})).toEqual([1, 2, 3]);
  });

  it('take their part of the progress', async () => {
    const shares: number[] = [];
    const whole = { onProgress: (share: number) => shares.push(share) };
    await measureCells(square, 0, 2, partOf(whole, 0, 0.5));
    await measureCells(square, 0, 2, partOf(whole, 0.5, 1));
    expect(shares).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('end with the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureCells(square, 0, 2, { signal })).rejects.toThrow('enough');
  });
});
