/** What Llama and the families after it share: pre-norm RMS blocks, rotary positions, a gated MLP, grouped heads. */
import type { ActivationName } from '../activations.ts';
import type { Architecture, LayerShape } from '../architecture.ts';
import { checkGroups, type LayerKind, refuse } from '../config.ts';
import type { Names } from '../weights.ts';

export interface DecoderSettings {
  readonly family: string;
  readonly width: number;
  readonly vocabulary: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly epsilon: number;
  /** The longest text; null: no bound. */
  readonly rows: number | null;
  readonly activation: ActivationName;
  readonly inner: number;
  readonly layers: readonly Pick<LayerShape, 'reach' | 'rotary'>[];
  readonly tied: boolean;
  readonly biases: Architecture['biases'];
  readonly queryKeyNorm?: boolean;
}

/** The architecture of a decoder of this kind. */
export function decoder(settings: DecoderSettings): Architecture {
  const { family, width, vocabulary, heads, keyHeads, headSize, biases, tied } = settings;
  checkGroups(heads, keyHeads);
  return {
    family,
    causal: true,
    width,
    vocabulary,
    heads,
    keyHeads,
    headSize,
    positions: { kind: 'rotary', rows: settings.rows },
    tokenTypes: 0,
    embedding: { width, norm: false, mapping: false, rootWidth: false },
    norm: { kind: 'rms', epsilon: settings.epsilon, bias: false, aroundOne: false },
    placement: 'pre',
    residual: 'serial',
    finalNorm: true,
    queryKeyNorm: settings.queryKeyNorm ?? false,
    biases,
    mlp: { kind: 'gated', activation: settings.activation, width: settings.inner },
    layers: settings.layers.map(({ reach, rotary }, layer) => ({
      block: `layers.${layer}`,
      scale: 1 / Math.sqrt(headSize),
      reach,
      rotary,
      attentionNorm: true,
    })),
    head: { transform: null, bias: false, tied, cap: null },
  };
}

/** How far back each layer sees, itself aside. Throws InputError for layers with a window where there is none. */
export function reaches(kinds: readonly LayerKind[], window: number | null): (number | null)[] {
  return kinds.map((kind) => {
    if (kind === 'full_attention') return null;
    if (window === null)
      throw refuse(
        'layer_types names layers with a window and there is none: expected a sliding_window (Qwen: and use_sliding_window true)',
      );
    return window - 1;
  });
}

export const NO_BIASES = { queryKeyValue: false, output: false, mlp: false } as const;

export const decoderNames: Names = {
  base: 'model.',
  token: 'embed_tokens.weight',
  attentionNorm: 'input_layernorm',
  queryKeyValue: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  queryNorm: 'self_attn.q_norm',
  keyNorm: 'self_attn.k_norm',
  output: 'self_attn.o_proj',
  mlpNorm: 'post_attention_layernorm',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
  finalNorm: 'norm',
  head: { decoder: ['lm_head.weight'] },
  extras: [/rotary_emb\.inv_freq$/, /^score\./, /^classifier\./, /^qa_outputs\./],
};
