/** What experiments say about where tokens end, on ends that are known. */
import { describe, expect, it } from 'vitest';
import { polytopeNumbers, type Rescaled } from '../../src/experiments/limit-points.ts';
import { hullLine } from '../../src/experiments/token-map.ts';
import { fromRows } from '../../src/numerics/matrix.ts';

const SQUARE = [
  [0, 0],
  [4, 0],
  [4, 4],
  [0, 4],
];
const TIMES = Array.from({ length: 21 }, (_, k) => k / 2);

/** Pairs of tokens, one at rest at a place and one that comes to it along (1, 1) like e^{−rt}. */
function approach(places: readonly (readonly number[])[], rate: number): Rescaled {
  const pair = ([x, y]: readonly number[], off: number) => [
    [x, y],
    [x + off, y + off],
  ];
  const frames = TIMES.map((time) =>
    fromRows(places.flatMap((place) => pair(place, Math.exp(-rate * time)))),
  );
  return { times: TIMES, frames };
}

describe('tokens that come to', () => {
  it.each([
    ['the corners of a square', SQUARE, 1, 1],
    ['its corners and a place on its edge', [...SQUARE, [2, 0]], 1, 0.8],
    ['its corners and a place inside', [...SQUARE, [1, 2]], 0, 0.8],
    ['one place', [[1, 2]], 0, 1],
    ['the ends of a segment', SQUARE.slice(0, 2), 0, 1],
  ])(
    '%s: whether they are on a polytope, corners, limits a token, rate',
    (_, places, onPolytope, corners) => {
      const [polytope, share, limits, rate] = polytopeNumbers(approach(places, 1.5));
      expect([polytope, share, limits]).toEqual([onPolytope, corners, 0.5]);
      expect(rate).toBeCloseTo(1.5, 6);
    },
  );

  it('no common place have no rate', () => {
    const still: Rescaled = { times: TIMES, frames: TIMES.map(() => fromRows(SQUARE)) };
    expect(polytopeNumbers(still)).toEqual([1, 1, 1, Number.NaN]);
  });

  it('a square are drawn with it, around and back', () => {
    const { points } = hullLine(approach([...SQUARE, [1, 2]], 100));
    expect(points.map(([x, y]) => [Math.round(x), Math.round(y)])).toEqual([...SQUARE, SQUARE[0]]);
  });
});
