/** What BERT and the families after it share: post-norm blocks with biases, learned positions, a head with a transform. */
import { z } from 'zod';
import { type ActivationName, activationSchema } from '../activations.ts';
import type { Architecture, LayerShape } from '../architecture.ts';
import {
  type ConfigSource,
  count,
  dividedHead,
  epsilon,
  flag,
  layerCount,
  readFields,
  refuse,
} from '../config.ts';
import type { Names } from '../weights.ts';

/** Fields under the names of BERT, with its defaults. */
export const bertFields = {
  vocab_size: count(30522),
  hidden_size: count(768),
  num_hidden_layers: layerCount(12),
  num_attention_heads: count(12),
  intermediate_size: count(3072),
  hidden_act: activationSchema.default('gelu'),
  max_position_embeddings: count(512),
  type_vocab_size: count(2),
  layer_norm_eps: epsilon(1e-12),
  tie_word_embeddings: flag(true),
};

export const bertSchema = z.object(bertFields);

/** Throws InputError for positions and masks that the reference library no longer has, or only as a decoder. */
export function refuseOtherBerts({ values }: ConfigSource): void {
  const kind = values.position_embedding_type;
  if (kind !== undefined && kind !== null && kind !== 'absolute')
    throw refuse(
      `position_embedding_type is "${kind}": expected "absolute", relative position embeddings are not supported`,
    );
  for (const name of ['is_decoder', 'add_cross_attention'])
    if (values[name] === true)
      throw refuse(`${name} is true: expected an encoder, where it is false`);
}

/** Layers of a whole block each: no window, scores divided by √size. */
export const wholeLayers = (
  layers: number,
  headSize: number,
  block: (layer: number) => string,
): LayerShape[] =>
  Array.from({ length: layers }, (_, layer) => ({
    block: block(layer),
    scale: 1 / Math.sqrt(headSize),
    reach: null,
    rotary: null,
    attentionNorm: true,
  }));

export interface BertSettings {
  readonly family: string;
  /** As in the architecture. */
  readonly padding: number | null;
  readonly headActivation: ActivationName;
}

/** The architecture of a config with BERT's fields. */
export function bertArchitecture(
  read: z.output<typeof bertSchema>,
  { family, padding, headActivation }: BertSettings,
): Architecture {
  const width = read.hidden_size;
  const headSize = dividedHead(width, read.num_attention_heads);
  return {
    family,
    causal: false,
    width,
    vocabulary: read.vocab_size,
    heads: read.num_attention_heads,
    keyHeads: read.num_attention_heads,
    headSize,
    positions: { kind: 'learned', rows: read.max_position_embeddings, padding },
    tokenTypes: read.type_vocab_size,
    embedding: { width, norm: true, mapping: false, rootWidth: false },
    norm: { kind: 'layer', epsilon: read.layer_norm_eps, bias: true, aroundOne: false },
    placement: 'post',
    residual: 'serial',
    finalNorm: false,
    queryKeyNorm: false,
    biases: { queryKeyValue: true, output: true, mlp: true },
    mlp: { kind: 'plain', activation: read.hidden_act, width: read.intermediate_size },
    layers: wholeLayers(read.num_hidden_layers, headSize, (layer) => `encoder.layer.${layer}`),
    head: {
      transform: { activation: headActivation, bias: true },
      bias: true,
      tied: read.tie_word_embeddings,
      cap: null,
    },
  };
}

/** Heads for other tasks and buffers, as these families have them. */
export const bertExtras = [
  /^pooler\./,
  /position_ids$/,
  /token_type_ids$/,
  /^(pre_)?classifier\./,
  /^qa_outputs\./,
];

/** The body's names, which RoBERTa has taken over. */
export const bertNames = {
  token: 'embeddings.word_embeddings.weight',
  position: 'embeddings.position_embeddings.weight',
  tokenType: 'embeddings.token_type_embeddings.weight',
  embeddingNorm: 'embeddings.LayerNorm',
  queryKeyValue: ['attention.self.query', 'attention.self.key', 'attention.self.value'],
  output: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  up: 'intermediate.dense',
  down: 'output.dense',
  mlpNorm: 'output.LayerNorm',
} as const satisfies Partial<Names>;

export const readBert = (source: ConfigSource) => {
  refuseOtherBerts(source);
  return readFields(bertSchema, source);
};
