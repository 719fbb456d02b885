/** The optimiser against steps computed by hand. */
import { describe, expect, it } from 'vitest';
import {
  adamStep,
  clipScale,
  gradientLength,
  learningRateAt,
} from '../../../src/language/training/adamw.ts';
import type { ParameterPart } from '../../../src/language/training/parts.ts';

const part = (changes: Partial<ParameterPart> = {}): ParameterPart => ({
  name: 'part',
  shape: [1],
  offset: 0,
  size: 1,
  standardDeviation: 0,
  pace: 1,
  decays: false,
  ...changes,
});
const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 0, weightDecay: 0 };
const zeros = (size: number) => ({ mean: new Float32Array(size), square: new Float32Array(size) });
const FLOAT32 = { absolute: 1e-7 };

describe('AdamW', () => {
  it('takes the two steps that one finds on paper', () => {
    const values = Float32Array.of(1);
    const state = zeros(1);
    adamStep([part()], values, Float32Array.of(2), state, settings, { step: 1 });
    // the first step is the sign of the gradient: mean 0.2 / 0.1 over √(0.04 / 0.01)
    expect(values).toBeAllClose([0.9], FLOAT32);
    adamStep([part()], values, Float32Array.of(-1), state, settings, { step: 2 });
    expect([...state.mean, ...state.square]).toBeAllClose([0.08, 0.0496], FLOAT32);
    const direction = 0.08 / 0.19 / Math.sqrt(0.0496 / 0.0199);
    expect(values).toBeAllClose([0.9 - 0.1 * direction], FLOAT32);
  });

  it('adds epsilon outside of the root', () => {
    const values = Float32Array.of(0);
    const stiff = { ...settings, epsilon: 2 };
    adamStep([part()], values, Float32Array.of(2), zeros(1), stiff, { step: 1 });
    expect(values).toBeAllClose([(-0.1 * 2) / (2 + 2)], FLOAT32);
  });

  it('decays the values themselves, past the moments, and only where it should', () => {
    const layout = [part({ decays: true }), part({ offset: 1 })];
    const values = Float32Array.of(2, 2);
    const state = zeros(2);
    const decaying = { ...settings, weightDecay: 0.5, epsilon: 1e-8 };
    adamStep(layout, values, new Float32Array(2), state, decaying, { step: 1 });
    expect(values).toBeAllClose([2 * (1 - 0.1 * 0.5), 2], { absolute: 2e-7 });
    expect([...state.mean, ...state.square]).toEqual([0, 0, 0, 0]);
  });

  it('moves and decays a part at its own pace', () => {
    const values = Float32Array.of(1);
    const decaying = { ...settings, weightDecay: 0.5 };
    const slow = [part({ pace: 0.5, decays: true })];
    adamStep(slow, values, Float32Array.of(3), zeros(1), decaying, { step: 1 });
    expect(values).toBeAllClose([1 - 0.05 * 0.5 - 0.05], FLOAT32);
  });
});

describe('clipping', () => {
  it('scales a gradient that is too long to the limit, and no other', () => {
    const length = gradientLength(Float32Array.of(3, -4));
    expect(length).toBe(5);
    expect([clipScale(length, 1), clipScale(length, 6)]).toEqual([0.2, 1]);
  });

  it('is the same as a gradient that has been scaled', () => {
    const [one, other] = [Float32Array.of(1), Float32Array.of(1)];
    const stiff = { ...settings, epsilon: 1 };
    adamStep([part()], one, Float32Array.of(3), zeros(1), stiff, { step: 1, scale: 0.5 });
    adamStep([part()], other, Float32Array.of(1.5), zeros(1), stiff, { step: 1 });
    expect(one).toEqual(other);
  });
});

describe('the schedule', () => {
  const schedule = { peak: 2, warmup: 4, steps: 12, floor: 0.1 };
  it.each([
    ['the first step of the warm-up', 0, 0.5],
    ['its last', 3, 2],
    ['the peak', 4, 2],
    ['half way down', 8, 2 * (0.1 + 0.9 / 2)],
    ['the end', 12, 0.2],
    ['behind the end', 20, 0.2],
  ])('%s', (_, step, rate) => {
    expect(learningRateAt(step, schedule)).toBeCloseTo(rate, 12);
  });

  it('never rises behind the warm-up, even one as long as the run', () => {
    const rates = Array.from({ length: 9 }, (_, i) => learningRateAt(4 + i, schedule));
    expect([...rates].sort((a, b) => b - a)).toEqual(rates);
    expect(learningRateAt(12, { ...schedule, warmup: 12 })).toBe(2);
  });
});
