/** Barycentres: translates and Diracs, whose answer is known, and that nothing close by costs less. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConvergenceError } from '../../src/numerics/errors.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { mean } from '../../src/numerics/statistics.ts';
import { barycentreOnCircle } from '../../src/transport/barycentre-circle.ts';
import { fixedBarycentre } from '../../src/transport/barycentre-fixed.ts';
import { freeBarycentre } from '../../src/transport/barycentre-free.ts';
import { barycentreOnLine } from '../../src/transport/barycentre-line.ts';
import { TURN, wassersteinOnCircle } from '../../src/transport/circle.ts';
import { wassersteinOnLine } from '../../src/transport/line.ts';
import { squaredDistances } from '../../src/transport/measure.ts';

function cloud(n: number, d: number, seed: number) {
  const { gaussian } = random(seed);
  return matrix(n, d, Float64Array.from({ length: n * d }, gaussian));
}

const translated = (points: ReturnType<typeof cloud>, by: readonly number[]) => ({
  ...points,
  data: points.data.map((value, at) => value + by[at % by.length]),
});

describe('on the line', () => {
  it('of two Diracs it is one between them', () => {
    const { values, masses } = barycentreOnLine([{ values: [1] }, { values: [5] }], [0.75, 0.25]);
    expect(values).toBeAllClose([2]);
    expect(masses).toBeAllClose([1]);
  });

  it('of translates it is the mean translate, whatever their order and masses', () => {
    const values = Array.from(cloud(40, 1, 1).data);
    const masses = values.map((_, i) => 1 + (i % 4));
    const moved = (by: number) => ({
      values: values.map((value) => value + by).toReversed(),
      masses: masses.toReversed(),
    });
    const found = barycentreOnLine([moved(0), moved(3), moved(-2)], [0.5, 0.3, 0.2]);
    expect(wassersteinOnLine(found, moved(0.5), 2)).toBeLessThan(1e-7);
    expect(found.values.length).toBe(40);
  });

  it('averages quantiles of unlike masses', () => {
    const halves = { values: [0, 4] };
    const thirds = { values: [9, 0, 3] };
    const { values, masses } = barycentreOnLine([halves, thirds]);
    expect(values).toBeAllClose([0, 1.5, 3.5, 6.5]);
    expect(masses).toBeAllClose([1 / 3, 1 / 6, 1 / 6, 1 / 3]);
  });

  it('lies on the geodesic of two, and has as few points as it may', () => {
    const any = fc
      .array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 4 })), {
        minLength: 1,
        maxLength: 7,
      })
      .map((list) => ({
        values: list.map(([value]) => value / 8),
        masses: list.map(([, mass], i) => (i === 0 ? mass + 1 : mass)),
      }));
    fc.assert(
      fc.property(any, any, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, s) => {
        const found = barycentreOnLine([a, b], [1 - s, s]);
        const whole = wassersteinOnLine(a, b, 2);
        expect(wassersteinOnLine(a, found, 2)).toBeCloseTo(s * whole, 6);
        expect(wassersteinOnLine(found, b, 2)).toBeCloseTo((1 - s) * whole, 6);
        expect(found.values.length).toBeLessThan(a.values.length + b.values.length);
        expect(found.masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe('on the circle', () => {
  const drawn = (n: number, seed: number) => {
    const { uniform } = random(seed);
    return Float64Array.from({ length: n }, () => TURN * uniform());
  };
  const costOf = (
    values: ArrayLike<number>,
    measures: readonly ArrayLike<number>[],
    weights: readonly number[],
  ) =>
    measures.reduce(
      (sum, other, k) =>
        sum + weights[k] * wassersteinOnCircle({ values }, { values: other }, 2) ** 2,
      0,
    );

  it('of two Diracs it is between them, the short way', () => {
    expect(barycentreOnCircle([[0.1], [TURN - 0.3]]).values).toBeAllClose([TURN - 0.1]);
    expect(barycentreOnCircle([[1], [2]], [0.25, 0.75]).values).toBeAllClose([1.75]);
  });

  it('of three Diracs it is the Fréchet mean that alternation from their mean misses', () => {
    const degrees = [0, 170, 190].map((value) => (value * TURN) / 360);
    const { values, cost } = barycentreOnCircle(degrees.map((angle) => [angle]));
    expect(values).toBeAllClose([TURN / 3]);
    expect(cost).toBeCloseTo((21800 / 3) * (TURN / 360) ** 2, 12);
  });

  it('of turned copies on an arc it is the mean turn', () => {
    const angles = drawn(30, 1).map((angle) => angle / 6 - 0.5);
    const turned = [0, 0.5, -0.3].map((by) => angles.map((angle) => angle + by));
    const { values, cost } = barycentreOnCircle(turned, [0.2, 0.5, 0.3]);
    expect(cost).toBeCloseTo(0.2 * 0.16 ** 2 + 0.5 * 0.34 ** 2 + 0.3 * 0.46 ** 2, 12);
    expect(
      wassersteinOnCircle({ values }, { values: angles.map((angle) => angle + 0.16) }, 2),
    ).toBeLessThan(1e-6);
  });

  it('costs what it says, and no more than any other shifts', () => {
    const weights = [0.5, 0.2, 0.3];
    for (let seed = 1; seed < 30; seed++) {
      const measures = [0, 1, 2].map((k) => drawn(4, 10 * seed + k).sort());
      const { values, cost } = barycentreOnCircle(measures, weights);
      expect(costOf(values, measures, weights)).toBeCloseTo(cost, 10);
      const shifts = Array.from({ length: 17 }, (_, shift) => shift - 8);
      const lifted = (k: number, i: number) =>
        measures[k][((i % 4) + 4) % 4] + TURN * Math.floor(i / 4);
      const all = shifts.flatMap((second) =>
        shifts.map((third) => {
          const shifted = [0, second, third];
          return mean(
            [0, 1, 2, 3].map((i) => {
              const places = shifted.map((shift, k) => lifted(k, i + shift));
              const middle = places.reduce((sum, place, k) => sum + weights[k] * place, 0);
              return places.reduce((sum, place, k) => sum + weights[k] * (place - middle) ** 2, 0);
            }),
          );
        }),
      );
      expect(cost).toBeCloseTo(Math.min(...all), 10);
    }
  });

  it('takes many points and measures', () => {
    const measures = Array.from({ length: 8 }, (_, k) => drawn(300, k + 1));
    const weights = measures.map(() => 1 / 8);
    const { values, cost } = barycentreOnCircle(measures);
    expect(costOf(values, measures, weights)).toBeCloseTo(cost, 8);
    for (const other of measures) expect(costOf(other, measures, weights)).toBeGreaterThan(cost);
  });

  it('refuses unlike counts, too many measures and angles that are none', () => {
    expect(() => barycentreOnCircle([[1], [1, 2]])).toThrow(
      /measure 1 has 2 angles and measure 0 has 1/,
    );
    expect(() => barycentreOnCircle(Array.from({ length: 13 }, () => [1]))).toThrow(
      /13 measures .* at most 12/,
    );
    expect(() => barycentreOnCircle([[Number.NaN]])).toThrow(/angle 0 of measure 0 is NaN/);
    expect(() => barycentreOnCircle([[]])).toThrow(/no points/);
  });
});

describe('on a fixed support', () => {
  const size = 161;
  const grid = matrix(
    size,
    1,
    Float64Array.from({ length: size }, (_, i) => (i - 80) / 10),
  );
  const costs = squaredDistances(grid, grid);
  const bell = (centre: number, deviation: number) =>
    grid.data.map((x) => Math.exp(-((x - centre) ** 2) / (2 * deviation ** 2)));
  const moments = (masses: Float64Array) => {
    const centre = masses.reduce((sum, mass, i) => sum + mass * grid.data[i], 0);
    const variance = masses.reduce((sum, mass, i) => sum + mass * (grid.data[i] - centre) ** 2, 0);
    return [centre, variance];
  };
  const unit = (masses: Float64Array) => {
    const sum = masses.reduce((total, mass) => total + mass, 0);
    return masses.map((mass) => mass / sum);
  };

  it('of translated Gaussians it is the mean one with the variance ε/2 more, or debiased not more', () => {
    const bells = [bell(-2, 0.7), bell(3, 0.7)];
    const weights = [0.6, 0.4];
    const blurred = fixedBarycentre(bells, costs, { weights, epsilon: 0.3 });
    expect(moments(blurred.masses)).toBeAllClose([0, 0.49 + 0.15], { absolute: 1e-5 });
    const sharp = fixedBarycentre(bells, costs, { weights, epsilon: 0.3, debiased: true });
    expect(sharp.masses).toBeAllClose(unit(bell(0, 0.7)), { absolute: 1e-6 });
  });

  it('of Gaussians it is near the one of mean centre and deviation, off as Gaussian plans say', () => {
    const deviations = [0.5, 1.1];
    const bells = [bell(-2, deviations[0]), bell(2, deviations[1])];
    const [epsilon, exact] = [0.2, [0, 0.64]];
    const [centre, variance] = moments(fixedBarycentre(bells, costs, { epsilon }).masses);
    expect([centre, variance]).toBeAllClose(exact, { absolute: 0.55 * epsilon });
    // plans with quadratic potentials of mean 0: Σ λ_k √(τ² + 4 V σ_k²) = 2 V − τ, τ = ε/2
    const sides = deviations.map((own) => Math.sqrt(0.01 + 4 * variance * own ** 2));
    expect(mean(sides)).toBeCloseTo(2 * variance - 0.1, 4);
    const sharp = moments(fixedBarycentre(bells, costs, { epsilon, debiased: true }).masses);
    expect(sharp).toBeAllClose(exact, { absolute: 0.01 });
  });

  it('on the circle it does not see where angles begin', () => {
    const n = 60;
    const arc = (i: number, j: number) => {
      const steps = Math.abs(i - j);
      return ((TURN * Math.min(steps, n - steps)) / n) ** 2;
    };
    const arcs = Float64Array.from({ length: n * n }, (_, at) => arc(Math.floor(at / n), at % n));
    const bump = (centre: number) =>
      Float64Array.from({ length: n }, (_, i) => Math.exp(-10 * arc(i, centre)) + 1e-3);
    const plain = fixedBarycentre([bump(20), bump(30)], arcs, { epsilon: 0.1 }).masses;
    const turned = fixedBarycentre([bump(52), bump(2)], arcs, { epsilon: 0.1 }).masses;
    expect(plain.indexOf(Math.max(...plain))).toBe(25);
    expect(turned).toBeAllClose(
      plain.map((_, i) => plain[(i + 28) % n]),
      { absolute: 1e-7 },
    );
  });

  it('goes to another support, and gives a measure of weight 0 no say', () => {
    const coarse = matrix(
      41,
      1,
      Float64Array.from({ length: 41 }, (_, i) => (i - 20) / 5),
    );
    const between = squaredDistances(grid, coarse);
    const bells = [bell(-1, 0.6), bell(1, 0.6), bell(0, 2)];
    const found = fixedBarycentre(bells, between, { weights: [0.5, 0.5, 0], epsilon: 0.2 }).masses;
    const without = fixedBarycentre(bells.slice(0, 2), between, { epsilon: 0.2 }).masses;
    expect(found).toBeAllClose(without, { absolute: 1e-7 });
    expect(found.length).toBe(41);
    expect(Math.max(...found)).toBe(found[20]);
  });

  it('of Diracs, which are nothing elsewhere, it is between them however small ε is', () => {
    const dirac = (at: number) => Float64Array.from({ length: size }, (_, i) => (i === at ? 1 : 0));
    for (const epsilon of [1, 0.1, 0.01]) {
      const { masses } = fixedBarycentre([dirac(0), dirac(160)], costs, { epsilon });
      const [centre, variance] = moments(masses);
      expect(centre).toBeCloseTo(0, 9);
      // e^{−(x + 8)²/2ε} e^{−(x − 8)²/2ε}, on the grid
      const exact = grid.data.map((x) => Math.exp(-(x ** 2) / epsilon));
      expect(variance).toBeCloseTo(moments(unit(exact))[1], 9);
    }
  });

  it('where masses hardly mix, which projections alone take 20,000 rounds for, it is the exact one', () => {
    const { uniform } = random(10);
    for (const K of [2, 3]) {
      const measures = Array.from({ length: K }, () => ({
        values: Array.from({ length: 9 }, () => 6 * uniform()),
        masses: Array.from({ length: 9 }, uniform),
      }));
      const exact = barycentreOnLine(measures);
      const column = (values: ArrayLike<number>) =>
        matrix(values.length, 1, Float64Array.from(values));
      const points = column(measures.flatMap(({ values }) => values));
      const histograms = measures.map(({ masses }, k) =>
        Float64Array.from({ length: points.rows }, (_, i) =>
          Math.floor(i / 9) === k ? masses[i % 9] : 0,
        ),
      );
      const between = squaredDistances(points, column(exact.values));
      const { masses } = fixedBarycentre(histograms, between, { epsilon: 1e-5 });
      expect(masses).toBeAllClose(exact.masses, { absolute: 1e-6 });
    }
  });

  it('debiased on points anywhere', () => {
    const [near, far] = [Float64Array.of(0.5, 0.5, 0, 0), Float64Array.of(0, 0, 0.5, 0.5)];
    const points = matrix(4, 1, Float64Array.of(0, 1, 4, 9));
    for (const epsilon of [0.2, 0.01]) {
      const options = { epsilon, debiased: true };
      const { masses } = fixedBarycentre([near, far], squaredDistances(points, points), options);
      expect(masses).toBeAllClose([0, 0.5, 0.5, 0], { absolute: 1e-6 });
    }
  });

  it('refuses what does not fit, and says how far it is', () => {
    const bells = [bell(-2, 0.5), bell(2, 1)];
    const run = (options: object) => fixedBarycentre(bells, costs, { epsilon: 0.1, ...options });
    expect(() => run({ maximumSweeps: 2 })).toThrow(ConvergenceError);
    expect(() => run({ maximumSweeps: 2 })).toThrow(
      /still differ by \d\S* after 2 sweeps, more than 1e-8/,
    );
    expect(() => run({ epsilon: 0 })).toThrow(/option epsilon is 0/);
    expect(() => run({ weights: [1.5, -0.5] })).toThrow(/weight 0 is 1.5, the sum is 1/);
    expect(() => run({ weights: [0.5, 0.2] })).toThrow(
      /weights 0.5, 0.2 have the sum 0.7: expected 1/,
    );
    expect(() => run({ weights: [1] })).toThrow(/1 weights of sum 1 are given for 2 measures/);
    expect(() => run({ weights: 'equal' })).toThrow(/option weights is "equal"/);
    expect(() => run({ debias: true })).toThrow(/did you mean "debiased"/);
    expect(() => fixedBarycentre(bells, costs.slice(1), { epsilon: 1 })).toThrow(/25920 costs/);
    expect(() => fixedBarycentre([], costs, { epsilon: 1 })).toThrow(/no measures/);
    expect(() => fixedBarycentre([[1, -1]], costs, { epsilon: 1 })).toThrow(/mass 1 is -1/);
  });
});

describe('with free points', () => {
  it('of translated clouds it is the mean translate', () => {
    const points = cloud(40, 3, 1);
    const shifts = [
      [0, 0, 0],
      [3, -1, 0],
      [0, 2, 5],
    ];
    const measures = shifts.map((by) => ({ points: translated(points, by) }));
    const { points: found, cost } = freeBarycentre(measures, { weights: [0.5, 0.3, 0.2] });
    expect(found.data).toBeAllClose(translated(points, [0.9, 0.1, 1]).data);
    const variance = 0.3 * 10 + 0.2 * 29 - (0.9 ** 2 + 0.1 ** 2 + 1);
    expect(cost).toBeCloseTo(variance, 12);
  });

  it('in one dimension it is the exact one', () => {
    const measures = [1, 2, 3].map((seed) => ({ points: cloud(25, 1, seed) }));
    const { points } = freeBarycentre(measures);
    const exact = barycentreOnLine(measures.map(({ points }) => ({ values: points.data })));
    expect(points.data.slice().sort()).toBeAllClose(exact.values);
  });

  it('of Diracs it is their mean, and one point is the mean of a measure with masses', () => {
    const dirac = (...at: number[]) => ({ points: matrix(1, 2, Float64Array.from(at)) });
    expect(freeBarycentre([dirac(0, 0), dirac(2, 4)]).points.data).toBeAllClose([1, 2]);
    const measure = { points: matrix(3, 1, Float64Array.of(0, 1, 5)), masses: [1, 2, 1] };
    const start = matrix(1, 1);
    expect(freeBarycentre([measure], { start }).points.data).toBeAllClose([7 / 4], {
      absolute: 1e-8,
    });
  });

  it('with entropic plans it is near the exact one, and has the mean of means', () => {
    const points = cloud(12, 2, 4);
    const doubled = {
      points: matrix(24, 2, Float64Array.of(...points.data, ...translated(points, [2, 0]).data)),
    };
    const { points: found } = freeBarycentre([doubled, { points }], {
      start: matrix(24, 2, Float64Array.of(...points.data, ...points.data)),
      epsilon: 0.02,
    });
    const middle = [0, 1].map((c) => mean(found.data.filter((_, at) => at % 2 === c)));
    const source = [0, 1].map((c) => mean(points.data.filter((_, at) => at % 2 === c)));
    expect(middle).toBeAllClose([source[0] + 0.5, source[1]], { absolute: 1e-6 });
  });

  it('of two clouds that exchange a third over a far way it is found, however small ε is', () => {
    const measure = (height: number, ...masses: number[]) => ({
      points: matrix(2, 2, Float64Array.of(0, height, 50, height)),
      masses,
    });
    const clouds = [measure(0, 2, 1), measure(0.1, 1, 2)];
    const { points } = freeBarycentre(clouds, { epsilon: 0.01 });
    // halves of 1/2 draw 1/6 from the other end in one cloud each: 50/6, and what is left
    expect(points.data).toBeAllClose([25 / 3, 0.05, 125 / 3, 0.05], { absolute: 1e-7 });
  });

  it('on the circle go the short way, with masses and over where angles begin', () => {
    const circle = (values: readonly number[], masses?: readonly number[]) => ({
      points: matrix(values.length, 1, Float64Array.from(values)),
      masses,
    });
    const one = freeBarycentre([circle([0.1, 6.2], [1, 3])], {
      space: 'circle',
      start: matrix(1, 1, Float64Array.of(6)),
    });
    const middle = 0.25 * 0.1 + 0.75 * (6.2 - TURN);
    expect(one.points.data).toBeAllClose([middle + TURN], { absolute: 1e-7 });
    expect(one.exact).toEqual([false]);
    const [a, b] = [1, 2].map((seed) => {
      const { uniform } = random(seed);
      return Array.from({ length: 20 }, () => 6 + 2 * uniform());
    });
    const free = freeBarycentre([circle(a), circle(b)], { space: 'circle' });
    expect(free.exact).toEqual([true, true]);
    expect(free.cost).toBeCloseTo(barycentreOnCircle([a, b]).cost, 12);
  });

  it('on the circle with unlike counts cost about what angles repeated as often do', () => {
    const { uniform } = random(4);
    const drawn = (n: number) => Array.from({ length: n }, () => TURN * uniform());
    const [four, six] = [drawn(4), drawn(6)];
    const repeated = (values: readonly number[], by: number) =>
      values.flatMap((value) => new Array<number>(by).fill(value));
    const exact = barycentreOnCircle([repeated(four, 3), repeated(six, 2)]);
    const { points } = freeBarycentre(
      [four, six].map((values) => ({
        points: matrix(values.length, 1, Float64Array.from(values)),
      })),
      {
        space: 'circle',
        epsilon: 1e-3,
        start: matrix(
          12,
          1,
          exact.values.map((x) => x + 0.05),
        ),
      },
    );
    const found = { values: points.data };
    const cost = mean([four, six].map((values) => wassersteinOnCircle(found, { values }, 2) ** 2));
    // entropy costs about ε
    expect(Math.abs(cost - exact.cost)).toBeLessThan(1e-3);
  });

  it('refuses what does not fit, and says how far it is', () => {
    const [plane, space] = [{ points: cloud(5, 2, 1) }, { points: cloud(5, 3, 1) }];
    expect(() => freeBarycentre([plane, space])).toThrow(/points in R\^2 and in R\^3/);
    expect(() => freeBarycentre([plane, plane], { weights: [2, -1] })).toThrow(/weight 0 is 2/);
    expect(() => freeBarycentre([plane], { start: matrix(0, 2) })).toThrow(
      /no points to begin with/,
    );
    expect(() => freeBarycentre([{ ...plane, masses: [0, 0, 0, 0, 0] }])).toThrow(
      /all masses are 0/,
    );
    const other = { points: cloud(5, 2, 2) };
    expect(() => freeBarycentre([plane, other], { maximumSteps: 1 })).toThrow(ConvergenceError);
    expect(() => freeBarycentre([plane, other], { maximumSteps: 1 })).toThrow(
      /still move by \d\S* after 1 steps/,
    );
  });
});
