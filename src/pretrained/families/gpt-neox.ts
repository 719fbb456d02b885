/** GPT-NeoX (Black et al., arXiv 2204.06745), and Pythia: attention and MLP side by side, heads that turn in part. */
import { z } from 'zod';
import { activationSchema } from '../activations.ts';
import { count, dividedHead, epsilon, flag, layerCount, readFields, refuse } from '../config.ts';
import { readRope, rotaryRows } from '../rope-config.ts';
import type { Family } from './family.ts';

const fields = z.object({
  vocab_size: count(50432),
  hidden_size: count(6144),
  num_hidden_layers: layerCount(44),
  num_attention_heads: count(64),
  intermediate_size: count(24576),
  hidden_act: activationSchema.default('gelu'),
  max_position_embeddings: count(2048),
  layer_norm_eps: epsilon(1e-5),
  tie_word_embeddings: flag(false),
  use_parallel_residual: flag(true),
  attention_bias: flag(true),
});

export const gptNeox: Family = {
  name: 'GPT-NeoX',
  modelTypes: ['gpt_neox'],
  architecture(source) {
    const read = readFields(fields, source);
    const [width, heads] = [read.hidden_size, read.num_attention_heads];
    const headSize = dividedHead(width, heads);
    const positions = read.max_position_embeddings;
    const rotary = readRope(source, {
      base: { name: 'rotary_emb_base', absent: 10_000 },
      share: { names: ['rotary_pct', 'partial_rotary_factor'], absent: 0.25 },
      headSize,
      positions,
    });
    if (rotary.dimensions === 0)
      throw refuse(`a head of ${headSize} numbers turns none of them: expected a larger share`);
    return {
      family: 'GPT-NeoX',
      causal: true,
      width,
      vocabulary: read.vocab_size,
      heads,
      keyHeads: heads,
      headSize,
      positions: { kind: 'rotary', rows: rotaryRows(positions, [rotary]) },
      tokenTypes: 0,
      embedding: { width, norm: false, mapping: false, rootWidth: false },
      norm: { kind: 'layer', epsilon: read.layer_norm_eps, bias: true, aroundOne: false },
      placement: 'pre',
      residual: read.use_parallel_residual ? 'parallel' : 'serial',
      finalNorm: true,
      queryKeyNorm: false,
      biases: { queryKeyValue: read.attention_bias, output: read.attention_bias, mlp: true },
      mlp: { kind: 'plain', activation: read.hidden_act, width: read.intermediate_size },
      layers: Array.from({ length: read.num_hidden_layers }, (_, layer) => ({
        block: `layers.${layer}`,
        scale: 1 / Math.sqrt(headSize),
        reach: null,
        rotary,
        attentionNorm: true,
      })),
      head: { transform: null, bias: false, tied: read.tie_word_embeddings, cap: null },
    };
  },
  names: {
    base: 'gpt_neox.',
    token: 'embed_in.weight',
    attentionNorm: 'input_layernorm',
    queryKeyValue: { fused: 'attention.query_key_value', order: 'heads' },
    output: 'attention.dense',
    mlpNorm: 'post_attention_layernorm',
    up: 'mlp.dense_h_to_4h',
    down: 'mlp.dense_4h_to_h',
    finalNorm: 'final_layer_norm',
    head: { decoder: ['embed_out.weight', 'lm_head.weight'] },
    extras: [
      /^layers\.\d+\.attention\.(masked_)?bias$/,
      /rotary_emb\.inv_freq$/,
      /^score\./,
      /^classifier\./,
      /^qa_outputs\./,
    ],
  },
};
