/** Distances between measures: closed forms, each against another way to compute it, and the axioms of a metric. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { assign, assignmentDistance } from '../../src/transport/assignment.ts';
import { wassersteinOnCircle } from '../../src/transport/circle.ts';
import { wassersteinOnLine } from '../../src/transport/line.ts';
import { squaredDistances, unitMasses } from '../../src/transport/measure.ts';
import {
  entropicTransport,
  sinkhornDivergence,
  symmetricTransport,
} from '../../src/transport/sinkhorn.ts';
import { slicedWasserstein } from '../../src/transport/sliced.ts';

const TURN = 2 * Math.PI;

const arc = (a: number, b: number) => Math.abs(a - b - TURN * Math.round((a - b) / TURN));

function cloud(n: number, d: number, seed: number, shift: readonly number[] = []) {
  const { gaussian } = random(seed);
  return matrix(
    n,
    d,
    Float64Array.from({ length: n * d }, (_, at) => gaussian() + (shift[at % d] ?? 0)),
  );
}

/** Points with masses, some of them 0 or equal. */
const measure = (least: number, most: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 7,
    })
    .map((list) => ({
      values: list.map(([value]) => value / 8),
      masses: list.map(([, mass], i) => (i === 0 ? mass + 1 : mass)),
    }));

describe('on the line', () => {
  it.each([1, 2, 3])('translations are their length apart (p = %i)', (p) => {
    const values = Array.from(cloud(50, 1, 1).data);
    const moved = { values: values.map((value) => value - 0.7) };
    expect(wassersteinOnLine({ values }, moved, p)).toBeCloseTo(0.7, 12);
  });

  it('two Diracs, a split one, and masses of any sum', () => {
    expect(wassersteinOnLine({ values: [0] }, { values: [3] })).toBe(3);
    expect(wassersteinOnLine({ values: [0] }, { values: [-1, 1] }, 2)).toBe(1);
    const heavy = { values: [0, 4], masses: [3, 1] };
    expect(wassersteinOnLine(heavy, { values: [0, 4], masses: [20, 20] })).toBeCloseTo(1, 14);
  });

  it('Gaussian quantiles: W₂² = (m₁ − m₂)² + (s₁ − s₂)²', () => {
    const { gaussian } = random(2);
    const draws = Float64Array.from({ length: 200_000 }, gaussian);
    const other = draws.map((value) => 1 + 2 * value);
    expect(wassersteinOnLine({ values: draws }, { values: other }, 2)).toBeCloseTo(Math.SQRT2, 2);
  });

  it('is the best assignment', () => {
    const [x, y] = [cloud(30, 1, 3), cloud(30, 1, 4)];
    const line = wassersteinOnLine({ values: x.data }, { values: y.data }, 2);
    expect(line).toBeCloseTo(assignmentDistance(squaredDistances(x, y), 2), 12);
  });

  it('is a metric', () => {
    const any = measure(-20, 20);
    fc.assert(
      fc.property(any, any, any, fc.constantFrom(1, 2), (a, b, c, p) => {
        const [ab, bc, ac] = [
          wassersteinOnLine(a, b, p),
          wassersteinOnLine(b, c, p),
          wassersteinOnLine(a, c, p),
        ];
        expect(wassersteinOnLine(b, a, p)).toBeCloseTo(ab, 12);
        expect(ac).toBeLessThanOrEqual(ab + bc + 1e-12);
        expect(wassersteinOnLine(a, a, p)).toBeLessThan(1e-7);
      }),
    );
  });
});

describe('on the circle', () => {
  const angles = (n: number, seed: number) => {
    const { uniform } = random(seed);
    return Array.from({ length: n }, () => TURN * uniform());
  };

  it('two Diracs are their arc apart, the short way', () => {
    expect(wassersteinOnCircle({ values: [0.1] }, { values: [TURN - 0.2] })).toBeCloseTo(0.3, 14);
    expect(wassersteinOnCircle({ values: [0.1] }, { values: [TURN - 0.2] }, 2)).toBeCloseTo(
      0.3,
      12,
    );
    expect(wassersteinOnCircle({ values: [1] }, { values: [1 + Math.PI] }, 2)).toBeCloseTo(Math.PI);
  });

  it('a polygon and the same turned by half of its angle', () => {
    for (const p of [1, 2, 3]) {
      const values = Array.from({ length: 5 }, (_, i) => (TURN * i) / 5);
      const turned = { values: values.map((value) => value + TURN / 10) };
      expect(wassersteinOnCircle({ values }, turned, p)).toBeCloseTo(TURN / 10, 12);
    }
  });

  it.each([1, 2, 3])('is the best assignment of arcs (p = %i)', (p) => {
    for (let seed = 1; seed < 12; seed++) {
      const [x, y] = [angles(9, seed), angles(9, seed + 50)];
      const costs = x.flatMap((a) => y.map((b) => arc(a, b) ** p));
      const circle = wassersteinOnCircle({ values: x }, { values: y }, p);
      expect(circle).toBeCloseTo(assignmentDistance(costs, p), 10);
    }
  });

  it('is the line where nothing lies near the cut', () => {
    const values = angles(40, 5).map((angle) => 2 + angle / 6);
    const other = angles(30, 6).map((angle) => 2 + angle / 6);
    for (const p of [1, 2])
      expect(wassersteinOnCircle({ values }, { values: other }, p)).toBeCloseTo(
        wassersteinOnLine({ values }, { values: other }, p),
        10,
      );
  });

  it('with masses is that of points repeated as often', () => {
    const any = measure(0, 50);
    const repeated = ({ values, masses }: { values: number[]; masses: number[] }, by: number) =>
      values.flatMap((value, i) => new Array<number>(masses[i] * by).fill(value));
    const total = ({ masses }: { masses: number[] }) => masses.reduce((sum, mass) => sum + mass, 0);
    fc.assert(
      fc.property(any, any, fc.constantFrom(1, 2), (a, b, p) => {
        const [x, y] = [repeated(a, total(b)), repeated(b, total(a))];
        fc.pre(x.length <= 60);
        const costs = x.flatMap((one) => y.map((other) => arc(one, other) ** p));
        const circle = wassersteinOnCircle(a, b, p);
        expect(circle).toBeCloseTo(assignmentDistance(costs, p), 7);
      }),
      { numRuns: 60 },
    );
  });

  it('does not see where angles begin, and is a metric', () => {
    const any = measure(0, 50);
    fc.assert(
      fc.property(any, any, any, fc.constantFrom(1, 2), (a, b, c, p) => {
        const turned = (one: typeof a) => ({ ...one, values: one.values.map((v) => v + 2.5) });
        const ab = wassersteinOnCircle(a, b, p);
        expect(wassersteinOnCircle(turned(a), turned(b), p)).toBeCloseTo(ab, 7);
        expect(wassersteinOnCircle(b, a, p)).toBeCloseTo(ab, 7);
        expect(ab).toBeLessThanOrEqual(
          wassersteinOnCircle(a, c, p) + wassersteinOnCircle(c, b, p) + 1e-7,
        );
      }),
    );
  });

  it('takes many points', { tags: 'slow' }, () => {
    const [x, y] = [angles(100_000, 7), angles(100_000, 8)];
    const first = wassersteinOnCircle({ values: x }, { values: y });
    const second = wassersteinOnCircle({ values: x }, { values: y }, 2);
    expect(first).toBeLessThanOrEqual(second);
    expect(second).toBeLessThan(0.05);
  });
});

/** All orders of 0 … n − 1. */
const permutations = (n: number): number[][] =>
  n === 0
    ? [[]]
    : permutations(n - 1).flatMap((rest) =>
        Array.from({ length: n }, (_, at) => rest.toSpliced(at, 0, n - 1)),
      );

describe('for large p', () => {
  /** W_p of as many points of equal mass: the best of all permutations, each in units of its largest distance. */
  const best = (
    x: readonly number[],
    y: readonly number[],
    p: number,
    distance: (a: number, b: number) => number,
  ) =>
    Math.min(
      ...permutations(x.length).map((order) => {
        const ways = order.map((j, i) => distance(x[i], y[j]));
        const most = Math.max(...ways);
        const sum = ways.reduce((total, way) => total + (way / most) ** p, 0);
        return most * (sum / x.length) ** (1 / p);
      }),
    );
  const apart = (a: number, b: number) => Math.abs(a - b);
  const repeated = ({ values, masses }: { values: number[]; masses: number[] }) =>
    values.flatMap((value, i) => new Array<number>(masses[i]).fill(value));

  it.each([1, 1.5, 2, 4, 8, 20, 50, 100])(
    'is the best of all plans, for clouds near and far (p = %f)',
    (p) => {
      const { uniform } = random(100 + p);
      for (const spread of [TURN, 0.5, 1e-3, 1e-6])
        for (const masses of [[1, 1, 1, 1, 1, 1], [3, 2, 1], [1, 5], [6]]) {
          const from = TURN * uniform();
          const some = (count: number) =>
            Array.from({ length: count }, () => from + spread * uniform());
          const a = { values: some(masses.length), masses };
          const b = { values: some(4), masses: [1, 2, 1, 2] };
          const [x, y] = [repeated(a), repeated(b)];
          const line = best(x, y, p, apart) / wassersteinOnLine(a, b, p);
          expect(Math.abs(line - 1)).toBeLessThan(1e-9);
          const circle = best(x, y, p, arc) / wassersteinOnCircle(a, b, p);
          expect(Math.abs(circle - 1)).toBeLessThan(1e-9);
        }
    },
  );

  it('on the circle two points moved by 0.01 are 0.01 apart, and one by 0.1 is 0.1 away', () => {
    const [x, y] = [{ values: [1, 3] }, { values: [1.01, 3.01] }];
    expect(wassersteinOnCircle(x, y, 8)).toBeCloseTo(0.01, 12);
    expect(wassersteinOnCircle({ values: [0] }, { values: [0.1] }, 50)).toBeCloseTo(0.1, 14);
  });

  it.each([1, 2, 4, 50])(
    'of a measure with itself is 0, whatever its masses sum to (p = %i)',
    (p) => {
      const { uniform } = random(5);
      const values = Array.from({ length: 30 }, () => TURN * uniform());
      const masses = Array.from(values, uniform);
      const other = {
        values: values.toReversed(),
        masses: masses.map((m) => 7.3 * m).toReversed(),
      };
      expect(wassersteinOnCircle({ values, masses }, other, p)).toBeLessThan(1e-14);
      expect(wassersteinOnLine({ values, masses }, other, p)).toBe(0);
    },
  );

  it('on the line powers neither vanish nor overflow', () => {
    for (const length of [1e-200, 1e-4, 1e4, 1e200])
      for (const p of [1, 2, 100, 1e4]) {
        const moved = wassersteinOnLine(
          { values: [0, length] },
          { values: [length, 2 * length] },
          p,
        );
        expect(Math.abs(moved / length - 1)).toBeLessThan(1e-14);
      }
    // half of the mass stays: 2^{−1/p} of the way
    const half = wassersteinOnLine({ values: [0, 1e4] }, { values: [0, 2e4] }, 100);
    expect(half).toBeCloseTo(1e4 * 0.5 ** 0.01, 8);
  });

  it.each([0.5, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])('p = %f is refused', (p) => {
    const [x, y] = [{ values: [0] }, { values: [1] }];
    const message = /p is .*: expected a finite number of at least 1/;
    expect(() => wassersteinOnLine(x, y, p)).toThrow(message);
    expect(() => wassersteinOnCircle(x, y, p)).toThrow(message);
    expect(() => assignmentDistance([1], p)).toThrow(message);
  });
});

describe('masses near the largest number', () => {
  it('are shares like any others', () => {
    const values = [0, 1, 2];
    const [small, large] = [[1, 2, 1], [4e307, 8e307, 4e307].map((mass) => 2 * mass)];
    const other = { values: [0.5, 3] };
    expect(Array.from(unitMasses(3, large))).toEqual([0.25, 0.5, 0.25]);
    for (const p of [1, 2, 9])
      for (const distance of [wassersteinOnLine, wassersteinOnCircle])
        expect(distance({ values, masses: large }, other, p)).toBe(
          distance({ values, masses: small }, other, p),
        );
  });
});

describe('an assignment', () => {
  it('is the best of all permutations', () => {
    const all = permutations(6);
    for (let seed = 1; seed < 20; seed++) {
      const costs = cloud(6, 6, seed).data;
      const best = Math.min(
        ...all.map((columns) => columns.reduce((sum, j, i) => sum + costs[6 * i + j], 0)),
      );
      const { cost, columns } = assign(costs);
      expect(cost).toBeCloseTo(best, 12);
      expect(new Set(columns).size).toBe(6);
    }
  });

  it('of translated points is the translation', () => {
    const x = cloud(80, 3, 1);
    const moved = matrix(
      80,
      3,
      x.data.map((value, at) => value + [0.1, -0.2, 0.2][at % 3]),
    );
    expect(assignmentDistance(squaredDistances(x, moved), 2)).toBeCloseTo(0.3, 12);
  });

  it.each([
    ['no square', [1, 2, 3], /3 costs are no square/],
    ['no number', [Number.NaN], /cost 0 is NaN/],
    [
      'too many',
      new Float64Array(2001 ** 2),
      /2001 points are to be assigned: expected at most 2000/,
    ],
  ])('is refused: %s', (_, costs, message) => {
    expect(() => assign(costs)).toThrow(message);
  });
});

describe('Sinkhorn', () => {
  const x = { points: cloud(12, 2, 1), masses: Array.from({ length: 12 }, (_, i) => 1 + (i % 3)) };
  const y = { points: cloud(9, 2, 2, [1, 0.5]) };

  it('has plans with the masses asked for', () => {
    const [a, b] = [new Float64Array(12).fill(1 / 12), new Float64Array(9).fill(1 / 9)];
    const costs = squaredDistances(x.points, y.points);
    const epsilon = 0.05;
    const { f, g, cost } = entropicTransport(costs, a, b, { epsilon, tolerance: 1e-12 });
    const plan = costs.map((c, at) => {
      const [i, j] = [Math.floor(at / 9), at % 9];
      return a[i] * b[j] * Math.exp((f[i] + g[j] - c) / epsilon);
    });
    const rows = a.map((_, i) => plan.slice(9 * i, 9 * i + 9).reduce((sum, mass) => sum + mass, 0));
    const columns = b.map((_, j) =>
      plan.reduce((sum, mass, at) => sum + (at % 9 === j ? mass : 0), 0),
    );
    expect([...rows, ...columns]).toBeAllClose([...a, ...b], { absolute: 1e-12 });
    const primal = plan.reduce((sum, mass, at) => {
      const even = a[Math.floor(at / 9)] * b[at % 9];
      return sum + mass * costs[at] + epsilon * (mass * Math.log(mass / even) - mass + even);
    }, 0);
    expect(cost).toBeCloseTo(primal, 10);
  });

  it('of a translation is its square, whatever ε; of a measure with itself 0', () => {
    const moved = {
      ...x,
      points: matrix(
        12,
        2,
        x.points.data.map((value, at) => value + [0.6, 0.8][at % 2]),
      ),
    };
    for (const epsilon of [0.1, 1, 10]) {
      expect(sinkhornDivergence(x, moved, { epsilon }).value).toBeCloseTo(1, 7);
      expect(sinkhornDivergence(x, x, { epsilon }).value).toBeCloseTo(0, 7);
    }
  });

  it('tends to W₂² with ε', () => {
    const other = { points: cloud(12, 2, 7, [1, 0.5]) };
    const equal = { points: x.points };
    const exact = assignmentDistance(squaredDistances(x.points, other.points), 2) ** 2;
    const errors = [0.5, 0.1, 0.02].map((epsilon) =>
      Math.abs(sinkhornDivergence(equal, other, { epsilon, tolerance: 1e-6 }).value - exact),
    );
    expect(errors[1]).toBeLessThan(errors[0]);
    expect(errors[2]).toBeLessThan(0.01 * exact);
  });

  it('has the gradient of finite differences', () => {
    const settings = { epsilon: 0.3, tolerance: 1e-13 };
    const { gradient } = sinkhornDivergence(x, y, settings);
    const step = 1e-5;
    const at = (k: number, by: number) => {
      const data = x.points.data.slice();
      data[k] += by;
      return sinkhornDivergence({ ...x, points: matrix(12, 2, data) }, y, settings).value;
    };
    const differences = Array.from(
      gradient.data,
      (_, k) => (at(k, step) - at(k, -step)) / (2 * step),
    );
    expect(gradient.data).toBeAllClose(differences, { absolute: 1e-8 });
  });

  it('does not hear points without mass, however far they are and however small ε is', () => {
    const line = (...values: number[]) => matrix(values.length, 1, Float64Array.from(values));
    const far = { x: line(0, 1, 100), y: line(0.5, 1, 90) };
    const near = { x: line(0, 1), y: line(0.5, 1) };
    const masses = Float64Array.of(0.5, 0.5, 0);
    for (const epsilon of [1, 0.01, 1e-3]) {
      const without = sinkhornDivergence({ points: near.x }, { points: near.y }, { epsilon });
      const found = sinkhornDivergence(
        { points: far.x, masses },
        { points: far.y, masses },
        { epsilon },
      );
      expect(found.value).toBeCloseTo(without.value, 9);
      expect(found.gradient.data).toBeAllClose([...without.gradient.data, 0], { absolute: 1e-8 });
      // at once by Newton's method
      const { cost } = entropicTransport(squaredDistances(far.x, far.y), masses, masses, {
        epsilon,
        patience: 0,
        penalty: 1,
      });
      const half = new Float64Array(2).fill(0.5);
      const alone = entropicTransport(squaredDistances(near.x, near.y), half, half, {
        epsilon,
        penalty: 1,
      });
      expect(cost).toBeCloseTo(alone.cost, 9);
    }
  });

  it('of two points at 50 that exchange a third is what remains at costs of 2.5e5 ε', () => {
    const line = (height: number, ...masses: number[]) => ({
      points: matrix(2, 2, Float64Array.of(0, height, 50, height)),
      masses,
    });
    const [a, b] = [line(0, 2, 1), line(0.1, 1, 2)];
    const found = [1e-1, 1e-2, 1e-3, 1e-4].map(
      (epsilon) => sinkhornDivergence(a, b, { epsilon }).value,
    );
    // W_2² = 0.01 + 2500/3; the plan has three parts, whose entropies ε S at ε → 0 are these
    const shares = [1 / 3, 1 / 3, 1 / 3];
    const even = [2 / 9, 4 / 9, 2 / 9];
    const plan = shares.reduce((sum, share, k) => sum + share * Math.log(share / even[k]), 0);
    const own = -(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3);
    found.forEach((value, k) => {
      expect(value).toBeCloseTo(0.01 + 2500 / 3 + 10 ** (-1 - k) * (plan - own), 9);
    });
    expect(found[1]).toBeCloseTo(833.3387, 4);
  });

  it.each([1e4, 1e5, 1e6, 1e7])(
    'is within ε log n of the best assignment at costs of %f ε',
    (ratio) => {
      const { uniform } = random(ratio);
      for (const [kind, count, most] of [
        ['drawn', 12, 4],
        ['drawn', 30, 1],
        ['of a grid', 15, 3],
      ] as const) {
        const draw = () => (kind === 'drawn' ? 40 * uniform() : Math.floor(5 * uniform()));
        const some = () => matrix(count, 2, Float64Array.from({ length: 2 * count }, draw));
        const masses = () => Array.from({ length: count }, () => 1 + Math.floor(most * uniform()));
        const [x, y, of] = [some(), some(), masses()];
        const to = of.toSorted((a, b) => a - b);
        const again = (points: typeof x, times: readonly number[]) =>
          times.flatMap((time, i) => new Array<number[]>(time).fill([...row(points, i)]));
        const [xs, ys] = [again(x, of), again(y, to)].map((rows) =>
          matrix(rows.length, 2, Float64Array.from(rows.flat())),
        );
        const exact = assign(squaredDistances(xs, ys)).cost / xs.rows;
        const costs = squaredDistances(x, y);
        const epsilon = Math.max(...costs) / ratio;
        const { cost } = entropicTransport(costs, unitMasses(count, of), unitMasses(count, to), {
          epsilon,
        });
        const rounding = 1e-8 * exact;
        expect(cost).toBeGreaterThan(exact - rounding);
        expect(cost).toBeLessThan(exact + epsilon * Math.log(xs.rows) + rounding);
        const settings = { epsilon };
        const self = sinkhornDivergence(
          { points: x, masses: of },
          { points: x, masses: of },
          settings,
        );
        expect(Math.abs(self.value)).toBeLessThan(rounding + 1e-9);
      }
    },
  );

  it('at symmetric costs that are no distances is symmetric, however large they are', () => {
    const n = 20;
    const masses = new Float64Array(n).fill(1 / n);
    // costs below 0 alone, as of scores, and of either sign
    for (const size of [10, 1e3, 1e5, 1e7])
      for (const shift of [0, -10 * size]) {
        const { gaussian } = random(size);
        const costs = new Float64Array(n * n);
        for (let i = 0; i < n; i++)
          for (let j = 0; j <= i; j++)
            costs[i * n + j] = costs[j * n + i] = shift + size * gaussian();
        const { f, g } = symmetricTransport(costs, masses, { epsilon: 1 });
        const sums = masses.map((a, j) =>
          masses.reduce((sum, b, i) => sum + a * b * Math.exp(f[i] + g[j] - costs[i * n + j]), 0),
        );
        expect(sums).toBeAllClose(masses, { absolute: 1e-6 });
      }
  });

  it('says when it is not there yet, and refuses what cannot be', () => {
    expect(() => sinkhornDivergence(x, y, { epsilon: 1e-4, maximumSweeps: 20 })).toThrow(
      /not within 1e-9 of the masses after 20 sweeps, the residual is 0.306: choose a larger epsilon/,
    );
    expect(() => sinkhornDivergence(x, y, { epsilon: 0 })).toThrow(/epsilon is 0/);
    expect(() => sinkhornDivergence(x, { points: cloud(3, 3, 1) }, { epsilon: 1 })).toThrow(
      /points in R\^2 and in R\^3/,
    );
    expect(() => sinkhornDivergence({ ...x, masses: [1] }, y, { epsilon: 1 })).toThrow(
      /1 masses are given for 12 points/,
    );
    expect(() => wassersteinOnLine({ values: [1], masses: [-1] }, { values: [1] })).toThrow(
      /mass 0 is -1/,
    );
    expect(() => wassersteinOnLine({ values: [1], masses: [0] }, { values: [1] })).toThrow(
      /all masses are 0/,
    );
    expect(() => wassersteinOnLine({ values: [] }, { values: [1] })).toThrow(/no points/);
    expect(() => wassersteinOnLine({ values: [1, Number.NaN] }, { values: [1] })).toThrow(
      /value 1 is NaN/,
    );
    expect(() => wassersteinOnCircle({ values: [1] }, { values: [-Infinity] }, 2)).toThrow(
      /value 0 is -Infinity/,
    );
    expect(() =>
      sinkhornDivergence(
        { points: matrix(1, 1, Float64Array.of(Number.NaN)) },
        { points: matrix(1, 1) },
        { epsilon: 1 },
      ),
    ).toThrow(/point 0 has the coordinate NaN/);
  });
});

describe('sliced', () => {
  it('of a translation by v is |v| / √d', () => {
    const x = { points: cloud(40, 3, 1) };
    const moved = {
      points: matrix(
        40,
        3,
        x.points.data.map((value, at) => value + [1, 2, 2][at % 3]),
      ),
    };
    const { value, standardError } = slicedWasserstein(x, moved, { directions: 4000, seed: 3 });
    expect(Math.abs(value - 3 / Math.sqrt(3))).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(0.03);
  });

  it('does not see where the origin is', () => {
    const [x, y] = [cloud(20, 3, 1), cloud(20, 3, 2)].map(({ data }) =>
      // as many binary places as survive the shift
      matrix(
        20,
        3,
        data.map((value) => Math.round(2 ** 20 * value) / 2 ** 20),
      ),
    );
    const far = ({ data }: typeof x) => ({
      points: matrix(
        20,
        3,
        data.map((value) => value + 2 ** 30),
      ),
    });
    expect(slicedWasserstein(far(x), far(y))).toEqual(
      slicedWasserstein({ points: x }, { points: y }),
    );
  });

  it.each([0, -1, 2.5, Number.NaN])('%f directions are refused', (directions) => {
    const x = { points: cloud(3, 2, 1) };
    expect(() => slicedWasserstein(x, x, { directions })).toThrow(
      /directions is .*: expected a whole/,
    );
  });

  it('in one dimension is that of the line, and is the same for the same seed', () => {
    const [x, y] = [{ points: cloud(20, 1, 1) }, { points: cloud(30, 1, 2) }];
    const line = wassersteinOnLine({ values: x.points.data }, { values: y.points.data }, 2);
    const sliced = slicedWasserstein(x, y, { directions: 5 });
    expect(sliced.value).toBeCloseTo(line, 12);
    expect(slicedWasserstein(x, y, { directions: 5 })).toEqual(sliced);
  });
});
