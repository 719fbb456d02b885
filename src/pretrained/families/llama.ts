/** Llama (Touvron et al., arXiv 2302.13971), and models that call themselves so, such as SmolLM. */
import { z } from 'zod';
import { activationSchema } from '../activations.ts';
import {
  count,
  countOrNull,
  dividedHead,
  epsilon,
  flag,
  layerCount,
  readFields,
} from '../config.ts';
import { readRope, rotaryRows } from '../rope-config.ts';
import type { Family } from './family.ts';
import { decoder, decoderNames } from './llama-like.ts';

const fields = z.object({
  vocab_size: count(32000),
  hidden_size: count(4096),
  intermediate_size: count(11008),
  num_hidden_layers: layerCount(32),
  num_attention_heads: count(32),
  num_key_value_heads: countOrNull(null),
  head_dim: countOrNull(null),
  hidden_act: activationSchema.default('silu'),
  max_position_embeddings: count(2048),
  rms_norm_eps: epsilon(1e-6),
  tie_word_embeddings: flag(false),
  attention_bias: flag(false),
  mlp_bias: flag(false),
});

export const llama: Family = {
  name: 'Llama',
  modelTypes: ['llama'],
  architecture(source) {
    const read = readFields(fields, source);
    const [width, heads] = [read.hidden_size, read.num_attention_heads];
    const headSize = read.head_dim ?? dividedHead(width, heads);
    const positions = read.max_position_embeddings;
    const rotary = readRope(source, {
      base: { name: 'rope_theta', absent: 10_000 },
      headSize,
      positions,
    });
    return decoder({
      family: 'Llama',
      width,
      vocabulary: read.vocab_size,
      heads,
      keyHeads: read.num_key_value_heads ?? heads,
      headSize,
      epsilon: read.rms_norm_eps,
      rows: rotaryRows(positions, [rotary]),
      activation: read.hidden_act,
      inner: read.intermediate_size,
      layers: Array.from({ length: read.num_hidden_layers }, () => ({ reach: null, rotary })),
      tied: read.tie_word_embeddings,
      biases: {
        queryKeyValue: read.attention_bias,
        output: read.attention_bias,
        mlp: read.mlp_bias,
      },
    });
  },
  names: decoderNames,
};
