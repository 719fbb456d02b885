/** A model as lists of models tell it. Not where it lies, which host/models.ts knows. */
import { shapeSize, sumOf } from '../numerics/vectors.ts';
import type { Architecture } from '../pretrained/architecture.ts';
import { longestText } from '../pretrained/network.ts';
import { type StoredConfig, tensorShapes } from './checkpoint.ts';

/** What is known of somebody else's model before its numbers are read. */
export interface PretrainedDescription {
  readonly architecture: Architecture;
  readonly parameters: number;
  /** Whether its states say anything of tokens. */
  readonly hasHead: boolean;
}

interface Described {
  readonly name: string;
  readonly config?: StoredConfig;
  readonly pretrained?: PretrainedDescription;
  readonly problem?: string;
}

/** What lists of models say of one: its architecture without the vocabulary, or why it cannot be used. */
export function modelRecord({ name, config, pretrained, problem }: Described) {
  if (pretrained) return pretrainedRecord(name, pretrained);
  if (!config) return { name, problem: problem ?? 'no config.json' };
  const { vocabulary, weights, determiners: _, training: __, ...architecture } = config;
  return {
    ...architecture,
    name,
    vocabulary: vocabulary.length + 3,
    parameters: parameterCount(config),
    bytes: weights.bytes,
    sha256: weights.sha256,
  };
}

/** Somebody else's model in the words of ours, and what can be asked of it. */
function pretrainedRecord(
  name: string,
  { architecture, parameters, hasHead }: PretrainedDescription,
) {
  const { family, causal, width, heads, layers, vocabulary } = architecture;
  return {
    name,
    family,
    causal,
    masks: !causal,
    head: hasHead,
    parts: true,
    languages: [],
    parameters,
    dimension: width,
    heads,
    depth: layers.length,
    vocabulary,
    maximumPositions: longestText(architecture),
  };
}

export type ModelRecord = ReturnType<typeof modelRecord>;

function parameterCount(config: StoredConfig): number {
  return sumOf(Object.values(tensorShapes(config)).map(shapeSize));
}
