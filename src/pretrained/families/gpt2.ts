/** GPT-2 (Radford et al. 2019): pre-norm, learned positions, maps stored [in, out]. */
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
  refuse,
} from '../config.ts';
import type { Family } from './family.ts';

const fields = z.object({
  vocab_size: count(50257),
  n_positions: count(1024),
  n_embd: count(768),
  n_layer: layerCount(12),
  n_head: count(12),
  n_inner: countOrNull(null),
  activation_function: activationSchema.default('gelu_new'),
  layer_norm_epsilon: epsilon(1e-5),
  scale_attn_weights: flag(true),
  scale_attn_by_inverse_layer_idx: flag(false),
  add_cross_attention: flag(false),
  tie_word_embeddings: flag(true),
});

const aliases = {
  n_embd: ['hidden_size'],
  n_positions: ['max_position_embeddings'],
  n_head: ['num_attention_heads'],
  n_layer: ['num_hidden_layers'],
};

export const gpt2: Family = {
  name: 'GPT-2',
  modelTypes: ['gpt2'],
  architecture(source) {
    const read = readFields(fields, source, aliases);
    if (read.add_cross_attention) throw refuse('add_cross_attention is true: expected false');
    const [width, heads] = [read.n_embd, read.n_head];
    const headSize = dividedHead(width, heads);
    const scale = read.scale_attn_weights ? 1 / Math.sqrt(headSize) : 1;
    const share = (layer: number) => (read.scale_attn_by_inverse_layer_idx ? layer + 1 : 1);
    return {
      family: 'GPT-2',
      causal: true,
      width,
      vocabulary: read.vocab_size,
      heads,
      keyHeads: heads,
      headSize,
      positions: { kind: 'learned', rows: read.n_positions, padding: null },
      tokenTypes: 0,
      embedding: { width, norm: false, mapping: false, rootWidth: false },
      norm: { kind: 'layer', epsilon: read.layer_norm_epsilon, bias: true, aroundOne: false },
      placement: 'pre',
      residual: 'serial',
      finalNorm: true,
      queryKeyNorm: false,
      biases: { queryKeyValue: true, output: true, mlp: true },
      mlp: {
        kind: 'plain',
        activation: read.activation_function,
        width: read.n_inner ?? 4 * width,
      },
      layers: Array.from({ length: read.n_layer }, (_, layer) => ({
        block: `h.${layer}`,
        scale: scale / share(layer),
        reach: null,
        rotary: null,
        attentionNorm: true,
      })),
      head: { transform: null, bias: false, tied: read.tie_word_embeddings, cap: null },
    };
  },
  names: {
    base: 'transformer.',
    token: 'wte.weight',
    position: 'wpe.weight',
    attentionNorm: 'ln_1',
    queryKeyValue: { fused: 'attn.c_attn', order: 'blocks' },
    output: 'attn.c_proj',
    mlpNorm: 'ln_2',
    up: 'mlp.c_fc',
    down: 'mlp.c_proj',
    finalNorm: 'ln_f',
    transposed: true,
    head: { decoder: ['lm_head.weight'] },
    extras: [
      /^multiple_choice_head\./,
      /^h\.\d+\.attn\.(masked_)?bias$/,
      /^score\./,
      /^classifier\./,
      /^qa_outputs\./,
    ],
  },
};
