/** Stacks without a smooth θ(t): predicted orders within their intervals, the control that diverges, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { FittedOrder } from '../../src/limits/order.ts';
import { stackReport } from '../../src/limits/stack/report.ts';
import { type StackLimit, stackLimit } from '../../src/limits/stack/stack.ts';
import { STACKS, type StackName } from '../../src/limits/stack/stacks.ts';
import { InputError } from '../../src/numerics/errors.ts';

describe('with 100 seeds', () => {
  let limit: StackLimit;
  beforeAll(async () => {
    limit = await stackLimit({ depths: [16, 32, 64, 128, 256], seeds: 100, n: 4 });
  });
  const stack = (name: StackName) => limit.stacks.find((one) => one.name === name)!;

  it.each([
    ...(['attention_sde', 'tanh_sde', 'relu_centred_sde', 'gelu_centred_sde'] as const),
    ...(['tanh_ode', 'relu_ode'] as const),
  ])('%s has order ½', (name) => {
    const { order } = stack(name).order as FittedOrder;
    expect(Math.abs(order - 0.5)).toBeLessThan(0.12);
  });

  it('weights smooth in depth have order 1, and a jump leaves rk4 no more', () => {
    expect(Math.abs((stack('smooth').order as FittedOrder).order - 1)).toBeLessThan(0.05);
    expect(Math.abs((stack('jump').order as FittedOrder).order - 1)).toBeLessThan(0.3);
    expect(Math.abs((stack('jump_rk4').order as FittedOrder).order - 1)).toBeLessThan(0.05);
  });

  it('layers at 1/√L whose mean is not zero have no limit', () => {
    const { errors, order } = stack('relu_sde');
    expect(order).toMatchObject({ order: null, problem: expect.stringMatching(/errors grow/) });
    expect(errors[4]).toBeGreaterThan(100 * errors[0]);
  });

  it('is reported with a column and a finding for each', () => {
    const { columns, findings, figure } = stackReport(limit);
    expect(columns.map(({ name }) => name)).toEqual(['layers', ...STACKS]);
    expect(findings).toHaveLength(STACKS.length);
    // the control, which leaves the scale of the others, by itself
    expect(figure.panels.map(({ series }) => series.length)).toEqual([STACKS.length - 1, 1]);
  });
});

it('gives the same numbers for the same seed, and others for another', async () => {
  const options = { stacks: ['tanh_sde' as const], depths: [4, 8, 16], seeds: 3 };
  const [one, same, other] = [
    await stackLimit(options),
    await stackLimit(options),
    await stackLimit({ ...options, seed: 7 }),
  ];
  expect(same).toEqual(one);
  expect(other.stacks[0].errors).not.toEqual(one.stacks[0].errors);
});

it.each([
  [{ depths: [10] }, /depths has 10: expected powers of two.*such as 8/],
  [{ stacks: ['sde'] }, /expected names of attention_sde/],
  [{ seeds: 0 }, /seeds is 0/],
])('refuses %j', async (options, message) => {
  await expect(stackLimit(options as never)).rejects.toThrow(InputError);
  await expect(stackLimit(options as never)).rejects.toThrow(message);
});
