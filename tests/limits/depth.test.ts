/** Depth → continuum: the exact finite-depth errors of equiangular tokens, orders of every scheme, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type DepthLimit, type DepthRuns, depthLimit } from '../../src/limits/depth/depth.ts';
import type { FittedOrder } from '../../src/limits/order.ts';
import { type Matrix, row } from '../../src/numerics/matrix.ts';

const EQUIANGULAR = {
  dynamics: 'sa',
  parameters: { beta: 2 },
  start: 'orthonormal',
  n: 8,
  d: 8,
  time: 1,
  engine: 'reference' as const,
};

function cosine(positions: Matrix): number {
  const [x, y] = [row(positions, 0), row(positions, 1)];
  return x.reduce((sum, value, c) => sum + value * y[c], 0);
}

describe('equiangular tokens', () => {
  const depths = [10, 20, 40, 80, 160];
  let limit: DepthLimit;
  let ends: DepthRuns;
  beforeAll(async () => {
    ({ limit, ends } = await depthLimit({ ...EQUIANGULAR, depths }));
  });

  it('have the errors of the exact finite-depth map (docs/theory.md §4.1), to six digits', () => {
    const errors = ends.runs.layer?.map((end) => cosine(end) - cosine(ends.reference));
    const exact = [-0.024804, -0.013063, -0.00671, -0.003401, -0.001712];
    expect(errors).toBeAllClose(exact, { absolute: 5e-7 });
  });

  it('show the orders of the schemes, each in its interval', () => {
    const { layer, euler, rk4 } = limit.schemes;
    for (const [scheme, order] of [
      [layer, 1],
      [euler, 1],
      [rk4, 4],
    ] as const) {
      const fit = scheme!.order as FittedOrder;
      expect(Math.abs(fit.order - order)).toBeLessThan(0.05 * order);
      expect(fit.high - fit.low).toBeLessThan(0.5);
    }
    expect(limit.reference.estimatedError).toBeLessThan(1e-10);
  });

  it('are closer after extrapolation, by an order', () => {
    const { errors } = limit.schemes.layer ?? {};
    expect(errors?.richardson[0]).toBeNull();
    expect(Number(errors?.richardson[4])).toBeLessThan(0.1 * Number(errors?.positionMax[4]));
  });

  it('are the same measure up to a distance between the largest and the mean square', () => {
    const { errors } = limit.schemes.layer ?? {};
    depths.forEach((_, i) => {
      expect(Number(errors?.w2[i])).toBeLessThanOrEqual(Number(errors?.positionRms[i]) + 1e-12);
      expect(Number(errors?.positionRms[i])).toBeLessThanOrEqual(Number(errors?.positionMax[i]));
    });
  });
});

describe('the other systems', () => {
  const off = { start: 'gaussian', n: 6, d: 2, seed: 3 };

  it.each<[string, object]>([
    ['sinkhorn', { n: 6, d: 3, parameters: { beta: 2 }, time: 1 }],
    ['sinkhorn_residual', { ...off, parameters: { beta: 2, direction: 'away' }, time: 1 }],
    ['svgd', { ...off, seed: 2, parameters: { bandwidth: 1, target: 'banana' } }],
    ['svgd_sphere', { n: 6, d: 3, parameters: { beta: 1, concentration: 1 } }],
    ['birth_death', { n: 6, d: 3, parameters: { beta: 2 } }],
    ['kl_descent', { ...off, parameters: { bandwidth: 0.5 } }],
  ])('%s: a layer has order 1, rk4 order 4', async (dynamics, flow) => {
    const asked = { dynamics, time: 0.25, accuracy: 1e-13, ...flow, depths: [8, 16, 32, 64] };
    const { limit } = await depthLimit({ ...asked, schemes: ['layer', 'rk4'] });
    const order = (scheme: 'layer' | 'rk4') => (limit.schemes[scheme]!.order as FittedOrder).order;
    expect(Math.abs(order('layer') - 1)).toBeLessThan(0.1);
    expect(Math.abs(order('rk4') - 4)).toBeLessThan(0.3);
  });

  it('tell how far masses are, where they change, and then no W2 of equal ones', async () => {
    const flow = { dynamics: 'birth_death', parameters: { beta: 2 }, n: 6, d: 3, time: 0.25 };
    const { limit } = await depthLimit({ ...flow, depths: [32, 64], schemes: ['layer'] });
    const { massMax = [], w2 } = limit.schemes.layer!.errors;
    expect(Number(massMax[1])).toBeGreaterThan(0);
    expect(Number(massMax[0]) / Number(massMax[1])).toBeCloseTo(2, 1);
    expect(w2).toEqual([null, null]);
    const still = await depthLimit({ ...EQUIANGULAR, depths: [4], schemes: ['layer'] });
    expect(still.limit.schemes.layer?.errors).not.toHaveProperty('massMax');
  });
});

it('gives no order where every error is round-off', async () => {
  const still = { ...EQUIANGULAR, start: 'equiangular', startParameters: { cosine: 1 } };
  const { limit } = await depthLimit({ ...still, depths: [8, 16, 32, 64], schemes: ['rk4'] });
  expect(limit.schemes.rk4?.order).toMatchObject({ order: null });
});

describe('is refused', () => {
  it.each([
    ['a depth of no layers', { depths: [0] }, /depths/],
    ['a scheme that is no cut', { schemes: ['dopri5'] }, /schemes/],
    ['a reference that is too rough', { reference: 1 }, /option reference is 1: expected a number/],
    ['an unknown name', { depth: 4 }, /unknown option "depth": did you mean "depths"/],
  ])('%s', async (_, options, message) => {
    await expect(depthLimit({ ...EQUIANGULAR, ...options } as never)).rejects.toThrow(message);
  });

  it('a reference that is none', async () => {
    const chaotic = { ...EQUIANGULAR, parameters: { beta: 30 }, n: 60, d: 3, start: 'uniform' };
    const rough = depthLimit({ ...chaotic, time: 40, reference: 1e-6, depths: [1] });
    await expect(rough).rejects.toThrow(/the reference at tolerance 0\.000001 is good to/);
  });
});
