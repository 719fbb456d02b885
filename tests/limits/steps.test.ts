/** Layers of any size: the exact map against layers that are run, stability of collapse, order, clusters, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { simulate } from '../../src/flow/simulation.ts';
import {
  collapseFactor,
  cosineAfterLayers,
  cosineOfFlow,
} from '../../src/limits/steps/equiangular-map.ts';
import { stepReport } from '../../src/limits/steps/report.ts';
import { type StepLimit, stepLimit } from '../../src/limits/steps/steps.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { type Matrix, row } from '../../src/numerics/matrix.ts';

function cosine(positions: Matrix): number {
  const [x, y] = [row(positions, 0), row(positions, 1)];
  return x.reduce((sum, value, c) => sum + value * y[c], 0);
}

describe('the exact map', () => {
  it.each([
    [1, 0.1, 10],
    [1, 3, 4],
    [1, 100, 1],
    [-1, 0.5, 6],
    [-1, 2.5, 5],
  ] as const)('is what layers do, V = %dI, h = %d, %d layers', async (sign, step, layers) => {
    const flow =
      sign === 1
        ? { dynamics: 'sa', parameters: { beta: 2 } }
        : { dynamics: 'repulsion', parameters: { beta: 2, attention: 'sa' } };
    const start = { start: 'orthonormal', n: 6, d: 6 };
    const { frames } = await simulate({
      ...flow,
      ...start,
      scheme: 'layer',
      step,
      time: layers * step,
    });
    const exact = cosineAfterLayers(0, step, layers, { n: 6, beta: 2, sign });
    expect([cosine(frames[frames.length - 1].positions)]).toBeAllClose([exact], {
      absolute: 1e-13,
    });
  });

  it('tends to the flow at first order, with the errors of docs/theory.md §4.1', () => {
    const tokens = { n: 8, beta: 2, sign: 1 } as const;
    const errors = [10, 20, 40, 80, 160].map(
      (layers) => cosineAfterLayers(0, 1 / layers, layers, tokens) - cosineOfFlow(0, 1, tokens),
    );
    const exact = [-0.024804, -0.013063, -0.00671, -0.003401, -0.001712];
    expect(errors).toBeAllClose(exact, { absolute: 5e-7 });
  });
});

it('collapsed tokens come closer or part by the factor of a layer', async () => {
  for (const [value, h] of [
    ['identity', 0.5],
    ['identity', 5],
    ['minus', 1.5],
    ['minus', 2.5],
  ] as const) {
    const sign = value === 'identity' ? 1 : -1;
    const tokens = { n: 5, beta: 3, sign } as const;
    // angles are √(2(1 − ρ))
    const near = 1 - 1e-8;
    const factor = Math.sqrt((1 - cosineAfterLayers(near, h, 1, tokens)) / (1 - near));
    expect([factor]).toBeAllClose([collapseFactor(h, sign)], { relative: 1e-6 });
  }
});

describe('repulsion', () => {
  let limit: StepLimit;
  beforeAll(async () => {
    limit = await stepLimit({
      value: 'minus',
      beta: 2,
      n: 16,
      time: 40,
      seeds: 4,
      steps: [0.5, 1.5, 2.5],
    });
  });

  it('collapses in layers with h > 2, where the flow spreads', () => {
    expect(limit.changed.collapse).toBe(2.5);
    expect(limit.effects.cosine[2]).toBeGreaterThan(0.99);
    expect(limit.effects.cosineFlow[2]).toBeLessThan(0);
  });

  it('loses the order of the tokens and their number of clusters before', () => {
    expect(limit.effects.ordered[0]).toBe(1);
    expect(limit.changed.order).toBe(1.5);
    expect(limit.changed.clusters).toBe(1.5);
  });

  it('is reported', () => {
    const { findings, columns } = stepReport(limit);
    expect(findings[0]).toMatch(/^from h = 2.5: collapsed tokens are stable/);
    expect(columns).toHaveLength(9);
  });
});

it('attraction keeps the order at any h, and small layers have the clusters of the flow', async () => {
  const { effects, changed } = await stepLimit({ seeds: 4, steps: [0.1, 100] });
  expect(changed).toMatchObject({ collapse: null, order: null, clusters: 100 });
  expect(effects.clusters[0]).toBe(effects.clustersFlow[0]);
});

it.each([
  [{ steps: [0] }, /steps\.0 is 0: expected a number from/],
  [{ value: 'plus' }, /expected identity or minus/],
  [{ layers: 3 }, /layers/],
])('refuses %j', async (options, message) => {
  await expect(stepLimit(options as never)).rejects.toThrow(InputError);
  await expect(stepLimit(options as never)).rejects.toThrow(message);
});
