/** Residual networks against their flow: orders by activation, kinks, the trained spirals, refusals. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createTensorflowEngine } from '../../src/engines/tensorflow/engine.ts';
import type { TrainingEngine } from '../../src/engines/training-engine.ts';
import { simulationSettings } from '../../src/flow/simulation-settings.ts';
import { type DepthLimit, type DepthRuns, depthLimit } from '../../src/limits/depth/depth.ts';
import type { FittedOrder } from '../../src/limits/order.ts';
import { crossingTimes, cutEnd } from '../../src/limits/resnet/kinks.ts';
import { drawErrors } from '../../src/limits/resnet/orders.ts';
import { resnetReport } from '../../src/limits/resnet/report.ts';
import { type ResnetLimit, resnetLimit } from '../../src/limits/resnet/resnet.ts';
import { accuracyOf, drawSpirals } from '../../src/limits/resnet/spirals.ts';
import { type TrainedSpirals, trainSpirals } from '../../src/limits/resnet/train-spirals.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

let trainer: TrainingEngine;
beforeAll(async () => {
  trainer = await createTensorflowEngine();
});

const orderOf = ({ schemes }: ResnetLimit, activation: string, scheme: string) =>
  (
    schemes.find((one) => one.activation === activation && one.scheme === scheme)!
      .order as FittedOrder
  ).order;

it.each([82, 92])(
  'seed %d, whose kinks mislead a reference of order 8, has one of order 5',
  async (seed) => {
    const settings = { depths: [8], n: 8, d: 4, time: 1, reference: 1e-13 };
    const { schemes } = await drawErrors('relu', seed, settings);
    expect(schemes.layer?.floor).toBeLessThan(1e-9);
  },
);

describe('orders over many particles', () => {
  const depths = [8, 16, 32, 64, 128];
  let limit: ResnetLimit;
  beforeAll(async () => {
    limit = await resnetLimit({ depths, seeds: 8, time: 1 });
  });

  it.each(['tanh', 'relu', 'gelu'])('a layer has order 1: %s', (activation) => {
    expect(Math.abs(orderOf(limit, activation, 'layer') - 1)).toBeLessThan(0.05);
  });

  it('rk4 has order 4 where the activation is smooth, and 2 where relu has its kink', () => {
    for (const activation of ['tanh', 'gelu'])
      expect(Math.abs(orderOf(limit, activation, 'rk4') - 4)).toBeLessThan(0.15);
    expect(Math.abs(orderOf(limit, 'relu', 'rk4') - 2)).toBeLessThan(0.3);
  });

  it('has order 4 again where steps end at the kinks', () => {
    expect(limit.crossings).toBeGreaterThan(1);
    expect(Math.abs(orderOf(limit, 'relu', 'rk4_cut') - 4)).toBeLessThan(0.3);
  });

  it('is reported with a column and a finding for each', () => {
    const { columns, findings, figure } = resnetReport(limit);
    expect(columns.map(({ name }) => name)).toEqual([
      ...['layers', 'tanh_layer', 'tanh_rk4', 'relu_layer', 'relu_rk4', 'relu_rk4_cut'],
      ...['gelu_layer', 'gelu_rk4'],
    ]);
    expect(columns.every(({ values }) => values.length === depths.length)).toBe(true);
    expect(findings).toHaveLength(8);
    expect(figure.panels[0].series).toHaveLength(7);
  });
});

it('a kink is crossed where one finds it on paper', () => {
  // W_t = cos(πt/2) · 1 and b = 0 in one dimension: W_t x changes its sign at t = 1 and at 3
  const flow = { activation: 'relu', weight: 1, weight_end: 0, horizon: 2, bias: 0 };
  const { parameters } = simulationSettings({
    dynamics: 'resnet',
    parameters: flow,
    init: [[1]],
    time: 4,
    scheme: 'dopri5',
  });
  const crosser = { parameters, start: Float64Array.of(1), time: 4 };
  const crossings = crossingTimes(crosser, 1e-12);
  expect(crossings).toBeAllClose([1, 3], { absolute: 1e-10 });
  // ẋ = cos(πt/2) x while that is positive: ∫ of it over [0, 1] and over [3, 4] is 2/π each
  const end = cutEnd(crosser, crossings, { scheme: 'rk4', step: 4 / 64 });
  expect(end).toBeAllClose([Math.exp(4 / Math.PI)], { absolute: 1e-6 });
});

it('limit depth serves residual networks, and promises nothing a priori', async () => {
  const flow = { dynamics: 'resnet', start: 'gaussian', n: 8, d: 3, time: 2 };
  const { limit } = await depthLimit({ ...flow, depths: [16, 32, 64, 128, 256] });
  expect(limit.apriori).toBeNull();
  const order = (name: 'layer' | 'rk4') => (limit.schemes[name]!.order as FittedOrder).order;
  expect(Math.abs(order('layer') - 1)).toBeLessThan(0.05);
  expect(Math.abs(order('rk4') - 4)).toBeLessThan(0.2);
});

describe('two spirals', () => {
  let trained: TrainedSpirals;
  let limit: DepthLimit;
  let ends: DepthRuns;
  beforeAll(async () => {
    trained = await trainSpirals(trainer, { steps: 250, seed: 3 });
    const { dynamics, held, settings } = trained;
    ({ limit, ends } = await depthLimit({
      dynamics,
      init: held.positions,
      time: settings.horizon,
      depths: [8, 16, 32],
      schemes: ['layer'],
      reference: 1e-10,
    }));
  });

  it('are told apart by layers, and as well by the flow', () => {
    const { readout, held, accuracy, losses } = trained;
    expect(losses[0]).toBeGreaterThan(0.6);
    expect(losses[losses.length - 1]).toBeLessThan(0.1);
    expect(accuracy).toBeGreaterThanOrEqual(0.95);
    // what the trainer says is what the layers of the simulator do
    expect(accuracyOf(readout, ends.runs.layer![1], held.labels)).toBe(accuracy);
    const flow = accuracyOf(readout, ends.reference, held.labels);
    expect(Math.abs(flow - accuracy)).toBeLessThan(0.02);
    expect(limit.breakpoints).toHaveLength(3);
  });

  it('give the same weights for the same seed, and others for another', async () => {
    const knotsOf = async (seed: number) =>
      (await trainSpirals(trainer, { steps: 3, seed })).knots.map(({ weight }) => weight.data);
    const [one, again, other] = [await knotsOf(5), await knotsOf(5), await knotsOf(6)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('lie on arms opposite to each other, in a plane', () => {
    const shape = { points: 50, d: 4, turns: 1, noise: 0 };
    const { positions, labels } = drawSpirals(shape, random(1));
    labels.forEach((label, i) => {
      const [x, y, ...rest] = row(positions, i);
      const radius = Math.hypot(x, y);
      const angle = Math.PI * radius + Math.PI * label;
      expect([x, y, ...rest]).toBeAllClose(
        [radius * Math.cos(angle), radius * Math.sin(angle), 0, 0],
        { absolute: 1e-12 },
      );
      expect(label).toBe(i % 2);
    });
  });

  it('are read out by the larger entry', () => {
    const readout = {
      weight: matrix(2, 2, Float64Array.of(1, 0, 0, 1)),
      bias: Float64Array.of(0, 1),
    };
    const positions = matrix(3, 2, Float64Array.of(3, 0, 3, 2.5, 0, 0));
    expect(accuracyOf(readout, positions, Int32Array.of(0, 1, 0))).toBe(2 / 3);
  });

  it('come with a limit of their own', async () => {
    const asked = { activations: ['tanh' as const], depths: [8, 16, 32, 64], seeds: 1, steps: 20 };
    const limit = await resnetLimit({ ...asked, reference: 1e-10 }, { trainer });
    expect(limit.spirals?.accuracy).toHaveLength(4);
    expect(limit.spirals?.accuracy[1]).toBe(limit.spirals?.trainedAccuracy);
    const { columns, findings } = resnetReport(limit);
    expect(columns[0].values).toEqual([8, 16, 32, 64, '∞']);
    expect(columns[columns.length - 1].values[4]).toBe(limit.spirals?.flowAccuracy);
    expect(findings[2]).toMatch(/two spirals by tanh, trained with 8 to 16 layers from/);
    expect((await resnetLimit({ ...asked, spirals: 'none' }, { trainer })).spirals).toBeNull();
  });
});

it.each([
  [{ activations: ['swish'] }, /expected names of tanh, relu, gelu/],
  [{ depths: [0] }, /depths\.0 is 0/],
  [{ spirals: 'relu' }, /spirals is "relu": expected tanh, gelu or none/],
  [{ time: 0 }, /time is 0: expected a number from/],
  [{ seeds: 0 }, /seeds is 0/],
])('refuses %j', async (options, message) => {
  await expect(resnetLimit(options as never)).rejects.toThrow(InputError);
  await expect(resnetLimit(options as never)).rejects.toThrow(message);
});

it.each([
  [{ fewest: 9, most: 8 }, /fewest is 9 and most 8: expected fewest up to most/],
  [{ d: 1 }, /d is 1: expected a whole number from 2/],
  [{ knots: 0 }, /knots is 0/],
  [{ layers: 4 }, /unknown option "layers"/],
])('refuses to train with %j', async (options, message) => {
  await expect(trainSpirals(trainer, options as never)).rejects.toThrow(message);
});
