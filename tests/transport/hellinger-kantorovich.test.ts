/** Hellinger–Kantorovich: two Diracs in closed form, another way to compute any, metric, geodesics. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConvergenceError } from '../../src/numerics/errors.ts';
import { matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { wassersteinOnCircle } from '../../src/transport/circle.ts';
import { coneDistance, conePoint } from '../../src/transport/cone.ts';
import {
  hellingerKantorovichGeodesic,
  sphericalHellingerKantorovichGeodesic,
} from '../../src/transport/cone-geodesic.ts';
import {
  hellingerKantorovich,
  sphericalHellingerKantorovich,
} from '../../src/transport/hellinger-kantorovich.ts';
import type { Measure } from '../../src/transport/measure.ts';
import { entropicTransport } from '../../src/transport/sinkhorn.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, one) => all + one, 0);

const onLine = (values: readonly number[], masses?: readonly number[]): Measure => ({
  points: matrix(values.length, 1, Float64Array.from(values)),
  masses,
});

const onCircle = (angles: readonly number[], masses?: readonly number[]): Measure => ({
  points: matrix(
    angles.length,
    2,
    Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
  ),
  masses,
});

/** n normal points of R^d with masses 1 … 3, or on the sphere. */
function drawn(n: number, d: number, seed: number, { scale = 1, sphere = false } = {}) {
  const { gaussian, uniform } = random(seed);
  const points = matrix(
    n,
    d,
    Float64Array.from({ length: n * d }, () => scale * gaussian()),
  );
  if (sphere)
    for (let i = 0; i < n; i++) {
      const length = Math.hypot(...row(points, i));
      for (let c = 0; c < d; c++) row(points, i)[c] /= length;
    }
  return { points, masses: Array.from({ length: n }, () => 1 + 2 * uniform()) };
}

const diracs = [0.3, 1, 1.5, 2].flatMap((theta) =>
  [1, 2].map((second) => [theta, 1, second] as const),
);

describe('two Diracs', () => {
  it.each(diracs)('at θ = %d with the masses %d and %d', (theta, a, b) => {
    const exact = Math.sqrt(a + b - 2 * Math.sqrt(a * b) * Math.cos(Math.min(theta, Math.PI / 2)));
    expect(coneDistance(a, b, theta)).toBeCloseTo(exact, 14);
    const line = hellingerKantorovich(onLine([0.2], [a]), onLine([0.2 + theta], [b]));
    expect(line.distance).toBeCloseTo(exact, 12);
    expect(line.gap).toBeLessThan(1e-12);
    const circle = hellingerKantorovich(onCircle([3], [a]), onCircle([3 + theta], [b]), {
      space: 'sphere',
    });
    expect(circle.distance).toBeCloseTo(exact, 12);
  });

  it('of masses 1 at θ = 1 meet half way with the mass 0.77015', () => {
    const path = hellingerKantorovichGeodesic(onLine([0]), onLine([1]));
    expect(path(0.5).points.data).toBeAllClose([0.5]);
    expect(path(0.5).masses).toBeAllClose([0.77015], { absolute: 5e-6 });
    expect(conePoint(1, 1, 1, 0.5).mass).toBeCloseTo((1 + Math.cos(1)) / 2, 14);
  });

  it('beyond π/2 fade and grow in place', () => {
    const { points, masses } = hellingerKantorovichGeodesic(onLine([0], [3]), onLine([2]))(0.25);
    expect(points.data).toBeAllClose([0, 2]);
    expect(masses).toBeAllClose([3 * 0.75 ** 2, 0.25 ** 2]);
  });

  it('on the sphere move along the great circle', () => {
    const path = hellingerKantorovichGeodesic(onCircle([2], [1]), onCircle([3.2], [4]), {
      space: 'sphere',
    });
    const s = 0.3;
    const angle = Math.atan2(s * 2 * Math.sin(1.2), 1 - s + s * 2 * Math.cos(1.2));
    expect(path(s).points.data).toBeAllClose(onCircle([2 + angle]).points.data);
  });
});

describe('Hellinger–Kantorovich', () => {
  /** 2 max Σ √(p_ij q_ij) cos θ_ij over shares p, q of both measures, by turns without entropy. */
  function alternated(x: Measure, y: Measure): number {
    const [n, m] = [x.points.rows, y.points.rows];
    const [a, b] = [x.masses ?? [], y.masses ?? []];
    const cosines = Float64Array.from({ length: n * m }, (_, at) => {
      const [from, to] = [row(x.points, Math.floor(at / m)), row(y.points, at % m)];
      return Math.cos(Math.min(Math.PI / 2, Math.hypot(...from.map((value, c) => value - to[c]))));
    });
    const shares = (
      masses: ArrayLike<number>,
      own: (at: number) => number,
      other: Float64Array,
    ) => {
      const sums = new Float64Array(masses.length);
      const weights = other.map((mass, at) => mass * cosines[at] ** 2);
      weights.forEach((weight, at) => {
        sums[own(at)] += weight;
      });
      return weights.map((weight, at) =>
        weight > 0 ? (masses[own(at)] * weight) / sums[own(at)] : 0,
      );
    };
    let q: Float64Array = new Float64Array(n * m).map((_, at) => b[at % m] / n);
    let p = q;
    for (let turn = 0; turn < 20_000; turn++) {
      p = shares(a, (at) => Math.floor(at / m), q);
      q = shares(b, (at) => at % m, p);
    }
    const overlap = p.reduce((all, mass, at) => all + Math.sqrt(mass * q[at]) * cosines[at], 0);
    return Math.sqrt(sum(a) + sum(b) - 2 * overlap);
  }

  it('is what shares found by turns give, and within the gap of it', () => {
    for (let seed = 1; seed < 6; seed++) {
      const [x, y] = [drawn(6, 2, seed), drawn(5, 2, seed + 50)];
      const { distance, gap } = hellingerKantorovich(x, y);
      expect(distance).toBeCloseTo(alternated(x, y), 6);
      expect(gap).toBeLessThan(1e-4);
    }
  });

  it('has a plan that is best: masses of the marginals and the cost are those of duality', () => {
    const [x, y] = [drawn(7, 2, 1, { scale: 0.4 }), drawn(6, 2, 2, { scale: 0.4 })];
    const { plan, rows, columns, distance } = hellingerKantorovich(x, y);
    const divergence = (sums: Float64Array, masses: readonly number[]) =>
      sum(sums.map((mass, i) => mass * Math.log(mass / masses[i]) - mass + masses[i]));
    const cost = plan.data.reduce((all, mass, at) => {
      if (mass === 0) return all;
      const [from, to] = [row(x.points, Math.floor(at / 6)), row(y.points, at % 6)];
      return all - 2 * mass * Math.log(Math.cos(Math.hypot(from[0] - to[0], from[1] - to[1])));
    }, 0);
    const primal = cost + divergence(rows, x.masses) + divergence(columns, y.masses);
    expect(primal).toBeCloseTo(distance ** 2, 5);
    expect(sum(rows)).toBeCloseTo((sum(x.masses) + sum(y.masses) - distance ** 2) / 2, 4);
  });

  it('of a measure with itself is 0 where points are further apart than √ε', () => {
    const x = drawn(30, 3, 3);
    expect(hellingerKantorovich(x, x).distance).toBeLessThan(1e-7);
    const close = { points: drawn(60, 1, 4, { scale: 0.1 }).points };
    expect(hellingerKantorovich(close, close).distance).toBeLessThan(1e-3);
  });

  it('scales: HK²(tμ, tν) = t HK²(μ, ν), and between μ and tμ it is |1 − √t| √A', () => {
    const [x, y] = [drawn(8, 2, 1), drawn(8, 2, 2)];
    const times = (one: typeof x, t: number) => ({
      ...one,
      masses: one.masses.map((mass) => t * mass),
    });
    const { distance } = hellingerKantorovich(x, y);
    for (const root of [1e-130, 1e3, 1e150]) {
      const [a, b] = [times(x, root ** 2), times(y, root ** 2)];
      expect(hellingerKantorovich(a, b).distance / root).toBeCloseTo(distance, 10);
    }
    const much = times(x, 5e307);
    expect(() => hellingerKantorovich(much, much)).toThrow(/sum beyond 1.8e308: expected less/);
    expect(hellingerKantorovich(x, times(x, 9)).distance).toBeCloseTo(
      2 * Math.sqrt(sum(x.masses)),
      8,
    );
  });

  it('of far parts is the sum of both, and takes points without mass or partner', () => {
    const [x, y] = [drawn(4, 1, 1, { scale: 0.3 }), drawn(5, 1, 2, { scale: 0.3 })];
    const twice = ({ points, masses }: typeof x) =>
      onLine(
        [...points.data, ...points.data.map((value) => value + 100), 50, 51],
        [...masses, ...masses, 0, 0],
      );
    const single = hellingerKantorovich(x, y);
    const double = hellingerKantorovich(twice(x), twice(y));
    expect(double.distance ** 2).toBeCloseTo(2 * single.distance ** 2, 8);
    expect(double.plan.data.length).toBe(10 * 12);
    const apart = hellingerKantorovich(onLine([0, 1], [1, 2]), onLine([9], [4]));
    expect(apart.distance ** 2).toBeCloseTo(7, 12);
    expect(apart.plan.data).toBeAllClose([0, 0]);
  });

  it('of many points, with ties', () => {
    const grid = (shift: number) => onLine(Array.from({ length: 80 }, (_, i) => i / 20 + shift));
    const { distance, gap } = hellingerKantorovich(grid(0), grid(0.025));
    expect(distance).toBeCloseTo(coneDistance(1, 1, 0.025), 3);
    expect(gap).toBeLessThan(1e-6);
    const [x, y] = [drawn(100, 3, 1, { sphere: true }), drawn(90, 3, 2, { sphere: true })];
    expect(hellingerKantorovich(x, y, { space: 'sphere' }).gap).toBeLessThan(1e-3);
  });

  const any = fc
    .array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((list) => ({
      values: list.map(([value]) => value / 8),
      masses: list.map(([, mass], i) => (i === 0 ? mass + 1 : mass)),
    }));

  it('is a metric, and the spherical one at most π/2', () => {
    fc.assert(
      fc.property(any, any, any, (...three) => {
        const [a, b, c] = three.map(({ values, masses }) => onLine(values, masses));
        for (const between of [
          (x: Measure, y: Measure) => hellingerKantorovich(x, y).distance,
          sphericalHellingerKantorovich,
        ]) {
          const [ab, bc, ac] = [between(a, b), between(b, c), between(a, c)];
          expect(between(b, a)).toBeCloseTo(ab, 5);
          expect(ac).toBeLessThanOrEqual(ab + bc + 1e-5);
          expect(between(a, a)).toBeLessThan(1e-5);
          if (between === sphericalHellingerKantorovich)
            expect(ab).toBeLessThanOrEqual(Math.PI / 2 + 1e-12);
        }
      }),
    );
  });

  it('is below the distance by growth alone, and by transport alone', () => {
    const values = [0, 0.3, 0.6];
    const masses = [
      [1, 2, 1],
      [2, 1, 1],
    ];
    const growth = Math.hypot(...masses[0].map((a, i) => Math.sqrt(a) - Math.sqrt(masses[1][i])));
    const [first, second] = masses.map((own) => ({ values, masses: own }));
    const transport = Math.sqrt(4) * wassersteinOnCircle(first, second, 2);
    const [x, y] = masses.map((own) => onCircle(values, own));
    const { distance } = hellingerKantorovich(x, y, { space: 'sphere' });
    expect(distance).toBeLessThan(Math.min(growth, transport) - 1e-4);
  });
});

describe('geodesics', () => {
  const [x, y] = [drawn(5, 2, 1, { scale: 0.7 }), drawn(4, 2, 2, { scale: 0.7 })];

  it('begin and end at the measures, with the total mass of the cone between', () => {
    const { distance } = hellingerKantorovich(x, y);
    const path = hellingerKantorovichGeodesic(x, y);
    expect(hellingerKantorovich(path(0), x).distance).toBeLessThan(1e-5);
    expect(hellingerKantorovich(path(1), y).distance).toBeLessThan(1e-5);
    const [first, last] = [sum(x.masses), sum(y.masses)];
    for (const s of [0, 0.3, 0.5, 1])
      expect(sum(path(s).masses)).toBeCloseTo(
        (1 - s) * first + s * last - s * (1 - s) * distance ** 2,
        10,
      );
  });

  it.each(['euclidean', 'sphere'] as const)('have constant speed (%s)', (space) => {
    const sphere = space === 'sphere';
    const ends = sphere ? [drawn(5, 3, 1, { sphere }), drawn(4, 3, 2, { sphere })] : [x, y];
    const times = [0, 0.2, 0.5, 0.9, 1];
    for (const [along, between] of [
      [
        hellingerKantorovichGeodesic,
        (a: Measure, b: Measure) => hellingerKantorovich(a, b, { space }).distance,
      ],
      [
        sphericalHellingerKantorovichGeodesic,
        (a: Measure, b: Measure) => sphericalHellingerKantorovich(a, b, { space }),
      ],
    ] as const) {
      const path = along(ends[0], ends[1], { space });
      const whole = between(ends[0], ends[1]);
      const places = times.map(path);
      times.forEach((late, k) => {
        times.slice(0, k).forEach((early, l) => {
          expect(between(places[l], places[k])).toBeCloseTo((late - early) * whole, 5);
        });
      });
    }
  });

  it('of probabilities keep mass 1; of a measure to itself they rest', () => {
    const path = sphericalHellingerKantorovichGeodesic(x, y);
    for (const s of [0, 0.4, 1]) expect(sum(path(s).masses)).toBeCloseTo(1, 12);
    const rest = sphericalHellingerKantorovichGeodesic(x, x)(0.5);
    expect(sphericalHellingerKantorovich(rest, x)).toBeLessThan(1e-5);
  });

  it('have no times outside', () => {
    expect(() => hellingerKantorovichGeodesic(x, y)(1.5)).toThrow(
      /time is 1.5: expected a number from 0 to 1/,
    );
    expect(() => sphericalHellingerKantorovichGeodesic(x, y)(-1)).toThrow(/time is -1/);
  });
});

describe('what cannot be', () => {
  it('is refused', () => {
    const run =
      (x: Measure, y: Measure, options = {}) =>
      () =>
        hellingerKantorovich(x, y, options);
    const [x, y] = [onLine([0, 1]), onLine([0.5, 2])];
    expect(run(x, onCircle([1]))).toThrow(/points in R\^1 and in R\^2/);
    expect(run(x, onLine([0, Number.NaN]))).toThrow(/point 1 has the coordinate NaN/);
    expect(run(x, onLine([1], [-1]))).toThrow(/mass 0 is -1/);
    expect(run(x, onLine([1], [0]))).toThrow(/all masses are 0/);
    expect(run(x, onLine([]))).toThrow(/no points/);
    expect(run(x, y, { space: 'sphere' })).toThrow(
      /point 0 has the length 0: expected unit vectors/,
    );
    expect(run(x, y, { space: 'torus' })).toThrow(/expected euclidean or sphere/);
    expect(run(x, y, { epsilon: 0 })).toThrow(
      /option epsilon is 0: expected a number from 1e-7 to 1/,
    );
    expect(run(x, y, { sweeps: 1 })).toThrow(/unknown option "sweeps"/);
  });

  it('is not given out before it has converged', () => {
    const [x, y] = [drawn(20, 2, 1), drawn(20, 2, 2)];
    const run = () => hellingerKantorovich(x, y, { maximumSweeps: 2 });
    expect(run).toThrow(ConvergenceError);
    expect(run).toThrow(/after 2 sweeps, the residual is \d/);
    const one = Float64Array.of(1);
    expect(() => entropicTransport(one, one, one, { epsilon: 1, penalty: 0 })).toThrow(
      /penalty is 0/,
    );
  });
});
