/** Mistral (Jiang et al., arXiv 2310.06825): Llama with a window, in the layers that `layer_types` names or in all. */
import { z } from 'zod';
import { activationSchema } from '../activations.ts';
import {
  count,
  countOrNull,
  dividedHead,
  epsilon,
  flag,
  layerCount,
  layerKinds,
  readFields,
} from '../config.ts';
import { readRope, rotaryRows } from '../rope-config.ts';
import type { Family } from './family.ts';
import { decoder, decoderNames, NO_BIASES, reaches } from './llama-like.ts';

const fields = z.object({
  vocab_size: count(32000),
  hidden_size: count(4096),
  intermediate_size: count(14336),
  num_hidden_layers: layerCount(32),
  num_attention_heads: count(32),
  // null is as many as heads, absent eight
  num_key_value_heads: countOrNull(8),
  head_dim: countOrNull(null),
  hidden_act: activationSchema.default('silu'),
  max_position_embeddings: count(131_072),
  rms_norm_eps: epsilon(1e-6),
  tie_word_embeddings: flag(false),
  // null is no window, absent one of 4096
  sliding_window: countOrNull(4096),
});

export const mistral: Family = {
  name: 'Mistral',
  modelTypes: ['mistral'],
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
    // the reference library opens a Mistral with layer_types as its Ministral
    const kinds = layerKinds(source, read.num_hidden_layers, () =>
      read.sliding_window === null ? 'full_attention' : 'sliding_attention',
    );
    return decoder({
      family: 'Mistral',
      width,
      vocabulary: read.vocab_size,
      heads,
      keyHeads: read.num_key_value_heads ?? heads,
      headSize,
      epsilon: read.rms_norm_eps,
      rows: rotaryRows(positions, [rotary]),
      activation: read.hidden_act,
      inner: read.intermediate_size,
      layers: reaches(kinds, read.sliding_window).map((reach) => ({ reach, rotary })),
      tied: read.tie_word_embeddings,
      biases: NO_BIASES,
    });
  },
  names: decoderNames,
};
