/** ModernBERT (Warner et al., arXiv 2412.13663): pre-norm, rotary positions, windows, a gated MLP. */
import { z } from 'zod';
import { activationSchema } from '../activations.ts';
import {
  count,
  countFromZeroOrNull,
  dividedHead,
  epsilon,
  flag,
  type LayerKind,
  layerCount,
  layerKinds,
  readFields,
} from '../config.ts';
import { readRopeOfKind, rotaryRows } from '../rope-config.ts';
import type { Family } from './family.ts';

const fields = z.object({
  vocab_size: count(50368),
  hidden_size: count(768),
  intermediate_size: count(1152),
  num_hidden_layers: layerCount(22),
  num_attention_heads: count(12),
  hidden_activation: activationSchema.default('gelu'),
  max_position_embeddings: count(8192),
  norm_eps: epsilon(1e-5),
  norm_bias: flag(false),
  attention_bias: flag(false),
  mlp_bias: flag(false),
  decoder_bias: flag(true),
  classifier_bias: flag(false),
  classifier_activation: activationSchema.default('gelu'),
  global_attn_every_n_layers: layerCount(3),
  local_attention: count(128),
  // half of local_attention, and beats it in the reference library
  sliding_window: countFromZeroOrNull(null),
  tie_word_embeddings: flag(true),
});

export const modernbert: Family = {
  name: 'ModernBERT',
  modelTypes: ['modernbert'],
  architecture(source) {
    const read = readFields(fields, source);
    const [width, heads] = [read.hidden_size, read.num_attention_heads];
    const headSize = dividedHead(width, heads);
    const positions = read.max_position_embeddings;
    const kinds = layerKinds(source, read.num_hidden_layers, (layer) =>
      layer % read.global_attn_every_n_layers === 0 ? 'full_attention' : 'sliding_attention',
    );
    const rotaryOf = (kind: LayerKind, name: string, absent: number) =>
      readRopeOfKind(source, kind, { base: { name, absent }, headSize, positions }, true);
    const rotaries = {
      full_attention: rotaryOf('full_attention', 'global_rope_theta', 160_000),
      sliding_attention: rotaryOf('sliding_attention', 'local_rope_theta', 10_000),
    };
    const half = Math.floor(read.local_attention / 2);
    const reach = read.sliding_window ?? half;
    if (source.values.local_attention !== undefined && reach !== half)
      source.notes.push(
        `config.json says local_attention ${read.local_attention} and sliding_window ${reach}: sliding_window counts, the distance to each side`,
      );
    return {
      family: 'ModernBERT',
      causal: false,
      width,
      vocabulary: read.vocab_size,
      heads,
      keyHeads: heads,
      headSize,
      positions: { kind: 'rotary', rows: rotaryRows(positions, Object.values(rotaries)) },
      tokenTypes: 0,
      embedding: { width, norm: true, mapping: false, rootWidth: false },
      norm: { kind: 'layer', epsilon: read.norm_eps, bias: read.norm_bias, aroundOne: false },
      placement: 'pre',
      residual: 'serial',
      finalNorm: true,
      queryKeyNorm: false,
      biases: {
        queryKeyValue: read.attention_bias,
        output: read.attention_bias,
        mlp: read.mlp_bias,
      },
      mlp: { kind: 'gated', activation: read.hidden_activation, width: read.intermediate_size },
      layers: kinds.map((kind, layer) => ({
        block: `layers.${layer}`,
        scale: 1 / Math.sqrt(headSize),
        reach: kind === 'full_attention' ? null : reach,
        rotary: rotaries[kind],
        attentionNorm: layer > 0,
      })),
      head: {
        transform: { activation: read.classifier_activation, bias: read.classifier_bias },
        bias: read.decoder_bias,
        tied: read.tie_word_embeddings,
        cap: null,
      },
    };
  },
  names: {
    base: 'model.',
    token: 'embeddings.tok_embeddings.weight',
    embeddingNorm: 'embeddings.norm',
    attentionNorm: 'attn_norm',
    queryKeyValue: { fused: 'attn.Wqkv', order: 'blocks' },
    output: 'attn.Wo',
    mlpNorm: 'mlp_norm',
    gateInUp: true,
    up: 'mlp.Wi',
    down: 'mlp.Wo',
    finalNorm: 'final_norm',
    head: {
      dense: 'head.dense',
      norm: 'head.norm',
      decoder: ['decoder.weight'],
      bias: ['decoder.bias'],
    },
    extras: [/^classifier\./, /rotary_emb\.inv_freq$/],
  },
};
