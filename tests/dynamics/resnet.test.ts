/** Residual networks: velocities and layers by hand, flows in closed form, and which weights are refused. */
import { describe, expect, it } from 'vitest';
import { dynamicsNamed } from '../../src/dynamics/catalogue.ts';
import type { Dynamics } from '../../src/dynamics/dynamics.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import { resnetLayer } from '../../src/dynamics/resnet.ts';
import { type ResnetWeights, resnetFromWeights } from '../../src/dynamics/resnet-from-weights.ts';
import { simulate } from '../../src/flow/simulation.ts';
import type { SimulationOptions } from '../../src/flow/simulation-settings.ts';
import { type ActivationName, activations } from '../../src/numerics/activations.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { refusal } from './refusal.ts';

const EXACT = { absolute: 1e-14 };
const resnet = dynamicsNamed('resnet');
const TURNED = [
  [0, 1],
  [-2, 0],
];

/** Velocities of particles in the plane. */
function velocity(entry: Dynamics, given: object, positions: number[], time = 0): Float64Array {
  const n = positions.length / 2;
  const out = new Float64Array(2 * n);
  const particles = { n, d: 2, positions: Float64Array.from(positions) };
  const masses = new Float64Array(n).fill(1 / n);
  const parameters = completeParameters(entry, { ...given }, 2);
  entry.velocity?.({ ...particles, masses }, parameters, time, out);
  return out;
}

async function endOf(options: SimulationOptions): Promise<Float64Array> {
  const { frames } = await simulate({ ...options, diagnostics: [] });
  return frames[frames.length - 1].positions.data;
}

describe('resnet', () => {
  it.each(['tanh', 'relu', 'gelu'] as const)('is %s of Wx, W acting on columns', (activation) => {
    const given = { activation, weight: TURNED, in_depth: 'constant', bias: 0 };
    const sigma = activations[activation];
    // W (3, 5) = (5, −6)
    const expected = [5, -6, -1, 0].map(sigma);
    expect(velocity(resnet, given, [3, 5, 0, -1])).toBeAllClose(expected, EXACT);
  });

  it('turns from W by W′ to −W, the bias alike', () => {
    const given = { weight: TURNED, weight_end: 3, horizon: 4, bias: 2 };
    const parameters = completeParameters(resnet, given, 2);
    const [start, middle, end] = [0, 2, 4].map((time) => resnetLayer(parameters, 2, time));
    expect(start.weight.data).toBeAllClose([0, 1, -2, 0], EXACT);
    expect(middle.weight.data).toBeAllClose([3, 0, 0, 3], EXACT);
    expect(end.weight.data).toBeAllClose([0, -1, 2, 0], EXACT);
    expect(end.bias).toBeAllClose(
      start.bias.map((value) => -value),
      EXACT,
    );
    expect(middle.bias).not.toEqual(start.bias);
    const still = completeParameters(resnet, { ...given, in_depth: 'constant' }, 2);
    expect(resnetLayer(still, 2, 2)).toEqual(start);
  });

  it('draws biases of the strength asked for, the same for the same seed', () => {
    const biasOf = (given: object) =>
      resnetLayer(completeParameters(resnet, { ...given }, 2000), 2000, 0).bias;
    const bias = biasOf({ weight: 0, weight_end: 0, bias: 3 });
    expect(Math.abs(Math.hypot(...bias) - 3)).toBeLessThan(0.2);
    expect(biasOf({ weight: 0, weight_end: 0, bias: 3 })).toEqual(bias);
    expect(biasOf({ weight: 0, weight_end: 0, bias: 3, bias_seed: 2 })).not.toEqual(bias);
  });

  it('lets every particle flow alone', () => {
    const together = velocity(resnet, {}, [3, 5, 0, -1], 0.3);
    const alone = velocity(resnet, {}, [0, -1], 0.3);
    expect(together.slice(2)).toEqual(alone);
  });
});

const knot = (rows: number[], bias: number[]) => ({
  weight: matrix(2, 2, Float64Array.from(rows)),
  bias,
});
const FIRST = knot([0.5, -1, 2, 0.25], [0.1, -0.2]);
const LAST = knot([-1, 0.5, 0.75, 1], [-0.3, 0.4]);
const GIVEN = { knots: [FIRST, LAST], activation: 'tanh', horizon: 2 } satisfies ResnetWeights;

describe('resnetFromWeights', () => {
  it.each(['tanh', 'relu', 'gelu'] as const)('has the layers that one writes: %s', async (name) => {
    const dynamics = resnetFromWeights({ ...GIVEN, activation: name });
    let [x, y] = [0.7, -0.4];
    const layers = 4;
    for (let k = 0; k < layers; k++) {
      const part = (k + 0.5) / layers;
      const between = (a: number, b: number) => (1 - part) * a + part * b;
      const w = FIRST.weight.data.map((value, at) => between(value, LAST.weight.data[at]));
      const b = FIRST.bias.map((value, at) => between(value, LAST.bias[at]));
      const h = GIVEN.horizon / layers;
      const sigma = activations[name as ActivationName];
      [x, y] = [
        x + h * sigma(w[0] * x + w[1] * y + b[0]),
        y + h * sigma(w[2] * x + w[3] * y + b[1]),
      ];
    }
    const run = { dynamics, init: [[0.7, -0.4]], scheme: 'layer', step: 0.5, time: 2 };
    expect(await endOf(run)).toBeAllClose([x, y], EXACT);
  });

  it('is exact where the flow is linear: relu of what stays positive', async () => {
    const diagonal = knot([0.5, 0, 0, -1], [0.25, 2]);
    const dynamics = resnetFromWeights({ knots: [diagonal], activation: 'relu', horizon: 1 });
    const run = { dynamics, init: [[1, 0.5]], scheme: 'dopri5', tolerance: 1e-12, time: 2 };
    // ẋ = x/2 + 1/4 and ẏ = 2 − y, both positive throughout
    const exact = [-0.5 + 1.5 * Math.E, 2 - 1.5 * Math.exp(-2)];
    expect(await endOf(run)).toBeAllClose(exact, { absolute: 1e-10 });
  });

  it('rests where relu is not reached', async () => {
    const dynamics = resnetFromWeights({
      activation: 'relu',
      horizon: 1,
      knots: [knot([0, 0, 0, 0], [-1, 1])],
    });
    const run = { dynamics, init: [[3, 4]], scheme: 'layer', step: 0.5, time: 2 };
    expect(await endOf(run)).toBeAllClose([3, 6], EXACT);
  });

  it('breaks at its knots, and stays at the last one', () => {
    const dynamics = resnetFromWeights({ ...GIVEN, knots: [FIRST, LAST, FIRST] });
    expect(dynamics.breakpoints?.({})).toEqual([0, 1, 2]);
    const after = velocity(dynamics, {}, [1, 2], 9);
    expect(after).toEqual(velocity(dynamics, {}, [1, 2], 2));
    expect(after).not.toEqual(velocity(dynamics, {}, [1, 2], 1));
  });

  it('keeps its weights when those of the caller change', () => {
    const given = { ...FIRST, weight: matrix(2, 2, FIRST.weight.data.slice()) };
    const dynamics = resnetFromWeights({ ...GIVEN, knots: [given] });
    const before = velocity(dynamics, {}, [1, 2]);
    given.weight.data.fill(0);
    expect(velocity(dynamics, {}, [1, 2])).toEqual(before);
  });

  it.each<[string, object, string, RegExp]>([
    ['no knots', { knots: [] }, 'knots', /expected a list of at least one/],
    ['no list', { knots: 3 }, 'knots', /knots are 3: expected a list/],
    [
      'a weight that is not square',
      { knots: [{ weight: matrix(2, 3), bias: [0, 0] }] },
      'knots',
      /knot 1 has a weight of 2 × 3: expected a square one/,
    ],
    [
      'knots of two shapes',
      { knots: [FIRST, { weight: matrix(3, 3), bias: [0, 0, 0] }] },
      'knots',
      /knot 2 has a weight of 3 × 3 and 3 biases: expected 2 × 2 and 2/,
    ],
    [
      'a bias that is too long',
      { knots: [FIRST, { ...LAST, bias: [0, 0, 0] }] },
      'knots',
      /knot 2 .* 3 biases: expected 2 × 2 and 2/,
    ],
    [
      'numbers that are none',
      { knots: [{ ...FIRST, bias: [0, Number.NaN] }] },
      'knots',
      /knot 1 has an entry NaN/,
    ],
    [
      'an activation that is none',
      { activation: 'swish' },
      'activation',
      /"swish": expected one of/,
    ],
    ['no time', { horizon: 0 }, 'horizon', /horizon is 0: expected a positive time/],
    ['endless time', { horizon: Number.POSITIVE_INFINITY }, 'horizon', /Infinity/],
  ])('refuses %s', (_, changed, field, message) => {
    const found = refusal(() => resnetFromWeights({ ...GIVEN, ...changed } as ResnetWeights));
    expect(found.field).toBe(field);
    expect(found.message).toMatch(message);
  });
});
