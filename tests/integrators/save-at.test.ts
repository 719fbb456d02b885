/** Save times from text and numbers, and every refusal. */
import { describe, expect, it } from 'vitest';
import { parseSaveAt } from '../../src/integrators/save-at.ts';
import { InputError } from '../../src/numerics/errors.ts';

describe('parseSaveAt', () => {
  it('reads lists, as text or as numbers', () => {
    expect([...parseSaveAt('0, 1,2.5', 10)]).toEqual([0, 1, 2.5]);
    expect([...parseSaveAt([0, 1e-3], 10)]).toEqual([0, 1e-3]);
    expect([...parseSaveAt('7', 10)]).toEqual([7]);
    expect([...parseSaveAt([], 10)]).toEqual([]);
  });

  it('spaces times equally, each the double nearest to its decimal', () => {
    const times = parseSaveAt('linear:0:10:101', 10);
    expect(times.length).toBe(101);
    times.forEach((time, k) => {
      expect(time).toBe(k / 10);
    });
  });

  it('spaces times by equal factors, with both ends exact', () => {
    const times = parseSaveAt('log:1e-2:1e8:201', 1e8);
    expect([times.length, times[0], times[200]]).toEqual([201, 1e-2, 1e8]);
    expect(times[100]).toBeCloseTo(1e3, 8);
    const ratios = Array.from(times.slice(1), (time, k) => time / times[k]);
    expect(ratios).toBeAllClose(new Float64Array(200).fill(10 ** 0.05), { relative: 1e-13 });
  });

  it('takes a time beyond the end by rounding for the end, as numpy.arange gives it', () => {
    const arange = Array.from({ length: 4 }, (_, i) => 1 + i * (1.1 - 1));
    expect(arange.at(-1)).toBe(1.3000000000000003);
    expect([...parseSaveAt(arange, 1.3)]).toEqual([...arange.slice(0, 3), 1.3]);
    expect([...parseSaveAt('0,5,10.000000000000002', 10)]).toEqual([0, 5, 10]);
  });

  it.each<[string | number[], RegExp]>([
    ['0,11', /time 11 lies outside of the run: expected times from 0 to 10/],
    ['-1,2', /time -1 lies outside/],
    [[Number.NaN], /time NaN lies outside/],
    ['0,2,1', /must rise, but 2 is followed by 1/],
    [[1, 1], /save time 1 is there twice: expected every time once, leave one out/],
    ['0,10,10.000000000000002', /save time 10 is there twice/],
    ['0,10.0000001', /time 10.0000001 lies outside/],
    ['0,one', /hold "one", which is no number/],
    ['0,,1', /hold "", which is no number/],
    ['', /hold "", which is no number/],
    ['linear:0:x:3', /hold "x", which is no number/],
    ['linear:0:10', /incomplete: expected linear:FROM:TO:COUNT/],
    ['log:1:2:3:4', /incomplete: expected log:FROM:TO:COUNT/],
    ['cubic:0:1:3', /unknown kind "cubic": expected "0,1,2", "linear/],
    ['linear:5:1:3', /from 5 to 1 do not rise/],
    ['linear:0:10:1', /count of save times is 1: expected a whole number from 2/],
    ['linear:0:10:2.5', /count of save times is 2.5/],
    ['log:0:10:5', /logarithmic save times begin at 0: expected a time above 0/],
    ['log:-1:10:5', /logarithmic save times begin at -1/],
    ['linear:0:11:3', /time 11 lies outside/],
    ['linear:0:10:1000001', /1000001 save times are too many: expected at most 1000000/],
    [','.repeat(1_000_000), /1000001 save times are too many/],
  ])('refuses %j', (given, message) => {
    expect(() => parseSaveAt(given, 10)).toThrow(InputError);
    expect(() => parseSaveAt(given, 10)).toThrow(message);
  });
});
