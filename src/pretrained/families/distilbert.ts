/** DistilBERT (Sanh et al., arXiv 1910.01108): BERT without token types, under other names. */
import { z } from 'zod';
import { activationSchema } from '../activations.ts';
import { count, flag, layerCount, readFields } from '../config.ts';
import { bertArchitecture, bertExtras } from './bert-like.ts';
import type { Family } from './family.ts';

const fields = z.object({
  vocab_size: count(30522),
  max_position_embeddings: count(512),
  n_layers: layerCount(6),
  n_heads: count(12),
  dim: count(768),
  hidden_dim: count(3072),
  activation: activationSchema.default('gelu'),
  tie_word_embeddings: flag(true),
});

const aliases = {
  dim: ['hidden_size'],
  n_heads: ['num_attention_heads'],
  n_layers: ['num_hidden_layers'],
};

export const distilbert: Family = {
  name: 'DistilBERT',
  modelTypes: ['distilbert'],
  architecture(source) {
    const read = readFields(fields, source, aliases);
    const { layers, ...rest } = bertArchitecture(
      {
        vocab_size: read.vocab_size,
        hidden_size: read.dim,
        num_hidden_layers: read.n_layers,
        num_attention_heads: read.n_heads,
        intermediate_size: read.hidden_dim,
        hidden_act: read.activation,
        max_position_embeddings: read.max_position_embeddings,
        type_vocab_size: 1,
        layer_norm_eps: 1e-12,
        tie_word_embeddings: read.tie_word_embeddings,
      },
      { family: 'DistilBERT', padding: null, headActivation: read.activation },
    );
    return {
      ...rest,
      tokenTypes: 0,
      layers: layers.map((layer, i) => ({ ...layer, block: `transformer.layer.${i}` })),
    };
  },
  names: {
    base: 'distilbert.',
    token: 'embeddings.word_embeddings.weight',
    position: 'embeddings.position_embeddings.weight',
    embeddingNorm: 'embeddings.LayerNorm',
    queryKeyValue: ['attention.q_lin', 'attention.k_lin', 'attention.v_lin'],
    output: 'attention.out_lin',
    attentionNorm: 'sa_layer_norm',
    up: 'ffn.lin1',
    down: 'ffn.lin2',
    mlpNorm: 'output_layer_norm',
    head: {
      dense: 'vocab_transform',
      norm: 'vocab_layer_norm',
      decoder: ['vocab_projector.weight'],
      bias: ['vocab_projector.bias'],
    },
    extras: bertExtras,
  },
};
