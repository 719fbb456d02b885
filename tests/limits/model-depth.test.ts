/** Depth → continuum of a model: its layers are `predict`'s, and errors fall at their orders. */
import { beforeAll, describe, expect, it } from 'vitest';
import { fillBlank } from '../../src/language/fill.ts';
import { trace } from '../../src/language/trace.ts';
import { type ModelDepthLimit, modelDepthLimit } from '../../src/limits/depth/model-depth.ts';
import type { FittedOrder } from '../../src/limits/order.ts';
import { randomModel } from '../language/random-model.ts';

const TEXT = 'Mein Lieblingstier ist __';
const model = randomModel(6, { horizon: 1 });
const depths = [2, 4, 8, 16, 32, 64, 128];

describe('a model', () => {
  let limit: ModelDepthLimit;
  beforeAll(async () => {
    limit = await modelDepthLimit(model, TEXT, { depths });
  });

  it('shows order 1 in layers and 4 in rk4 between the knots', () => {
    const { layer, rk4 } = limit.schemes;
    const orders = [layer, rk4].map((scheme) => (scheme!.order as FittedOrder).order);
    expect(Math.abs(orders[0] - 1)).toBeLessThan(0.05);
    expect(Math.abs(orders[1] - 4)).toBeLessThan(0.2);
    expect(limit.breakpoints).toEqual([0.5]);
  });

  it('has logits that tend to those of the flow, twice as fast in KL as in variation', () => {
    const { logitsKl: kl, logitsTv: tv } = limit.schemes.layer!.errors;
    const last = depths.length - 1;
    expect(Number(tv[last]) / Number(tv[last - 1])).toBeCloseTo(1 / 2, 1);
    expect(Number(kl[last]) / Number(kl[last - 1])).toBeCloseTo(1 / 4, 1);
    // Pinsker: TV² ≤ KL / 2
    for (const [i, value] of kl.entries())
      expect(Number(tv[i]) ** 2).toBeLessThanOrEqual(Number(value) / 2 + 1e-12);
  });

  it('has the answers of predict, and says from where on they stay', () => {
    const { ode, byDepth, stableFrom } = limit.answer;
    const answer = (depth: number | 'ode') =>
      fillBlank(model, TEXT, { depth, top: 1 }).predictions[0].tokenStr;
    expect([ode, ...byDepth]).toEqual([answer('ode'), ...depths.map(answer)]);
    const stays = depths.filter((_, i) => byDepth.slice(i).every((one) => one === ode));
    expect(stableFrom).toBe(stays[0] ?? null);
  });

  it('has the next tokens of a text without a blank', async () => {
    const next = await modelDepthLimit(model, 'Mein Hund', { depths: [4, 8], schemes: ['layer'] });
    const token = (depth: number) =>
      fillBlank(model, 'Mein Hund', { depth }).predictions[0].tokenStr;
    expect(next.answer.byDepth).toEqual([token(4), token(8)]);
  });

  it('runs the very layers of trace', async () => {
    const { errors } = (await modelDepthLimit(model, TEXT, { depths: [8] })).schemes.layer!;
    const [eight, fine] = [8, 512].map(
      (depth) => trace(model, TEXT, { depth }).hiddenStates[depth],
    );
    const apart = Math.max(
      ...Array.from({ length: eight.rows }, (_, i) => {
        const at = (data: Float64Array) => data.subarray(i * 16, (i + 1) * 16);
        return Math.hypot(...at(eight.data).map((value, c) => value - at(fine.data)[c]));
      }),
    );
    // 512 layers are 64 times as close to the flow as 8
    expect(Number(errors.positionMax[0]) / apart).toBeCloseTo(1, 1);
  });
});

it('is refused: a text that predict refuses, and an option that is misspelt', async () => {
  await expect(modelDepthLimit(model, '__ und __')).rejects.toThrow(/2 blanks/);
  await expect(modelDepthLimit(model, TEXT, { depth: [1] } as never)).rejects.toThrow(
    /did you mean "depths"/,
  );
});
