/** Sources of texts: passes over files, shares of a mixture, and that all follows from place and seed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkShares,
  drawSequences,
  fileSource,
  quotas,
  type SequenceSource,
  type SharedSource,
  worldSource,
} from '../../../src/language/training/sources.ts';
import { sampleText } from '../../../src/language/world/sample.ts';
import { InputError } from '../../../src/numerics/errors.ts';
import { random } from '../../../src/numerics/random.ts';
import { tinyStart, tinyWorld } from './tiny-run.ts';

/** Five texts of 0 to 4 tokens; the tokens say which. */
const encoded = {
  tokens: Int32Array.of(1, 2, 2, 3, 3, 3, 4, 4, 4, 4),
  starts: Int32Array.of(0, 0, 1, 3, 6, 10),
};

describe('a file', () => {
  const pass = (source: SequenceSource, number: number) =>
    Array.from({ length: 5 }, (_, i) => [...source.draw(random(0), 5 * number + i)].join(''));

  it('gives every text once a pass, in another order each', () => {
    const source = fileSource(encoded, 7);
    const passes = Array.from({ length: 6 }, (_, number) => pass(source, number));
    for (const one of passes) expect([...one].sort()).toEqual(['', '1', '22', '333', '4444']);
    expect(new Set(passes.map((one) => one.join())).size).toBeGreaterThan(3);
  });

  it('gives the same at a place whatever was asked before', () => {
    const forwards = fileSource(encoded, 7);
    const first = pass(forwards, 0);
    for (let number = 1; number < 9; number++) pass(forwards, number);
    expect(pass(forwards, 0)).toEqual(first);
    expect(pass(fileSource(encoded, 7), 8)).toEqual(pass(forwards, 8));
    const others = Array.from({ length: 8 }, (_, seed) =>
      pass(fileSource(encoded, seed), 0).join(),
    );
    expect(new Set(others).size).toBeGreaterThan(4);
  });
});

it('a world gives what it draws', async () => {
  const { tokenizer } = (await tinyStart()).model;
  const text = worldSource(tinyWorld, tokenizer).draw(random(5), 3);
  expect(tokenizer.decode(text)).toBe(sampleText(tinyWorld, random(5)).text);
});

describe('a mixture', () => {
  it('has quotas that add up, each within one of its share', () => {
    const weights = fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 2000 }), (given, count) => {
        const total = given.reduce((sum, weight) => sum + weight, 0);
        const parts = quotas(
          given.map((weight) => weight / total),
          count,
        );
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(count);
        parts.forEach((part, i) => {
          expect(Math.abs(part - (given[i] / total) * count)).toBeLessThanOrEqual(1 + 1e-6);
        });
      }),
    );
  });

  it('counts on in each source from turn to turn', () => {
    const places: [number, number][] = [];
    const source = (s: number): SequenceSource => ({
      draw(_, place) {
        places.push([s, place]);
        return Int32Array.of(s);
      },
    });
    const shares: SharedSource[] = [0.25, 0.75].map((share, s) => ({ source: source(s), share }));
    for (const turn of [0, 1]) drawSequences(shares, 4, turn, random(1));
    expect(places).toEqual([
      ...[0].map((place) => [0, place]),
      ...[0, 1, 2].map((place) => [1, place]),
      ...[1].map((place) => [0, place]),
      ...[3, 4, 5].map((place) => [1, place]),
    ]);
  });

  it('refuses a share that is no text', () => {
    expect(() => checkShares([0.999, 0.001], 64)).toThrow(InputError);
    expect(() => checkShares([0.999, 0.001], 64)).toThrow(/corpus 2 has a share of 0\.0010/);
    expect(() => checkShares([1], 64)).not.toThrow();
  });
});
