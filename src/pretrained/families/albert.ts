/** ALBERT (Lan et al., arXiv 1909.11942): BERT with few blocks that are run again and again, and a narrow embedding. */

import { z } from 'zod';
import { counted } from '../../numerics/counted.ts';
import { activationSchema } from '../activations.ts';
import { count, layerCount, readFields, refuse } from '../config.ts';
import {
  bertArchitecture,
  bertExtras,
  bertFields,
  refuseOtherBerts,
  wholeLayers,
} from './bert-like.ts';
import type { Family } from './family.ts';

const fields = z.object({
  ...bertFields,
  vocab_size: count(30000),
  embedding_size: count(128),
  hidden_size: count(4096),
  num_attention_heads: count(64),
  intermediate_size: count(16384),
  hidden_act: activationSchema.default('gelu_new'),
  num_hidden_groups: layerCount(1),
  inner_group_num: layerCount(1),
});

export const albert: Family = {
  name: 'ALBERT',
  modelTypes: ['albert'],
  architecture(source) {
    refuseOtherBerts(source);
    const read = readFields(fields, source);
    const { num_hidden_layers: layers, num_hidden_groups: groups, inner_group_num: inner } = read;
    if (groups > layers)
      throw refuse(
        `num_hidden_groups is ${groups}: expected at most the ${counted(layers, 'layer')}`,
      );
    const settings = { family: 'ALBERT', padding: null, headActivation: read.hidden_act };
    const plain = bertArchitecture(read, settings);
    const block = (layer: number) => {
      // divided twice, as the reference library does: rounding decides where a group ends
      const group = Math.floor(Math.floor(layer / inner) / (layers / groups));
      return `encoder.albert_layer_groups.${group}.albert_layers.${layer % inner}`;
    };
    return {
      ...plain,
      embedding: { ...plain.embedding, width: read.embedding_size, mapping: true },
      layers: wholeLayers(layers * inner, plain.headSize, block),
    };
  },
  names: {
    base: 'albert.',
    token: 'embeddings.word_embeddings.weight',
    position: 'embeddings.position_embeddings.weight',
    tokenType: 'embeddings.token_type_embeddings.weight',
    embeddingNorm: 'embeddings.LayerNorm',
    mapping: 'encoder.embedding_hidden_mapping_in',
    queryKeyValue: ['attention.query', 'attention.key', 'attention.value'],
    output: 'attention.dense',
    attentionNorm: 'attention.LayerNorm',
    up: 'ffn',
    down: 'ffn_output',
    mlpNorm: 'full_layer_layer_norm',
    head: {
      dense: 'predictions.dense',
      norm: 'predictions.LayerNorm',
      decoder: ['predictions.decoder.weight'],
      bias: ['predictions.decoder.bias', 'predictions.bias'],
    },
    extras: [...bertExtras, /^sop_classifier\./],
  },
};
