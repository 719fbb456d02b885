/** Particles → mean field: rates, both ways to follow the law, repeatability, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { solveOnCircle } from '../../src/limits/mean-field/circle.ts';
import { vonMisesLaw } from '../../src/limits/mean-field/circle-law.ts';
import { moveAngles, quantilePoints } from '../../src/limits/mean-field/quantiles.ts';
import type { FittedOrder } from '../../src/limits/order.ts';
import { type ParticleLimit, particleLimit } from '../../src/limits/particles/particles.ts';
import { particleReport } from '../../src/limits/particles/report.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { wassersteinOnCircle } from '../../src/transport/circle.ts';

const order = (one: unknown) => (one as FittedOrder).order;

describe('at time 0', () => {
  it('independent particles are n^−½ away, quantiles 1/n', async () => {
    const n = [16, 64, 256, 1024];
    const independent = await particleLimit({ n, times: [0], seeds: 40 });
    expect(Math.abs(order(independent.orders[0]) - 0.5)).toBeLessThan(0.05);
    const quantiles = await particleLimit({ n, times: [0], draw: 'quantiles' });
    expect(Math.abs(order(quantiles.orders[0]) - 1)).toBeLessThan(0.01);
    expect(quantiles.errors.betweenRuns[0]).toEqual([null, null, null, null]);
  });
});

describe('the law', () => {
  it.each([
    ['softmax', 2],
    ['exponential', 2],
    ['softmax', -2],
    ['exponential', -2],
  ] as const)(
    'moves alike by modes and by quantiles while it is smooth (%s, β = %d)',
    async (coupling, beta) => {
      const start = vonMisesLaw(1);
      const field = { coupling, beta };
      const times = [0, 0.3];
      const [, modes] = solveOnCircle(start, { ...field, times });
      const run = { ...field, times, tolerance: 1e-10, step: 0.1, seed: 1 };
      const [, points] = await moveAngles(quantilePoints(start, 4096), run, {});
      const apart = wassersteinOnCircle(
        { values: points },
        { values: quantilePoints(modes.law, 4096) },
      );
      expect(apart).toBeLessThan(1e-6);
    },
  );
});

describe('while both flow', () => {
  const flow = { attention: 'usa' as const, beta: 1 };
  const options = { ...flow, n: [100, 400, 1600], times: [0, 0.5], seeds: 4 };
  let limit: ParticleLimit;
  beforeAll(async () => {
    limit = await particleLimit(options);
  });

  it('the rate is that of the start, and the errors grow by e^{Ct} at most', () => {
    const { errors, orders, dobrushin } = limit;
    expect(Math.abs(order(orders[1]) - order(orders[0]))).toBeLessThan(0.15);
    errors.w1High[1].forEach((error, i) => {
      expect(error).toBeLessThanOrEqual(
        Math.exp(0.5 * (dobrushin ?? 0)) * errors.w1High[0][i] * (1 + 1e-12),
      );
    });
    expect(dobrushin).toBeGreaterThan(0);
    expect(dobrushin).toBeLessThan(3);
  });

  it('particles are no farther from the law than twice what two runs are from each other', () => {
    limit.errors.w1[1].forEach((error, i) => {
      expect(error).toBeLessThan(2 * Number(limit.errors.betweenRuns[1][i]));
    });
  });

  it('the same seeds give the same numbers, and W2 is no less than W1', async () => {
    expect((await particleLimit(options)).errors).toEqual(limit.errors);
    limit.errors.w2.forEach((values, t) => {
      values.forEach((w2, i) => {
        expect(Number(w2)).toBeGreaterThanOrEqual(limit.errors.w1[t][i]);
      });
    });
  });

  it('is reported with a column for every time, and its constant', () => {
    const { columns, findings, figure } = particleReport(limit);
    expect(columns.map(({ name }) => name)).toContain('w1_t0.5');
    expect(findings).toHaveLength(3);
    expect(figure.panels[0].series).toHaveLength(2);
  });
});

it('particles of another β stay away from the law, however many they are', async () => {
  const options = { n: [100, 1000], times: [0, 1], draw: 'quantiles' as const };
  const [own, other] = [
    await particleLimit(options),
    await particleLimit({ ...options, particleBeta: 6 }),
  ];
  expect(own.errors.w1[1][1]).toBeLessThan(0.2 * own.errors.w1[1][0]);
  expect(other.errors.w1[1][1]).toBeGreaterThan(0.9 * other.errors.w1[1][0]);
  expect(other.errors.w1[0]).toEqual(own.errors.w1[0]);
});

it('noise: as far from the modes as from another run', async () => {
  const { errors, reference } = await particleLimit({
    n: [2000],
    times: [0, 1],
    seeds: 5,
    attention: 'usa',
    beta: 1,
    kappa: 5,
    step: 0.02,
  });
  expect(reference.method).toBe('modes');
  expect(errors.w1[1][0]).toBeLessThan(2 * Number(errors.betweenRuns[1][0]));
});

it.each([
  [{ beta: -101 }, /beta is -101: expected a number from -100/],
  [{ times: [1, 0] }, /times has 0 after 1: expected rising times/],
  [{ law: 'gauss' }, /law is "gauss": expected one of cosine, von_mises/],
  [{ betta: 1 }, /betta.*beta/],
  [{ n: [0] }, /n\.0 is 0: expected a whole number from 1/],
])('refuses %j', async (options, message) => {
  await expect(particleLimit(options as never)).rejects.toThrow(InputError);
  await expect(particleLimit(options as never)).rejects.toThrow(message);
});

it('stops at a signal', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(particleLimit({ n: [100] }, { signal })).rejects.toThrow('enough');
});
