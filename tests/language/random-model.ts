/** A small random model for tests: right in form, untrained. */
import {
  assembleModel,
  FORMAT,
  type ModelConfig,
  tensorShapes,
} from '../../src/language/checkpoint.ts';
import type { FlowModel } from '../../src/language/flow-model.ts';
import { random } from '../../src/numerics/random.ts';
import { vocabulary } from './tiny-vocabulary.ts';

export function randomConfig(changes: Partial<ModelConfig> = {}): ModelConfig {
  return {
    format: FORMAT,
    name: 'random',
    dimension: 16,
    heads: 2,
    knots: 3,
    horizon: 3,
    beta: [1, 2],
    logitScale: 4,
    slots: 8,
    maximumPositions: 64,
    depth: 4,
    vocabulary: vocabulary.map((rank) => (typeof rank === 'string' ? rank : [...rank])),
    determiners: ['der', 'die', 'das', 'the', 'a'],
    languages: ['de', 'en'],
    training: {},
    ...changes,
  };
}

/** Gaussian weights; `bias` lets a test favour tokens. */
export function randomModel(
  seed: number,
  changes: Partial<ModelConfig> = {},
  bias: (token: number, config: ModelConfig) => number = () => 0,
): FlowModel {
  const config = randomConfig(changes);
  const { gaussian } = random(seed);
  const scale = 1 / Math.sqrt(config.dimension);
  const tensors = Object.fromEntries(
    Object.entries(tensorShapes(config)).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const draw = (i: number) => (name === 'bias' ? bias(i, config) : scale * gaussian());
      return [name, { shape, data: Float32Array.from({ length: size }, (_, i) => draw(i)) }];
    }),
  );
  return assembleModel(config, tensors);
}
