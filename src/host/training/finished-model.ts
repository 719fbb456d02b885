/** From a training run's flat vector to a model and back, and the model's folder. Not the training. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  assembleModel,
  FORMAT,
  modelTensors,
  type OwnConfig,
  STANDARD_FORMAT,
  saveModel,
  type TrainedModel,
  tensorShapes,
} from '../../language/checkpoint.ts';
import type { Tensors } from '../../language/safetensors.ts';
import type { TrainingConfig } from '../../language/training/config.ts';
import { lossSettings } from '../../language/training/objective.ts';
import { parameterCount } from '../../language/training/parameters.ts';
import type { ParameterPart } from '../../language/training/parts.ts';
import type { Vocabulary } from '../../language/vocabulary.ts';
import { InputError } from '../../numerics/errors.ts';
import { shapeSize } from '../../numerics/vectors.ts';
import { writeFileSafely } from '../files.ts';

/** What a model knows of the languages of its texts. */
export interface Tongues {
  /** Lower-cased. */
  readonly determiners: readonly string[];
  readonly languages: readonly string[];
}

/** What config.json of a run's model says, but for how it was made. */
export function modelConfig(
  config: TrainingConfig,
  { determiners, languages }: Tongues,
  vocabulary: Vocabulary,
): OwnConfig {
  const { standard, dimension, heads, slots, maximumPositions, tied, precision } = config.model;
  const texts = {
    vocabulary: [...vocabulary].map((rank) => (typeof rank === 'string' ? rank : [...rank])),
    determiners: [...determiners],
    languages: [...languages],
    training: {},
  };
  const { name } = config;
  if (standard)
    return {
      format: STANDARD_FORMAT,
      name,
      dimension,
      heads,
      hidden: standard.hidden,
      slots,
      maximumPositions,
      depth: standard.layers,
      tied,
      precision,
      ...texts,
    };
  const { beta, logitScale } = lossSettings(config);
  return { format: FORMAT, name, ...config.model, beta: [...beta], logitScale, ...texts };
}

/** The model of a run's parameters; `record` says how it was made. */
export function finishedModel(
  architecture: OwnConfig,
  layout: readonly ParameterPart[],
  parameters: Float32Array,
  record: Record<string, unknown>,
): TrainedModel {
  const config = { ...architecture, training: record };
  return assembleModel(config, storedTensors(architecture, layout, parameters));
}

/** Which tensor of the file a part of the parameters is in: those of knots or layers lie one after another. */
const tensorOf = ({ name }: ParameterPart): string => name.split('.')[0];

/** The parts of the flat vector as the tensors of the file. */
function storedTensors(
  architecture: OwnConfig,
  layout: readonly ParameterPart[],
  parameters: Float32Array,
): Tensors {
  const shapes = Object.entries(tensorShapes(architecture));
  return Object.fromEntries(
    shapes.map(([name, shape]) => {
      const parts = layout.filter((part) => tensorOf(part) === name);
      const data = new Float32Array(shapeSize(shape));
      let filled = 0;
      for (const { offset, size } of parts) {
        data.set(parameters.subarray(offset, offset + size), filled);
        filled += size;
      }
      return [name, { shape, data }];
    }),
  );
}

/** The flat vector of a model's parameters: what `finishedModel` makes a model of. */
export function flatParameters(
  model: TrainedModel,
  layout: readonly ParameterPart[],
): Float32Array {
  const tensors = modelTensors(model);
  const flat = new Float32Array(parameterCount(layout));
  const taken = new Map<string, number>();
  for (const part of layout) {
    const { offset, size } = part;
    const from = taken.get(tensorOf(part)) ?? 0;
    flat.set(tensors[tensorOf(part)].data.subarray(from, from + size), offset);
    taken.set(tensorOf(part), from + size);
  }
  return flat;
}

/** What a config must share with the model that its run starts from, by the names of the training config. */
function shapeOf(config: OwnConfig): Record<string, number | boolean | undefined> {
  const { dimension, heads, slots, maximumPositions, tied } = config;
  const room = { slots, maximumPositions, tied };
  if (config.format === STANDARD_FORMAT)
    return {
      dimension,
      heads,
      'standard.layers': config.depth,
      'standard.hidden': config.hidden,
      ...room,
    };
  return { dimension, heads, knots: config.knots, horizon: config.horizon, ...room };
}

/** Throws InputError naming the first entry of the config that the model's weights do not fit. */
export function checkStart(config: TrainingConfig, from: OwnConfig): void {
  const asked = modelConfig(config, from, []);
  const remedy = 'take over that, or start from another model';
  const kindOf = ({ format }: OwnConfig) =>
    format === STANDARD_FORMAT ? 'a standard transformer' : 'a flow';
  if (asked.format !== from.format)
    throw new InputError(
      'config',
      `training config: model.standard is ${config.model.standard ? 'given' : 'absent'}, and ${from.name}, which the run starts from, is ${kindOf(from)}: ${remedy}`,
    );
  const has = shapeOf(from);
  for (const [name, value] of Object.entries(shapeOf(asked)))
    if (value !== has[name])
      throw new InputError(
        'config',
        `training config: model.${name} is ${value}, and ${from.name}, which the run starts from, has ${has[name]}: ${remedy}`,
      );
}

/** Writes a model's folder; each file appears whole or not at all, the config (with the hash) last. */
export function writeModel(folder: string, model: TrainedModel): void {
  mkdirSync(folder, { recursive: true });
  const { config, weights } = saveModel(model);
  writeFileSafely(join(folder, 'model.safetensors'), weights);
  writeFileSafely(join(folder, 'config.json'), config);
}
