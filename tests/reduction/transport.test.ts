/** Distances of two measures and their plans: exact values, sums, and what is refused. */
import { describe, expect, it } from 'vitest';
import { fromRows } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import {
  METRICS,
  type MeasuredTransport,
  measureTransport,
} from '../../src/reduction/distance/transport.ts';
import { transportReport } from '../../src/reduction/distance/transport-report.ts';
import type { Measure } from '../../src/transport/measure.ts';

const of = (rows: number[][], masses?: number[]): Measure => ({ points: fromRows(rows), masses });

/** What leaves each point of the first measure, and what arrives at each of the second. */
function sums({ plan }: MeasuredTransport, n: number, m: number): [number[], number[]] {
  const [left, right] = [new Array(n).fill(0), new Array(m).fill(0)];
  for (const { from, to, mass, arriving } of plan ?? []) {
    left[from] += mass;
    right[to] += arriving;
  }
  return [left, right];
}

/** n points in R^d, clustered around an own centre. */
function cloud(n: number, d: number, seed: number): number[][] {
  const { gaussian } = random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => gaussian() + seed));
}

describe('on a line', () => {
  const x = of([[3], [0]], [1, 3]);
  const y = of([[5], [1]]);

  it('is exact for any masses, with the plan by the places of the points', () => {
    // ¼ of 3 and ¼ of 0 go to 5, ½ of 0 to 1
    const w1 = measureTransport(x, y, { metric: 'w1' });
    expect(w1.distance).toBeCloseTo(2 / 4 + 5 / 4 + 1 / 2, 14);
    const w2 = measureTransport(x, y);
    expect(w2.distance).toBeCloseTo(Math.sqrt(4 / 4 + 25 / 4 + 1 / 2), 14);
    expect(w2).toMatchObject({ quality: 'exact', standardError: null });
    expect(w2.plan).toEqual([
      { from: 1, to: 1, mass: 0.5, arriving: 0.5 },
      { from: 1, to: 0, mass: 0.25, arriving: 0.25 },
      { from: 0, to: 0, mass: 0.25, arriving: 0.25 },
    ]);
  });

  it('is what the Sinkhorn divergence tends to, with ε times the entropies of masses and plan', () => {
    const entropy = (masses: number[]) =>
      -masses.reduce((sum, mass) => sum + mass * Math.log(mass), 0);
    const own = (entropy([1 / 4, 3 / 4]) + entropy([1 / 2, 1 / 2])) / 2;
    const bias = own - entropy([1 / 2, 1 / 4, 1 / 4]);
    for (const epsilon of [0.1, 1e-3]) {
      const { distance } = measureTransport(x, y, { metric: 'sinkhorn', epsilon });
      expect(distance ** 2).toBeCloseTo(7.75 + epsilon * bias, 8);
    }
  });
});

describe('in R^d', () => {
  it('assigns as many points of both, or a few times as many', () => {
    const [two, three] = [
      of([
        [0, 0],
        [6, 0],
      ]),
      of([
        [0, 0],
        [3, 0],
        [6, 0],
      ]),
    ];
    // ⅓ stays at either end, and ⅙ of both goes to the middle
    const found = measureTransport(two, three);
    expect(found.distance).toBeCloseTo(Math.sqrt(9 / 3), 14);
    expect(found.plan).toHaveLength(4);
    expect(sums(found, 2, 3)).toEqual([
      [expect.closeTo(1 / 2), expect.closeTo(1 / 2)],
      [expect.closeTo(1 / 3), expect.closeTo(1 / 3), expect.closeTo(1 / 3)],
    ]);
    expect(measureTransport(two, three, { metric: 'w1' }).distance).toBeCloseTo(1, 14);
  });

  it.each(METRICS)('%s is symmetric, 0 to itself, and follows a shift', (metric) => {
    const [x, y] = [of(cloud(8, 2, 1)), of(cloud(8, 2, 2))];
    const there = measureTransport(x, y, { metric }).distance;
    expect(measureTransport(y, x, { metric }).distance).toBeCloseTo(there, 6);
    expect(measureTransport(x, x, { metric }).distance).toBeCloseTo(0, 6);
    if (metric === 'hk') return;
    const shifted = of(cloud(8, 2, 1).map(([a, b]) => [a + 3, b + 4]));
    const moved = measureTransport(x, shifted, {
      metric,
      ...(metric === 'sliced' && { directions: 20_000 }),
    });
    // of a shadow in the plane: half of the square
    const expected = metric === 'sliced' ? 5 / Math.SQRT2 : 5;
    expect([moved.distance]).toBeAllClose([expected], {
      absolute: 4 * (moved.standardError ?? 2.5e-8),
    });
  });

  it('has an entropic plan with the masses as sums', () => {
    const masses = [1, 2, 3, 4].map((mass) => mass / 10);
    const found = measureTransport(of(cloud(4, 3, 1), masses), of(cloud(5, 3, 2)), {
      metric: 'sinkhorn',
    });
    const [left, right] = sums(found, 4, 5);
    expect(left).toBeAllClose(masses, { absolute: 1e-7 });
    expect(right).toBeAllClose(new Array(5).fill(0.2), { absolute: 1e-7 });
  });

  it('lets mass grow and fade for hk', () => {
    const found = measureTransport(of([[0, 0]], [2]), of([[1, 0]], [0.5]), { metric: 'hk' });
    // two Diracs: a + b − 2 √(ab) cos θ
    expect(found.distance).toBeCloseTo(Math.sqrt(2.5 - 2 * Math.cos(1)), 10);
    expect(found.plan?.[0]).toMatchObject({ from: 0, to: 0 });
    expect(sums(found, 1, 1)).toEqual([[expect.closeTo(2)], [expect.closeTo(0.5)]]);
  });
});

it('draws its lines from the seed', () => {
  const [x, y] = [of(cloud(20, 3, 1)), of(cloud(20, 3, 2))];
  const at = (seed: number) => measureTransport(x, y, { metric: 'sliced', seed });
  expect(at(5)).toEqual(at(5));
  expect(at(6).distance).not.toBe(at(5).distance);
  expect(at(5).plan).toBeNull();
});

it('tells of a plan and of none', () => {
  const subject = { measures: [of([[0], [1]]), of([[2], [4]])], names: ['a.csv', 'b.csv'] };
  const [x, y] = subject.measures;
  const report = transportReport({ ...measureTransport(x, y), ...subject });
  expect(report.columns.map(({ name }) => name)).toEqual(['from', 'to', 'mass', 'arriving']);
  expect(report.findings.join('\n')).toMatch(/distance 2\.5495098.*\nthe plan has 2 parts$/);
  const sliced = transportReport({ ...measureTransport(x, y, { metric: 'sliced' }), ...subject });
  expect(sliced.findings.join('\n')).toMatch(/standard error .*no plan/s);
});

it.each([
  ['a metric that is none', {}, { metric: 'w3' }, /metric is "w3": expected one of w1, w2/],
  ['ε of exact transport', {}, { epsilon: 0.1 }, /epsilon is given, which w2 does not read/],
  [
    'lines of an entropic plan',
    {},
    { metric: 'sinkhorn', directions: 5 },
    /which sinkhorn does not/,
  ],
  ['unequal masses in the plane', { masses: [1, 2] }, {}, /unequal.*take the metric sinkhorn/],
])('is refused: %s', (_, more, options, message) => {
  const x = {
    ...of([
      [0, 0],
      [1, 0],
    ]),
    ...more,
  };
  expect(() =>
    measureTransport(
      x,
      of([
        [0, 1],
        [1, 1],
      ]),
      options as object,
    ),
  ).toThrow(message);
});

it('refuses measures of different dimension, and more parts than can be assigned', () => {
  expect(() => measureTransport(of([[0]]), of([[0, 1]]))).toThrow(/R\^1 and in R\^2/);
  expect(() => measureTransport(of(cloud(47, 2, 1)), of(cloud(48, 2, 2)))).toThrow(
    /47 and 48 points .* 2256 parts/,
  );
});
