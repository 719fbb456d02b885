/** Sampling dynamics: targets' slopes, SVGD and the descent of relative entropy against exact answers. SVGD beside attention and at rest: stein.test.ts. */
import { describe, expect, it } from 'vitest';
import { dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import { medianBandwidth } from '../../src/dynamics/kernels.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import { svgdDynamics } from '../../src/dynamics/svgd.ts';
import { targetOf } from '../../src/dynamics/targets.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { tangent } from '../../src/geometry/sphere.ts';
import { gaussianDescent } from '../../src/limits/moments/gaussian-descent.ts';
import { linearSvgdMoments } from '../../src/limits/moments/svgd.ts';
import { matrix, row } from '../../src/numerics/matrix.ts';
import { momentsOf } from '../../src/numerics/moments.ts';
import { normalQuantile } from '../../src/numerics/quantile.ts';
import { random } from '../../src/numerics/random.ts';
import { MASSES, STARTS } from '../engines/particles.ts';

type Options = Parameters<typeof simulate>[0];
const run = (options: Options) =>
  simulate({ scheme: 'dopri5', tolerance: 1e-11, diagnostics: [], ...options });
const last = async (options: Options) => (await run(options)).frames.at(-1)!;

const svgd = dynamicsNamed('svgd');

describe('targets', () => {
  it.each([
    [
      'gaussian',
      {
        centre: 1,
        covariance: [
          [2, 0.5],
          [0.5, 1],
        ],
      },
    ],
    ['mixture', { modes: 3, separation: 1.5, deviation: 0.7 }],
    ['banana', { bend: 0.4, deviation: 1.3 }],
  ])('%s: the slope is that of the log-density', (target, given) => {
    const { logDensity, gradient } = targetOf(completeParameters(svgd, { target, ...given }, 2), 2);
    const stream = random(3);
    for (let trial = 0; trial < 10; trial++) {
      const x = Float64Array.of(2 * stream.gaussian(), 2 * stream.gaussian());
      const found = new Float64Array(2);
      gradient(x, found);
      const h = 1e-5;
      const slopes = [0, 1].map((k) => {
        const moved = (by: number) =>
          logDensity(x.map((value, l) => (l === k ? value + by : value)));
        return (moved(h) - moved(-h)) / (2 * h);
      });
      expect(found).toBeAllClose(slopes, { absolute: 1e-7 });
    }
  });

  it('Gaussian: log π falls by half the squared Mahalanobis distance', () => {
    const { logDensity } = targetOf(completeParameters(svgd, { covariance: 4, centre: 1 }, 2), 2);
    expect(logDensity(Float64Array.of(3, 2))).toBeCloseTo((-0.5 * (4 + 4)) / 4, 14);
  });
});

describe('SVGD', () => {
  it('with the linear kernel moves the moments exactly as docs/theory.md §4.9 says, for any n', async () => {
    const covariance = [
      [1.5, 0.4],
      [0.4, 0.8],
    ];
    const options: Options = {
      dynamics: 'svgd',
      n: 12,
      d: 2,
      start: 'gaussian',
      seed: 4,
      time: 2,
      saveAt: [0, 0.5, 2],
      parameters: { kernel: 'linear', centre: 1, covariance },
    };
    const { frames } = await run(options);
    const [start, ...found] = frames.map(({ positions }) => momentsOf(positions, MASSES.equal(12)));
    const target = {
      mean: Float64Array.of(1, 0),
      covariance: matrix(2, 2, Float64Array.from(covariance.flat())),
    };
    linearSvgdMoments(start, target, [0.5, 2]).forEach((expected, k) => {
      expect(found[k].mean).toBeAllClose(expected.mean, { absolute: 1e-8 });
      expect(found[k].covariance.data).toBeAllClose(expected.covariance.data, { absolute: 1e-8 });
    });
  });

  it('RBF: two points rest at a² = (h/2) ln(1 + 2/h) under N(0, 1)', async () => {
    for (const h of [0.5, 2]) {
      const { positions } = await last({
        dynamics: 'svgd',
        parameters: { bandwidth: h },
        init: [[0.3], [-0.4]],
        time: 200,
      });
      const a = Math.sqrt((h / 2) * Math.log(1 + 2 / h));
      expect([...positions.data].sort((x, y) => x - y)).toBeAllClose([-a, a], { absolute: 1e-7 });
    }
  });

  it.each(['rbf', 'imq'])('%s: samples a Gaussian', async (kernel) => {
    const { positions } = await last({
      dynamics: 'svgd',
      parameters: { kernel, centre: 2, bandwidth: kernel === 'imq' ? 1 : 0 },
      n: 60,
      d: 2,
      start: 'gaussian',
      startParameters: { deviation: 0.3 },
      seed: 1,
      time: 60,
      tolerance: 1e-5,
    });
    const { mean, covariance } = momentsOf(positions, MASSES.equal(60));
    expect(mean).toBeAllClose([2, 0], { absolute: 0.02 });
    expect(covariance.data[1]).toBeCloseTo(0, 1);
    // Few particles in a plane are narrower than their target.
    for (const at of [0, 3]) {
      expect(covariance.data[at]).toBeGreaterThan(0.75);
      expect(covariance.data[at]).toBeLessThan(1.05);
    }
  });

  it('visits both modes of a mixture, and the banana', async () => {
    const { positions } = await last({
      dynamics: 'svgd',
      parameters: { target: 'mixture', separation: 2 },
      n: 30,
      d: 2,
      start: 'gaussian',
      seed: 2,
      time: 60,
      tolerance: 1e-5,
    });
    const right = Array.from({ length: 30 }, (_, i) => row(positions, i)[0]).filter((x) => x > 0);
    expect(right.length).toBeGreaterThan(10);
    expect(right.length).toBeLessThan(20);
    const bent = await last({
      dynamics: 'svgd',
      parameters: { target: 'banana', bend: 1 },
      n: 40,
      d: 2,
      start: 'gaussian',
      seed: 2,
      time: 40,
      tolerance: 1e-5,
    });
    // Far out along x_1 the law lies low: x_2 near b (s² − x_1²).
    for (let i = 0; i < 40; i++) {
      const [x, y] = row(bent.positions, i);
      expect(Math.abs(y - (1 - x * x))).toBeLessThan(3.5);
    }
  });

  it('takes a density of one’s own, with and without its slope', async () => {
    const logDensity = (x: Float64Array) => -0.5 * ((x[0] - 3) ** 2 + x[1] ** 2);
    const gradient = (x: Float64Array, out: Float64Array) => {
      out[0] = 3 - x[0];
      out[1] = -x[1];
    };
    const options = { n: 8, d: 2, start: 'gaussian', time: 1, parameters: { bandwidth: 1 } };
    const own = await last({ ...options, dynamics: svgdDynamics({ logDensity, gradient }) });
    const guessed = await last({ ...options, dynamics: svgdDynamics({ logDensity }) });
    const known = await last({
      ...options,
      dynamics: 'svgd',
      parameters: { bandwidth: 1, centre: 3 },
    });
    expect(own.positions.data).toBeAllClose(known.positions.data, { absolute: 1e-10 });
    expect(guessed.positions.data).toBeAllClose(known.positions.data, { absolute: 1e-7 });
  });

  it('has the median rule: 2h = median² / log(n + 1)', () => {
    const particles = { n: 3, d: 1, positions: Float64Array.of(0, 1, 3), masses: MASSES.equal(3) };
    expect(medianBandwidth(particles)).toBeCloseTo(4 / (2 * Math.log(4)), 14);
    expect(medianBandwidth({ ...particles, positions: new Float64Array(3) })).toBe(1);
  });
});

describe('SVGD on the sphere', () => {
  const entry = dynamicsNamed('svgd_sphere');

  it('is the gradient of the Stein potential', () => {
    const [beta, kappa, d] = [1.7, 2.3, 3];
    const y = STARTS.scattered('sphere', 1, d);
    const potential = (x: Float64Array) => {
      const s = x.reduce((sum, value, k) => sum + value * y[k], 0);
      const first = kappa * beta * (x[0] - s * y[0]);
      return Math.exp(beta * s) * (first + beta ** 2 * (1 - s * s) - (d - 1) * beta * s);
    };
    const x = STARTS.scattered('sphere', 2, d).slice(3);
    const out = new Float64Array(2 * d);
    const parameters = completeParameters(entry, { beta, concentration: kappa }, d);
    const particles = {
      n: 2,
      d,
      positions: Float64Array.of(...x, ...y),
      masses: Float64Array.of(0, 1),
    };
    entry.velocity?.(particles, parameters, 0, out);
    const h = 1e-5;
    const slope = x.map((_, k) => {
      const moved = (by: number) => potential(x.map((value, l) => (l === k ? value + by : value)));
      return (moved(h) - moved(-h)) / (2 * h);
    });
    expect(tangent(x, out.subarray(0, d))).toBeAllClose(tangent(x, slope), { absolute: 1e-7 });
  });
});

describe('the descent of relative entropy', () => {
  const start = { n: 40, d: 1, start: 'gaussian', startParameters: { deviation: 0.5 }, seed: 1 };

  it.each(['both', 'transport', 'reaction'])(
    '%s: F falls, at the rate of docs/theory.md §4.10',
    async (part) => {
      const bandwidth = 0.3;
      const h = 1e-4;
      const { frames } = await run({
        ...start,
        n: 15,
        dynamics: 'kl_descent',
        parameters: { part, bandwidth, centre: 1 },
        time: 0.2,
        saveAt: [0.1 - h, 0.1, 0.1 + h],
      });
      const energies = frames.map(({ positions: { data: x }, masses }) =>
        energetics(x, masses as Float64Array, bandwidth),
      );
      const [moves, reacts] = [part === 'reaction' ? 0 : 1, part === 'transport' ? 0 : 4];
      const [before, here, after] = energies;
      const rate = (after.energy - before.energy) / (2 * h);
      expect(rate).toBeCloseTo(-(moves * here.transport + reacts * here.variance), 4);
      expect(rate).toBeLessThan(-0.01);
    },
  );

  it('follows the Gaussian flow in closed form, up to its smoothing', async () => {
    const init = Array.from({ length: 100 }, (_, k) => [normalQuantile((k + 0.5) / 100)]);
    const begun = momentsOf(matrix(100, 1, Float64Array.from(init.flat())), MASSES.equal(100));
    const target = { mean: Float64Array.of(0.5), covariance: matrix(1, 1, Float64Array.of(0.5)) };
    for (const part of ['transport', 'both'] as const) {
      const parameters = { part, bandwidth: 0.02, centre: 0.5, covariance: 0.5 };
      const { positions, masses } = await last({
        init,
        dynamics: 'kl_descent',
        tolerance: 1e-6,
        time: 0.5,
        parameters,
      });
      const [expected] = gaussianDescent(begun, target, part, [0.5]);
      const found = momentsOf(positions, masses as Float64Array);
      expect(Math.abs(found.mean[0] - expected.mean[0])).toBeLessThan(0.05);
      expect(Math.abs(found.covariance.data[0] - expected.covariance.data[0])).toBeLessThan(0.05);
    }
  });
});

/** F, Σ w|∇δF|² and Var_w(δF) for the target N(1, 1) on the line, by their definitions. */
function energetics(x: Float64Array, w: Float64Array, h: number) {
  const kernel = (y: number, z: number) => Math.exp(-((y - z) ** 2) / (2 * h));
  const sum = (value: (i: number) => number) => w.reduce((total, _, i) => total + value(i), 0);
  const density = (y: number) => sum((j) => w[j] * kernel(y, x[j]));
  const at = Float64Array.from(x, density);
  const delta = (y: number) =>
    Math.log(density(y)) + sum((j) => (w[j] * kernel(y, x[j])) / at[j]) + 0.5 * (y - 1) ** 2;
  const slope = (y: number) => (delta(y + 1e-5) - delta(y - 1e-5)) / 2e-5;
  const mean = sum((i) => w[i] * delta(x[i]));
  return {
    energy: sum((i) => w[i] * (Math.log(at[i]) + 0.5 * (x[i] - 1) ** 2)),
    transport: sum((i) => w[i] * slope(x[i]) ** 2),
    variance: sum((i) => w[i] * (delta(x[i]) - mean) ** 2),
  };
}

describe('refuses', () => {
  const start = { n: 4, d: 2, start: 'gaussian', time: 1 };
  it.each<[string, Options, string | RegExp]>([
    [
      'a covariance that is none',
      { ...start, dynamics: 'svgd', parameters: { covariance: 'diagonal:1,-1' } },
      'not symmetric and positive definite',
    ],
    [
      'the banana on a line',
      { ...start, d: 1, dynamics: 'svgd', parameters: { target: 'banana' } },
      'd is 1 and target banana',
    ],
    [
      'a density that is not finite at the start',
      { ...start, dynamics: svgdDynamics({ logDensity: (x) => Math.log(x[0]) }) },
      /log π is NaN with the slope .* at particle \d at/,
    ],
    [
      'an unknown target',
      { ...start, dynamics: 'svgd', parameters: { target: 'bananna' } },
      'did you mean "banana"',
    ],
    [
      'an unknown kernel',
      { ...start, dynamics: 'svgd', parameters: { kernel: 'rfb' } },
      'did you mean "rbf"',
    ],
  ])('%s', async (_, options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });
});
