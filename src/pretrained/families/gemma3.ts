/**
 * Gemma 3, its text part (arXiv 2503.19786): norms on both sides of attention and MLP, gains around one, two kinds of
 * layers with rotary positions of their own. `attn_logit_softcapping` has no effect, as in the reference library.
 */
import { z } from 'zod';
import { activationSchema } from '../activations.ts';
import {
  aboveZero,
  count,
  countOrNull,
  epsilon,
  flag,
  type LayerKind,
  layerCount,
  layerKinds,
  positive,
  readFields,
  refuse,
} from '../config.ts';
import { readRopeOfKind, rotaryRows } from '../rope-config.ts';
import type { Family } from './family.ts';
import { decoder, decoderNames } from './llama-like.ts';

const fields = z.object({
  vocab_size: count(262_208),
  hidden_size: count(2304),
  intermediate_size: count(9216),
  num_hidden_layers: layerCount(26),
  num_attention_heads: count(8),
  num_key_value_heads: count(4),
  head_dim: count(256),
  hidden_activation: activationSchema.default('gelu_pytorch_tanh'),
  max_position_embeddings: count(131_072),
  rms_norm_eps: epsilon(1e-6),
  tie_word_embeddings: flag(true),
  attention_bias: flag(false),
  query_pre_attn_scalar: positive(256),
  // null is no window, absent one of 4096
  sliding_window: countOrNull(4096),
  sliding_window_pattern: count(6),
  final_logit_softcapping: aboveZero.nullable().default(null),
  use_bidirectional_attention: flag(false).nullable(),
});

export const gemma3: Family = {
  name: 'Gemma 3',
  modelTypes: ['gemma3_text'],
  architecture(source) {
    const read = readFields(fields, source);
    const { head_dim: headSize, max_position_embeddings: positions } = read;
    const kinds = layerKinds(source, read.num_hidden_layers, (layer) =>
      (layer + 1) % read.sliding_window_pattern === 0 ? 'full_attention' : 'sliding_attention',
    );
    if (read.sliding_window === null && kinds.includes('sliding_attention'))
      throw refuse('sliding_window is null and layers have a window: expected its length');
    const rotaryOf = (kind: LayerKind, name: string, absent: number) =>
      readRopeOfKind(
        source,
        kind,
        { base: { name, absent }, headSize, positions },
        kind === 'full_attention',
      );
    const rotaries = {
      full_attention: rotaryOf('full_attention', 'rope_theta', 1_000_000),
      sliding_attention: rotaryOf('sliding_attention', 'rope_local_base_freq', 10_000),
    };
    const bidirectional = read.use_bidirectional_attention;
    const window = read.sliding_window ?? 0;
    // of both sides together, where tokens see both
    const reach = bidirectional ? Math.floor(window / 2) : window - 1;
    const plain = decoder({
      family: 'Gemma 3',
      width: read.hidden_size,
      vocabulary: read.vocab_size,
      heads: read.num_attention_heads,
      keyHeads: read.num_key_value_heads,
      headSize,
      epsilon: read.rms_norm_eps,
      rows: rotaryRows(positions, Object.values(rotaries)),
      activation: read.hidden_activation,
      inner: read.intermediate_size,
      layers: kinds.map((kind) => ({
        reach: kind === 'sliding_attention' ? reach : null,
        rotary: rotaries[kind],
      })),
      tied: read.tie_word_embeddings,
      biases: {
        queryKeyValue: read.attention_bias,
        output: read.attention_bias,
        mlp: false,
      },
      queryKeyNorm: true,
    });
    const scale = 1 / Math.sqrt(read.query_pre_attn_scalar);
    return {
      ...plain,
      causal: !bidirectional,
      embedding: { ...plain.embedding, rootWidth: true },
      norm: { ...plain.norm, aroundOne: true },
      placement: 'sandwich',
      layers: plain.layers.map((layer) => ({ ...layer, scale })),
      head: { ...plain.head, cap: read.final_logit_softcapping },
    };
  },
  names: {
    ...decoderNames,
    attentionOutputNorm: 'post_attention_layernorm',
    mlpNorm: 'pre_feedforward_layernorm',
    mlpOutputNorm: 'post_feedforward_layernorm',
  },
};
