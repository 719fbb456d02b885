/** Known values of the diagnostics of a simulation: masses, rates, order, cones, hulls, leaders, samples. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose, diagnostics, runDiagnostics } from '../../src/diagnostics/catalogue.ts';
import { largestConeDistance, largestHullDistance } from '../../src/diagnostics/convex.ts';
import {
  type DiagnosticFrame,
  type PreparedFrame,
  prepareFrame,
} from '../../src/diagnostics/diagnostic.ts';
import { tangent } from '../../src/geometry/sphere.ts';
import { type Matrix, matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { fromRows, onCircle, rotated, scattered } from './configurations.ts';

function valuesOf(frame: DiagnosticFrame) {
  const record = runDiagnostics([frame]);
  return Object.fromEntries(Object.entries(record).map(([name, [value]]) => [name, value]));
}

const polygon = (n: number) =>
  onCircle(Array.from({ length: n }, (_, k) => 0.3 + (2 * Math.PI * k) / n));

const octahedron = fromRows([
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
]);

/** The twelve vertices (0, ±1, ±φ) and their cyclic shifts, on the sphere. */
function icosahedron(): Matrix {
  const golden = (1 + Math.sqrt(5)) / 2;
  const length = Math.hypot(1, golden);
  const signs = [-1, 1].flatMap((a) => [-1, 1].map((b) => [0, a / length, (b * golden) / length]));
  return fromRows(
    signs.flatMap(([x, y, z]) => [
      [x, y, z],
      [y, z, x],
      [z, x, y],
    ]),
  );
}

/** n positive numbers of sum 1. */
function shares(n: number, seed: number): Float64Array {
  const { uniform } = random(seed);
  const raw = Float64Array.from({ length: n }, () => 0.1 + uniform());
  const sum = raw.reduce((a, b) => a + b);
  return raw.map((value) => value / sum);
}

function inner(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return Array.from(x, (value, k) => value * y[k]).reduce((a, b) => a + b, 0);
}

const one = (x: ArrayLike<number>) => matrix(1, x.length, Float64Array.from(x));
const hullDistance = (points: Matrix, x: ArrayLike<number>) => largestHullDistance(points, one(x));
const coneDistance = (points: Matrix, x: ArrayLike<number>) => largestConeDistance(points, one(x));

const gaussians = (n: number, d: number, seed: number) => {
  const { gaussian } = random(seed);
  return matrix(n, d, Float64Array.from({ length: n * d }, gaussian));
};

describe('masses', () => {
  it('two halves of a particle weigh as much as the whole', () => {
    const whole = { positions: onCircle([0, 1, 3]), masses: [0.25, 0.5, 0.25], beta: 4 };
    const halves = {
      positions: onCircle([0, 1, 1, 3]),
      masses: [0.25, 0.25, 0.25, 0.25],
      beta: 4,
    };
    for (const name of ['energy', 'mean_resultant', 'effective_rank', 'cone_min', 'cosine_min'])
      expect(valuesOf(halves)[name]).toBeCloseTo(Number(valuesOf(whole)[name]), 13);
    expect(valuesOf(halves).fourier_modes).toBeAllClose(valuesOf(whole).fourier_modes as number[]);
  });

  it('equal masses change nothing', () => {
    const frame = {
      positions: scattered(7, 3, 1),
      previous: scattered(7, 3, 2),
      velocity: gaussians(7, 3, 3),
      couplings: [matrix(7, 7, scattered(7, 7, 4).data.map(Math.abs))],
    };
    const plain = valuesOf(frame);
    const weighted = valuesOf({ ...frame, masses: new Float64Array(7).fill(1 / 7) });
    for (const { name } of diagnostics)
      expect([weighted[name] ?? 0].flat()).toBeAllClose([plain[name] ?? 0].flat());
  });

  it('weigh pairs, steps and listening tokens', () => {
    const values = valuesOf({
      positions: onCircle([0, 0, Math.PI / 2]),
      previous: onCircle([0, 0.4, Math.PI / 2]),
      masses: [0.5, 0.25, 0.25],
      couplings: [
        fromRows([
          [1, 0, 0],
          [0.5, 0.5, 0],
          [0, 0, 1],
        ]),
      ],
    });
    expect(values.cosine_mean).toBeCloseTo(0.125 / 0.3125, 14);
    expect(values.displacement).toBeCloseTo(0.1, 14);
    expect(values.attention_entropy).toBeCloseTo(Math.log(2) / 4, 14);
    expect(values.attention_leader_share).toBeCloseTo(0.625, 14);
  });
});

describe('energy', () => {
  it('is what item 9 of the mathematics in the README says', () => {
    expect(readFileSync('README.md', 'utf8')).toContain(
      'the energy is E_β = (1/2β) Σ_ij (e^{β⟨x_i,x_j⟩} − 1)/n²',
    );
    const [n, beta] = [7, 2.3];
    const positions = scattered(n, 3, 5);
    let sum = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const cosine = inner(row(positions, i), row(positions, j));
        sum += (Math.exp(beta * cosine) - 1) / n ** 2;
      }
    const { energy } = valuesOf({ positions, beta });
    expect(energy).toBeCloseTo(sum / (2 * beta), 13);
  });

  it('is taken at the β of the run', () => {
    const values = valuesOf({ positions: onCircle([1, 1, 1]), beta: 3 });
    expect(values.energy).toBeCloseTo(Math.expm1(3) / 6, 12);
  });

  it('that no double holds is null, with a note', () => {
    const { diagnostics: record, notes } = diagnose([{ positions: onCircle([0, 0]), beta: 1e4 }]);
    expect(record.energy).toEqual([null]);
    expect(notes.energy).toBe('not a finite number (Infinity)');
  });

  it('rate is Σ w Z |ẋ|² for softmax attention, Σ w |ẋ|² for the unnormalised one', () => {
    const [n, d, beta] = [9, 4, 3];
    const positions = scattered(n, d, 5);
    const masses = shares(n, 6);
    const x = (i: number) => row(positions, i);
    const kernel = (i: number, j: number) => masses[j] * Math.exp(beta * inner(x(i), x(j)));
    const everyone = Array.from({ length: n }, (_, i) => i);
    const pull = everyone.map((i) => {
      const v = new Float64Array(d);
      for (const j of everyone) for (let k = 0; k < d; k++) v[k] += kernel(i, j) * x(j)[k];
      return tangent(x(i), v);
    });
    const sums = everyone.map((i) => everyone.reduce((sum, j) => sum + kernel(i, j), 0));
    const total = (f: (i: number) => number) =>
      everyone.reduce((sum, i) => sum + masses[i] * f(i), 0);
    const rate = (velocity: Matrix) => valuesOf({ positions, masses, beta, velocity }).energy_rate;
    const unnormalised = fromRows(pull.map((v) => [...v]));
    expect(rate(unnormalised)).toBeCloseTo(
      total((i) => inner(pull[i], pull[i])),
      11,
    );
    const softmax = fromRows(pull.map((v, i) => [...v].map((value) => value / sums[i])));
    const expected = total((i) => inner(pull[i], pull[i]) / sums[i]);
    expect(rate(softmax)).toBeCloseTo(expected, 12);
  });

  it.each(['sphere', 'euclidean'] as const)(
    'rate is the derivative along any motion (%s)',
    (space) => {
      const [n, d, h] = [6, 3, 1e-5];
      const start = space === 'sphere' ? scattered(n, d, 7) : gaussians(n, d, 7);
      const velocity = gaussians(n, d, 8);
      if (space === 'sphere')
        for (let i = 0; i < n; i++) row(velocity, i).set(tangent(row(start, i), row(velocity, i)));
      const energyAfter = (time: number) => {
        const moved = matrix(
          n,
          d,
          start.data.map((value, at) => value + time * velocity.data[at]),
        );
        if (space === 'sphere')
          for (let i = 0; i < n; i++) {
            const x = row(moved, i);
            const length = Math.sqrt(inner(x, x));
            x.forEach((value, k) => {
              x[k] = value / length;
            });
          }
        return Number(
          valuesOf({ positions: moved, masses: shares(n, 9), beta: 0.7, space }).energy,
        );
      };
      const found = valuesOf({
        positions: start,
        masses: shares(n, 9),
        beta: 0.7,
        space,
        velocity,
      });
      const slope = (energyAfter(h) - energyAfter(-h)) / (2 * h);
      expect(found.energy_rate).toBeCloseTo(slope, 7);
    },
  );

  it('rate of a tight cluster keeps its digits', () => {
    // Two tokens at angle φ move by ∓(e^{β cos φ}/2) sin φ: Ė = e^{2β cos φ} sin² φ / 4.
    const [angle, beta] = [1e-9, 2];
    const speed = (Math.exp(beta) / 2) * angle;
    const velocity = fromRows([
      [0, speed],
      [angle * speed, -speed],
    ]);
    const rate = valuesOf({ positions: onCircle([0, angle]), beta, velocity }).energy_rate;
    expect(Number(rate) / speed ** 2).toBeCloseTo(1, 6);
  });
});

describe('order', () => {
  it('of a polygon is in the multiples of its corners alone', () => {
    const values = valuesOf({ positions: polygon(3) });
    expect(values.fourier_modes).toBeAllClose([0, 0, 1, 0, 0, 1, 0, 0]);
    expect(values.mean_resultant).toBeCloseTo(0, 14);
    expect(values.cone_min).toBeNull();
    expect(values.harmonic_power).toBeNull();
  });

  it('of two tokens on the circle', () => {
    const values = valuesOf({ positions: onCircle([0.2, 1.2]) });
    const expected = Array.from({ length: 8 }, (_, k) => Math.abs(Math.cos((k + 1) / 2)));
    expect(values.fourier_modes).toBeAllClose(expected);
    expect(values.mean_resultant).toBeCloseTo(Math.cos(0.5), 14);
    expect(values.cone_min).toBeCloseTo(Math.cos(0.5), 14);
  });

  it('on S² has the powers of Steinhardt: Q₄ of the octahedron, Q₆ of the icosahedron', () => {
    const [, , , q4, , q6] = valuesOf({ positions: octahedron }).harmonic_power as number[];
    expect([q4, q6]).toBeAllClose([7 / 12, 1 / 8]);
    const power = valuesOf({ positions: icosahedron() }).harmonic_power as number[];
    expect(power.slice(0, 5)).toBeAllClose([0, 0, 0, 0, 0]);
    expect(Math.sqrt(power[5])).toBeCloseTo(0.66332, 5);
  });

  it('on S² is the sum of Legendre polynomials over the pairs', () => {
    const positions = scattered(11, 3, 10);
    const masses = shares(11, 11);
    const power = valuesOf({ positions, masses }).harmonic_power as number[];
    const expected = new Array(6).fill(0);
    for (let i = 0; i < 11; i++)
      for (let j = 0; j < 11; j++) {
        const c = inner(row(positions, i), row(positions, j));
        let [before, legendre] = [1, c];
        for (let l = 1; l <= 6; l++) {
          expected[l - 1] += masses[i] * masses[j] * legendre;
          [before, legendre] = [legendre, ((2 * l + 1) * c * legendre - l * before) / (l + 1)];
        }
      }
    expect(power).toBeAllClose(expected, { absolute: 1e-13 });
  });
});

describe('the cone around the mean', () => {
  it('of three orthogonal tokens', () => {
    const positions = fromRows([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(valuesOf({ positions }).cone_min).toBeCloseTo(1 / Math.sqrt(3), 14);
  });

  it('off the sphere takes directions', () => {
    const positions = fromRows([
      [2, 0],
      [0, 2],
    ]);
    const values = valuesOf({ positions, space: 'euclidean' });
    expect(values.cone_min).toBeCloseTo(Math.SQRT1_2, 14);
    expect([values.cosine_min, values.radius_mean]).toBeAllClose([0, 2]);
  });
});

describe('distances to hulls and cones', () => {
  const square = fromRows([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]);

  it.each<[number[], number]>([
    [[0.5, 0.5], 0],
    [[1, 1], 0],
    [[1, 0.3], 0],
    [[2, 0.3], 1],
    [[2, 2], Math.SQRT2],
    [[-3, -4], 5],
    [[1 + 1e-9, 0.5], 1e-9],
  ])('of %j to the unit square is %d', (x, expected) => {
    expect(hullDistance(square, x)).toBeCloseTo(expected, 15);
  });

  it('to the hull is the same far from the origin', () => {
    for (const [n, d] of [
      [12, 3],
      [4, 7],
    ]) {
      const rounded = (m: Matrix) =>
        matrix(
          m.rows,
          m.columns,
          m.data.map((value) => Math.round(2 ** 20 * value) / 2 ** 20),
        );
      const [points, targets] = [rounded(gaussians(n, d, n)), rounded(gaussians(5, d, 40))];
      const far = (m: Matrix) =>
        matrix(
          m.rows,
          d,
          m.data.map((value) => value + 2 ** 27),
        );
      const near = largestHullDistance(points, targets);
      expect(near).toBeGreaterThan(0.1);
      expect(largestHullDistance(far(points), far(targets))).toBeCloseTo(near, 9);
      const close = matrix(
        1,
        d,
        row(points, 0).map((value, k) => value + (k === 0 ? 2 ** -10 : 0)),
      );
      expect(largestHullDistance(far(points), far(close))).toBeCloseTo(
        largestHullDistance(points, close),
        9,
      );
    }
  });

  it.each<[number[], number]>([
    [[3, 1], 0],
    [[0, 5], 0],
    [[-1, 2], 1],
    [[-3, -4], 5],
    [[1, -1e-9], 1e-9],
  ])('of %j to the quadrant is %d', (x, expected) => {
    const quadrant = fromRows([
      [2, 0],
      [0, 3],
      [1, 1],
    ]);
    expect(coneDistance(quadrant, x)).toBeCloseTo(expected, 15);
  });

  it('are those that no separating direction beats', () => {
    const setting = fc.record({
      n: fc.integer({ min: 1, max: 12 }),
      d: fc.integer({ min: 1, max: 8 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(setting, ({ n, d, seed }) => {
        const points = gaussians(n, d, seed);
        const x = gaussians(1, d, seed + 1).data.map((value) => 2 * value);
        const weights = shares(n, seed);
        const inside = new Float64Array(d);
        for (let i = 0; i < n; i++)
          for (let k = 0; k < d; k++) inside[k] += weights[i] * points.data[i * d + k];
        expect(hullDistance(points, inside)).toBeLessThan(1e-8);
        expect(coneDistance(points, inside)).toBeLessThan(1e-8);
        const distance = hullDistance(points, x);
        expect(coneDistance(points, x)).toBeLessThanOrEqual(distance + 1e-9);
        const { gaussian } = random(seed, 2);
        for (let trial = 0; trial < 50; trial++) {
          const raw = Float64Array.from({ length: d }, gaussian);
          const u = raw.map((value) => value / Math.sqrt(inner(raw, raw)));
          const support = Math.max(
            ...Array.from({ length: n }, (_, i) => inner(row(points, i), u)),
          );
          expect(inner(x, u) - support).toBeLessThanOrEqual(distance + 1e-9);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of several targets are the largest of each', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [points, targets] = [gaussians(7, 9, seed), gaussians(6, 9, seed + 100)];
      for (const distance of [largestHullDistance, largestConeDistance]) {
        const each = Array.from({ length: 6 }, (_, i) => distance(points, one(row(targets, i))));
        expect(distance(points, targets)).toBeCloseTo(Math.max(...each), 12);
      }
    }
  });

  it('are 0 at the start, and afterwards those of the farthest token', () => {
    const away = fromRows([
      [0.5, 0.5],
      [1.5, 0.5],
      [0, 1],
      [1, 1],
    ]);
    const record = runDiagnostics([
      { positions: square, space: 'euclidean' },
      { positions: away, space: 'euclidean' },
    ]);
    expect(record.hull_distance).toEqual([0, 0.5]);
    expect(record.cone_distance).toEqual([null, null]);
    const turned = runDiagnostics([
      { positions: onCircle([0, 1]) },
      { positions: onCircle([0.5, 1.3]) },
    ]);
    expect(turned.cone_distance).toEqual([0, expect.closeTo(Math.sin(0.3), 14)]);
    const mid = Math.SQRT2 * Math.sqrt(1 - Math.cos(0.3));
    expect(turned.hull_distance).toEqual([0, expect.closeTo(mid, 14)]);
  });
});

describe('attention leaders', () => {
  const positions = polygon(4);
  const all = matrix(4, 4, new Float64Array(16).fill(0.25));

  it('are half of the tokens when none leads, one when all listen to it', () => {
    const even = valuesOf({ positions, couplings: [all] });
    expect([even.attention_leaders, even.attention_leader_share]).toEqual([2, 0.25]);
    const one = matrix(
      4,
      4,
      Float64Array.from({ length: 16 }, (_, at) => Number(at % 4 === 2)),
    );
    const led = valuesOf({ positions, couplings: [one, one] });
    expect([led.attention_leaders, led.attention_leader_share]).toEqual([1, 1]);
    // Unnormalised attention: only the proportions in a row count.
    const loud = matrix(
      4,
      4,
      all.data.map((share, at) => share * (1 + Math.floor(at / 4))),
    );
    expect(valuesOf({ positions, couplings: [loud] }).attention_leader_share).toBeCloseTo(0.25, 15);
  });

  it('get all the listening beyond their masses', () => {
    const one = matrix(
      4,
      4,
      Float64Array.from({ length: 16 }, (_, at) => 3 * Number(at % 4 === 2)),
    );
    const imbalanceOf = (coupling: Matrix, masses?: number[]) =>
      valuesOf({ positions, couplings: [coupling], masses }).attention_imbalance;
    expect(imbalanceOf(all)).toBe(0);
    expect(imbalanceOf(one)).toBeCloseTo(3 / 4, 15);
    // All alike, where one has half of the mass: it is owed ½ and gets ¼.
    expect(imbalanceOf(all, [1 / 2, 1 / 6, 1 / 6, 1 / 6])).toBeCloseTo(1 / 4, 15);
    expect(valuesOf({ positions, couplings: [one, all] }).attention_imbalance).toBeCloseTo(
      3 / 8,
      15,
    );
  });

  it('do not exist without attention, or where it is negative', () => {
    const signed = matrix(
      4,
      4,
      all.data.map((share, at) => (at === 5 ? -share : share)),
    );
    for (const couplings of [null, [signed]]) {
      const values = valuesOf({ positions, couplings });
      expect(values.attention_leaders).toBeNull();
      expect(values.attention_entropy).toBeNull();
      expect(values.attention_imbalance).toBeNull();
    }
  });
});

describe('other frames', () => {
  it('the radius is that of the vectors before they came to the sphere', () => {
    expect(valuesOf({ positions: polygon(2), radii: [1, 4] }).radius_mean).toBe(2.5);
    expect(valuesOf({ positions: polygon(2) }).radius_mean).toBeNull();
  });

  it('counts clusters', () => {
    expect(valuesOf({ positions: onCircle([0, 1e-4, 1, 1.0001, 2.5]) }).cluster_count).toBe(3);
    const line = fromRows([[0], [1e-3], [50], [50.01], [50.02]]);
    expect(valuesOf({ positions: line, space: 'euclidean' }).cluster_count).toBe(2);
    const point = fromRows([[3], [3]]);
    expect(valuesOf({ positions: point, space: 'euclidean' }).cluster_count).toBe(1);
  });

  it('off the sphere displacement is a distance; tokens that were merged have none', () => {
    const record = runDiagnostics([
      { positions: fromRows([[0], [4]]), space: 'euclidean' },
      { positions: fromRows([[1], [1]]), space: 'euclidean' },
      { positions: fromRows([[1]]), masses: [1], space: 'euclidean' },
    ]);
    expect(record.displacement).toEqual([null, 2, null]);
  });

  it('cosines with a token at the origin count as 0', () => {
    const positions = fromRows([
      [0, 0],
      [3, 0],
    ]);
    expect(valuesOf({ positions, space: 'euclidean' }).cosine_mean).toBe(0);
  });

  it('a rotation changes nothing', () => {
    const frame = (turn: (points: Matrix) => Matrix) => ({
      positions: turn(scattered(9, 3, 20)),
      previous: turn(scattered(9, 3, 21)),
      initial: turn(scattered(9, 3, 22)),
      velocity: turn(scattered(9, 3, 23)),
      masses: shares(9, 24),
      beta: 2,
    });
    const flat = (values: ReturnType<typeof valuesOf>) =>
      Object.values(values).flatMap((value) => value ?? []);
    expect(flat(valuesOf(frame((points) => rotated(points, 5))))).toBeAllClose(
      flat(valuesOf(frame((points) => points))),
      { absolute: 1e-11 },
    );
  });
});

describe('many particles', { tags: 'slow' }, () => {
  const n = 6000;

  it('are read in part, and the result says which', () => {
    const frame = { positions: polygon(n), velocity: gaussians(n, 2, 31), beta: 2 };
    const { diagnostics: record, notes } = diagnose([frame, frame]);
    // (I₀(2) − 1)/4, the energy of the uniform law.
    expect(Number(record.energy[0])).toBeCloseTo(1.2795853 / 4, 2);
    expect(record.energy[1]).toBe(record.energy[0]);
    expect(record.hull_distance).toEqual([0, 0]);
    expect(notes.energy).toBe('read from 2,000 of 6,000 particles, drawn with a fixed seed');
    const declared = diagnostics.filter(({ reads }) => Number(reads?.(n, 2) ?? n) < n);
    expect(Object.keys(notes).sort()).toEqual(declared.map(({ name }) => name).sort());
    expect(Object.keys(notes)).toEqual(
      expect.arrayContaining([
        'cluster_count',
        'cone_distance',
        'cosine_histogram',
        'cosine_mean',
        'cosine_min',
        'energy',
        'energy_rate',
        'hull_distance',
      ]),
    );
  });

  it('are read in part by no diagnostic that does not say so', () => {
    const prepared = prepareFrame({ positions: polygon(n), velocity: gaussians(n, 2, 31) });
    const sampled = ['pairs', 'gram', 'cosines'];
    for (const { name, reads, compute } of diagnostics) {
      const read = new Set<PropertyKey>();
      const get = (frame: PreparedFrame, key: PropertyKey) =>
        Reflect.get(frame, read.add(key) && key);
      compute(new Proxy(prepared, { get }));
      if (sampled.some((key) => read.has(key))) expect(reads?.(n, 2), name).toBeLessThan(n);
    }
  });

  it.each(['sphere', 'euclidean'] as const)(
    'have the rate of the energy that is read (%s)',
    (space) => {
      const h = 1e-5;
      const start = polygon(n);
      // A field along the circle, so that both spaces know its flow to second order.
      const bend = (time: number) =>
        matrix(
          n,
          2,
          start.data.map((_, at) => {
            const angle = 0.3 + (2 * Math.PI * Math.floor(at / 2)) / n;
            const moved = angle + time * Math.sin(3 * angle) ** 2 * Math.cos(angle);
            return at % 2 ? Math.sin(moved) : Math.cos(moved);
          }),
        );
      const [before, after] = [bend(-h), bend(h)];
      const velocity = matrix(
        n,
        2,
        after.data.map((value, at) => (value - before.data[at]) / (2 * h)),
      );
      const chosen = diagnostics.filter(({ name }) => name.startsWith('energy'));
      const read = (positions: Matrix) =>
        diagnose([{ positions, velocity, beta: 2, space }], chosen).diagnostics;
      const slope = (Number(read(after).energy[0]) - Number(read(before).energy[0])) / (2 * h);
      expect(read(start).energy_rate[0]).toBeCloseTo(slope, 8);
    },
  );

  it('that coincide have their exact energy from a sample', () => {
    const same = matrix(
      n,
      2,
      Float64Array.from({ length: 2 * n }, (_, at) => (at + 1) % 2),
    );
    const { diagnostics: record } = diagnose([{ positions: same, beta: 9 }]);
    expect(Number(record.energy[0]) / (Math.expm1(9) / 18)).toBeCloseTo(1, 10);
    expect(record.cluster_count[0]).toBe(1);
  });

  it('up to 5,000 are read completely', () => {
    expect(diagnose([{ positions: polygon(50) }]).notes).toEqual({});
  });
});
