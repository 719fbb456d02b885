/** Noise beside any dynamics at the default step, against exact laws; its path, and what is said of its error. */
import { describe, expect, it } from 'vitest';
import { defineDynamics } from '../../src/dynamics/define.ts';
import { type Simulation, simulate } from '../../src/flow/simulation.ts';
import type { SimulationOptions } from '../../src/flow/simulation-settings.ts';
import { solveOnCircle } from '../../src/limits/mean-field/circle.ts';
import { resultant, vonMisesLaw } from '../../src/limits/mean-field/circle-law.ts';
import { random } from '../../src/numerics/random.ts';

const last = ({ frames }: Simulation) => frames[frames.length - 1];

/** Mean and standard error over values. */
function estimate(values: ArrayLike<number>) {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const square = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1);
  return { mean, error: Math.sqrt(square / all.length), variance: square };
}

describe('the heat kernel, at the default step and weak errors told', () => {
  const POINT = { start: 'von_mises_fisher', startParameters: { concentration: 1e9 } };
  const STILL = { beta: 0, value: { scalar: 0 } };

  it.each<[number, number, number]>([
    [2, 4, 1],
    [3, 4, 1],
    [3, 10, 2],
    [8, 4, 1],
    [10, 10, 1],
  ])('d = %i, κ = %i, t = %i: E P_l = e^{−l(l+d−2)t/κ}', async (d, kappa, time) => {
    const n = 10_000;
    const found = await simulate({
      dynamics: 'noisy',
      parameters: { ...STILL, kappa },
      ...POINT,
      n,
      d,
      seed: 5,
      time,
      diagnostics: [],
    });
    expect(found.engine.name).toBe('mean');
    expect(found.notes.noise).toBeUndefined();
    const [x, y] = [found.frames[0], last(found)].map(({ positions }) => positions.data);
    const cosines = Array.from({ length: n }, (_, i) =>
      x.subarray(i * d, (i + 1) * d).reduce((sum, one, k) => sum + one * y[i * d + k], 0),
    );
    const harmonics = [cosines, cosines.map((one) => (d * one ** 2 - 1) / (d - 1))];
    for (const [k, values] of harmonics.entries()) {
      const { mean, error } = estimate(values);
      const exact = Math.exp((-(k + 1) * (k + d - 1) * time) / kappa);
      expect(Math.abs(mean - exact)).toBeLessThan(4 * error + Number(last(found).noiseError));
    }
  });
});

describe('the mean field, within the printed error', () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const resultants = (options: SimulationOptions) =>
    Promise.all(
      seeds.map(async (seed) => {
        const run = await simulate({
          n: 2000,
          d: 2,
          seed,
          start: 'von_mises_fisher',
          diagnostics: ['mean_resultant'],
          ...options,
        });
        const { diagnostics, noiseError } = last(run);
        return { value: Number(diagnostics.mean_resultant), printed: Number(noiseError), run };
      }),
    );

  it('usa, β = 2, κ = 1, h = 0.05 from a von Mises law: R = 0.4867', async () => {
    const [{ law }] = solveOnCircle(vonMisesLaw(2), {
      beta: 2,
      kappa: 1,
      coupling: 'exponential',
      times: [1.5],
    });
    const exact = resultant(law);
    expect(exact).toBeCloseTo(0.4867, 4);
    const found = await resultants({
      dynamics: 'usa',
      parameters: { beta: 2 },
      kappa: 1,
      startParameters: { concentration: 2 },
      time: 1.5,
      step: 0.05,
    });
    const { mean, error } = estimate(found.map(({ value }) => value));
    const printed = Math.max(...found.map((one) => one.printed));
    expect(printed).toBeLessThan(0.01);
    // the resultant of so many particles is itself larger by about 1/(nR)
    expect(Math.abs(mean - exact)).toBeLessThan(3 * error + printed + 0.002);
  });

  it('kuramoto with noise: each listens to the mean, κ = 4', async () => {
    const [{ law }] = solveOnCircle(vonMisesLaw(1), {
      beta: 0,
      kappa: 4,
      coupling: 'softmax',
      times: [2],
    });
    const found = await resultants({
      dynamics: 'kuramoto',
      kappa: 4,
      startParameters: { concentration: 1 },
      time: 2,
    });
    const { mean, error } = estimate(found.map(({ value }) => value));
    expect(found.map(({ run }) => run.engine.name)).toEqual(seeds.map(() => 'mean'));
    expect(Math.abs(mean - resultant(law))).toBeLessThan(3 * error + 0.002);
  });
});

describe('what a step that is too large is said to cost', () => {
  const USA: SimulationOptions = {
    dynamics: 'usa',
    parameters: { beta: 2 },
    kappa: 1,
    n: 20_000,
    d: 2,
    time: 2,
    start: 'von_mises_fisher',
    startParameters: { concentration: 2 },
    diagnostics: ['mean_resultant'],
  };

  it('is warned of, with a number of the size of the error', async () => {
    const [{ law }] = solveOnCircle(vonMisesLaw(2), {
      beta: 2,
      kappa: 1,
      coupling: 'exponential',
      times: [2],
    });
    const coarse = await simulate({ ...USA, step: 0.5 });
    const error = Math.abs(Number(last(coarse).diagnostics.mean_resultant) - resultant(law));
    const printed = Number(last(coarse).noiseError);
    expect(printed).toBeGreaterThan(0.01);
    expect(printed).toBeGreaterThan(error / 4);
    expect(printed).toBeLessThan(error * 4);
    expect(coarse.notes.noise).toMatch(/the step 0.5 moves means .* by about \d.* %.*smaller step/);
  });

  it('not where it is small, nor for a direction that is chance', async () => {
    for (const n of [32, 1000]) {
      const run = await simulate({ kappa: 10, n, d: 2, saveAt: 'linear:0:10:6', diagnostics: [] });
      expect(run.notes.noise).toBeUndefined();
    }
  });

  it('is told where there is noise only', async () => {
    const { frames } = await simulate({ time: 1, diagnostics: [] });
    expect(frames.map(({ noiseError }) => noiseError)).toEqual([null, null]);
  });

  it('is told where the coarse run alone diverges', async () => {
    const steep = defineDynamics({
      name: 'steep',
      space: 'euclidean',
      velocity: ({ positions }, _, __, out) => {
        for (let i = 0; i < out.length; i++) out[i] = -(positions[i] ** 5);
      },
    });
    const run = await simulate({
      dynamics: steep,
      kappa: 1e6,
      init: [[3], [-3]],
      step: 0.02,
      time: 1,
      diagnostics: [],
    });
    expect(last(run).positions.data.every(Number.isFinite)).toBe(true);
    expect(last(run).noiseError).toBeNull();
    expect(run.notes.noise).toMatch(/with twice the step 0.02 .* not finite: take a smaller one/);
  });
});

describe('the increments of a particle', () => {
  const START = Array.from({ length: 12 }, (_, i) => {
    const { gaussian } = random(8, i);
    const x = [gaussian(), gaussian(), gaussian()];
    return x.map((one) => one / Math.hypot(...x));
  });
  const still = { dynamics: 'sa', parameters: { value: { scalar: 0 } }, kappa: 3, time: 1 };
  const endOf = async (options: SimulationOptions) =>
    last(await simulate({ ...still, diagnostics: [], ...options })).positions.data;

  it('are those of its number, whoever else is there', async () => {
    const all = await endOf({ init: START });
    const few = await endOf({ init: START.slice(0, 5) });
    expect(all.slice(0, 15)).toEqual(few);
  });

  it('are those of the run, whenever it is looked at', async () => {
    const seldom = await endOf({ init: START });
    const often = await endOf({ init: START, saveAt: 'linear:0:1:38' });
    expect(often).toEqual(seldom);
  });

  it('are others under another seed, in every bit of it', async () => {
    const ends = await Promise.all([1, 2, 2 ** 31 + 1].map((seed) => endOf({ init: START, seed })));
    expect(new Set(ends.map(String)).size).toBe(3);
  });
});

it('in R^d: an Ornstein–Uhlenbeck process has its exact mean and variance', async () => {
  const spring = defineDynamics({
    name: 'spring',
    space: 'euclidean',
    velocity: ({ positions }, _, __, out) => {
      for (let i = 0; i < out.length; i++) out[i] = -positions[i];
    },
  });
  const [n, kappa, time] = [20_000, 4, 1];
  const run = await simulate({
    dynamics: spring,
    kappa,
    init: Array.from({ length: n }, () => [2]),
    time,
    step: 0.25,
    diagnostics: [],
  });
  expect(run.settings.scheme.name).toBe('heun');
  const { mean, error, variance } = estimate(last(run).positions.data);
  const decay = Math.exp(-time);
  const printed = Number(last(run).noiseError) * Math.sqrt(variance);
  expect(Math.abs(mean - 2 * decay)).toBeLessThan(4 * error + 1.5 * printed);
  const exact = (1 - decay ** 2) / kappa;
  expect(Math.abs(variance / exact - 1)).toBeLessThan(4 * Math.sqrt(2 / n) + 0.01);
});

it.each<[string, SimulationOptions]>([
  ['radii', { dynamics: 'normalised', parameters: { normalisation: 'peri' } }],
  ['changing masses', { dynamics: 'birth_death' }],
  ['a mask', { dynamics: 'causal_sa' }],
  ['ties', { dynamics: 'hardmax' }],
  ['Stein’s descent', { dynamics: 'svgd', start: 'gaussian', d: 2 }],
  ['rk4', { scheme: 'rk4' }],
  ['euler', { scheme: 'euler' }],
])('runs beside %s', async (_, options) => {
  const run = await simulate({ n: 12, kappa: 20, time: 1, ...options });
  expect(last(run).positions.data.every(Number.isFinite)).toBe(true);
  const still = await simulate({ n: 12, time: 1, scheme: 'heun', ...options });
  expect(last(run).positions.data).not.toEqual(last(still).positions.data);
  if (run.settings.entry.space === 'sphere')
    for (let i = 0; i < 12; i++)
      expect(Math.hypot(...last(run).positions.data.subarray(3 * i, 3 * i + 3))).toBeCloseTo(1, 12);
});

it('is beside the dynamics what `noisy` has of its own', async () => {
  const options = { n: 20, time: 1, diagnostics: [] };
  const own = await simulate({ ...options, dynamics: 'noisy', parameters: { kappa: 4 } });
  const given = await simulate({ ...options, dynamics: 'noisy', kappa: 4 });
  const beside = await simulate({ ...options, dynamics: 'usa', kappa: 4 });
  expect(last(given).positions.data).toEqual(last(own).positions.data);
  expect(last(beside).positions.data).toEqual(last(own).positions.data);
});
