/** From a training run's flat vector to a model and back, and the model's folder. Not the training. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  assembleModel,
  FORMAT,
  type ModelConfig,
  modelTensors,
  saveModel,
} from '../../language/checkpoint.ts';
import type { FlowModel } from '../../language/flow-model.ts';
import type { Tensors } from '../../language/safetensors.ts';
import type { TrainingConfig } from '../../language/training/config.ts';
import { parameterViews } from '../../language/training/parameters.ts';
import type { ParameterPart } from '../../language/training/parts.ts';
import type { Vocabulary } from '../../language/vocabulary.ts';
import { InputError } from '../../numerics/errors.ts';
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
): FlowModel {
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

/** The flat vector of a model's parameters: what `finishedModel` makes a model of. */
export function flatParameters(model: FlowModel, layout: readonly ParameterPart[]): Float32Array {
  const tensors = modelTensors(model);
  const flat = new Float32Array(layout.reduce((sum, { size }) => sum + size, 0));
  let taken = 0;
  for (const { name, offset, size } of layout)
    if (!name.startsWith('attention.')) flat.set(tensors[name].data, offset);
    else {
      flat.set(tensors.attention.data.subarray(taken, taken + size), offset);
      taken += size;
    }
  return flat;
}

/** What a config must share with the model that its run starts from. */
const SHARED = [
  'dimension',
  'heads',
  'knots',
  'horizon',
  'slots',
  'maximumPositions',
  'tied',
] as const;

/** Throws InputError naming the first entry of the config that the model's weights do not fit. */
export function checkStart({ model }: TrainingConfig, from: ModelConfig): void {
  for (const name of SHARED)
    if (model[name] !== from[name])
      throw new InputError(
        'config',
        `training config: model.${name} is ${model[name]}, and ${from.name}, which the run starts from, has ${from[name]}: take over that, or start from another model`,
      );
}

/** Writes a model's folder; each file appears whole or not at all, the config (with the hash) last. */
export function writeModel(folder: string, model: FlowModel): void {
  mkdirSync(folder, { recursive: true });
  const { config, weights } = saveModel(model);
  writeFileSafely(join(folder, 'model.safetensors'), weights);
  writeFileSafely(join(folder, 'config.json'), config);
}
