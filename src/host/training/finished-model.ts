/** From a training run's flat vector to a model, and the model's folder. Not the training. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  assembleModel,
  FORMAT,
  type LanguageModel,
  type ModelConfig,
  saveModel,
} from '../../language/checkpoint.ts';
import type { Tensors } from '../../language/safetensors.ts';
import type { TrainingConfig } from '../../language/training/config.ts';
import { parameterViews } from '../../language/training/parameters.ts';
import type { ParameterPart } from '../../language/training/parts.ts';
import type { Vocabulary } from '../../language/vocabulary.ts';
import { writeFileSafely } from '../files.ts';

/** What a model knows of the languages of its texts. */
export interface Tongues {
  /** Lower-cased. */
  readonly determiners: readonly string[];
  readonly languages: readonly string[];
}

/** β and the logits' scale make unit vectors behave like the usual rows of length √d. */
export function modelConfig(
  config: TrainingConfig,
  { determiners, languages }: Tongues,
  vocabulary: Vocabulary,
): ModelConfig {
  const { dimension, heads } = config.model;
  return {
    format: FORMAT,
    name: config.name,
    ...config.model,
    beta: new Array(heads).fill(dimension / Math.sqrt(dimension / heads)),
    logitScale: Math.sqrt(dimension),
    vocabulary: [...vocabulary].map((rank) => (typeof rank === 'string' ? rank : [...rank])),
    determiners: [...determiners],
    languages: [...languages],
    training: {},
  };
}

/** The model of a run's parameters; `record` says how it was made. */
export function finishedModel(
  architecture: ModelConfig,
  layout: readonly ParameterPart[],
  parameters: Float32Array,
  record: Record<string, unknown>,
): LanguageModel {
  const config = { ...architecture, training: record };
  return assembleModel(config, storedTensors(architecture, layout, parameters));
}

/** The parts of the flat vector as the tensors of the file: the knots' matrices become one. */
function storedTensors(
  { knots, dimension }: ModelConfig,
  layout: readonly ParameterPart[],
  parameters: Float32Array,
): Tensors {
  const tensors: Record<string, { shape: number[]; data: Float32Array }> = {};
  const attention = new Float32Array(knots * 4 * dimension ** 2);
  let filled = 0;
  parameterViews(layout, parameters).forEach(({ shape, values }, p) => {
    const { name } = layout[p];
    if (!name.startsWith('attention.')) tensors[name] = { shape: [...shape], data: values };
    else {
      attention.set(values, filled);
      filled += values.length;
    }
  });
  return { ...tensors, attention: { shape: [knots, 4, dimension, dimension], data: attention } };
}

/** Writes a model's folder; each file appears whole or not at all, the config (with the hash) last. */
export function writeModel(folder: string, model: LanguageModel): void {
  mkdirSync(folder, { recursive: true });
  const { config, weights } = saveModel(model);
  writeFileSafely(join(folder, 'model.safetensors'), weights);
  writeFileSafely(join(folder, 'config.json'), config);
}
