/** A step of the optimiser is the same however many share it. */
import { describe, expect, it } from 'vitest';
import { adamStep } from '../../../src/language/training/adamw.ts';
import {
  averageGradients,
  dealtParts,
  MUON_COST,
  optimise,
} from '../../../src/language/training/optimiser.ts';
import { parameterCount, parameterLayout } from '../../../src/language/training/parameters.ts';
import type { ParameterPart } from '../../../src/language/training/parts.ts';
import { random } from '../../../src/numerics/random.ts';

const layout = parameterLayout({
  vocabularySize: 9,
  dimension: 4,
  heads: 2,
  knots: 2,
  maximumPositions: 5,
});
const size = parameterCount(layout);
const noise = (seed: number) => {
  const draw = random(seed);
  return Float32Array.from({ length: size }, () => draw.gaussian());
};
const config = {
  learningRate: 1,
  warmup: 1,
  floor: 0,
  clip: 1,
  weightDecay: 0.1,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
};
const step = { step: 1, learningRate: 0.1, scale: 0.5 };

/** Two workers' gradients, averaged and stepped with by so many. */
function shared(workers: number, settings: Parameters<typeof optimise>[3]) {
  const vectors = {
    parameters: noise(3),
    mean: new Float32Array(size),
    square: new Float32Array(size),
  };
  const gradients = [noise(1), noise(2)];
  const hands = dealtParts(layout, workers, settings);
  const square = hands.reduce((sum, own) => sum + averageGradients(own, gradients), 0);
  for (const own of hands) optimise(own, vectors, gradients[0], settings, step);
  return { ...vectors, square };
}

describe('the optimiser', () => {
  it.each([
    [{}, 1],
    [{ muon: { momentum: 0.9 } }, MUON_COST],
  ])('deals every part once, and about as much work to each: %o', (settings, headCost) => {
    const hands = dealtParts(layout, 3, settings);
    const names = hands.flat().map(({ name }) => name);
    expect(names.sort()).toEqual(layout.map(({ name }) => name).sort());
    const work = ({ size, heads }: ParameterPart) => (heads ? headCost * size : size);
    const each = hands.map((parts) => parts.reduce((sum, part) => sum + work(part), 0));
    const largest = Math.max(...layout.map(work));
    expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(largest);
  });

  it.each([config, { ...config, muon: { momentum: 0.9 } }])(
    'does the same alone and by threes',
    (settings) => {
      const [alone, together] = [shared(1, settings), shared(3, settings)];
      expect(together.parameters).toEqual(alone.parameters);
      expect(together.mean).toEqual(alone.mean);
      expect(together.square).toBeCloseTo(alone.square, 6);
    },
  );

  it('steps by AdamW along the scaled mean of the gradients', () => {
    const mean = noise(1).map((g, i) => (g + noise(2)[i]) / 2);
    const expected = noise(3);
    const state = { mean: new Float32Array(size), square: new Float32Array(size) };
    const half = mean.map((g) => g / 2);
    adamStep(layout, expected, half, state, { ...config, learningRate: 0.1 }, { step: 1 });
    expect(shared(1, config).parameters).toBeAllClose([...expected], { absolute: 1e-6 });
    expect(shared(1, config).square).toBeCloseTo(
      mean.reduce((sum, g) => sum + g * g, 0),
      4,
    );
  });

  it('moves heads by Muon and everything else as before', () => {
    const [plain, muon] = [shared(1, config), shared(1, { ...config, muon: { momentum: 0.9 } })];
    for (const { name, offset, heads } of layout)
      expect([name, muon.parameters[offset] === plain.parameters[offset]]).toEqual([
        name,
        heads === undefined,
      ]);
  });
});
