/** What Qwen2 and Qwen3 share: Llama with windows from some layer on. */
import { z } from 'zod';
import { activationSchema } from '../activations.ts';
import type { Architecture } from '../architecture.ts';
import {
  type ConfigSource,
  count,
  countFromZero,
  countOrNull,
  epsilon,
  flag,
  layerCount,
  layerKinds,
  readFields,
} from '../config.ts';
import { readRope, rotaryRows } from '../rope-config.ts';
import { decoder, reaches } from './llama-like.ts';

const fields = z.object({
  vocab_size: count(151_936),
  hidden_size: count(4096),
  intermediate_size: count(22016),
  num_hidden_layers: layerCount(32),
  num_attention_heads: count(32),
  // null is as many as heads, absent 32
  num_key_value_heads: countOrNull(32),
  hidden_act: activationSchema.default('silu'),
  max_position_embeddings: count(32768),
  rms_norm_eps: epsilon(1e-6),
  tie_word_embeddings: flag(false),
  use_sliding_window: flag(false),
  // null is no window, absent one of 4096
  sliding_window: countOrNull(4096),
  max_window_layers: countFromZero(28),
});

export interface QwenSettings {
  readonly family: string;
  readonly headSize: (width: number, heads: number) => number;
  readonly biases: Architecture['biases'];
  readonly queryKeyNorm: boolean;
}

/** The architecture of a Qwen config. */
export function qwen(source: ConfigSource, settings: QwenSettings): Architecture {
  const read = readFields(fields, source);
  const [width, heads] = [read.hidden_size, read.num_attention_heads];
  const headSize = settings.headSize(width, heads);
  const positions = read.max_position_embeddings;
  const rotary = readRope(source, {
    base: { name: 'rope_theta', absent: 10_000 },
    headSize,
    positions,
  });
  const window = read.use_sliding_window ? read.sliding_window : null;
  const kinds = layerKinds(source, read.num_hidden_layers, (layer) =>
    window !== null && layer >= read.max_window_layers ? 'sliding_attention' : 'full_attention',
  );
  return decoder({
    family: settings.family,
    width,
    vocabulary: read.vocab_size,
    heads,
    keyHeads: read.num_key_value_heads ?? heads,
    headSize,
    epsilon: read.rms_norm_eps,
    rows: rotaryRows(positions, [rotary]),
    activation: read.hidden_act,
    inner: read.intermediate_size,
    layers: reaches(kinds, window).map((reach) => ({ reach, rotary })),
    tied: read.tie_word_embeddings,
    biases: settings.biases,
    queryKeyNorm: settings.queryKeyNorm,
  });
}
