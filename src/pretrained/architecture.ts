/**
 * What a network is, in the words of no library: every family maps its config to this, and everything else reads
 * this only. Plain data; not the weights, nor their names in a file.
 */
import type { ActivationName } from './activations.ts';
import type { Rotary } from './rotary.ts';

/** Rows of a learned position embedding. */
export interface LearnedPositions {
  readonly kind: 'learned';
  readonly rows: number;
  /**
   * RoBERTa's id of padding: tokens count from the place behind it, and a token of that id stands on it. null:
   * token i stands at i.
   */
  readonly padding: number | null;
}

/** Angles by which queries and keys are turned; how, each layer says. */
export interface RotaryPositions {
  readonly kind: 'rotary';
  /** The longest text that the config promises; null: there is no bound. */
  readonly rows: number | null;
}

export interface LayerShape {
  /** The block whose weights it uses, by its place in the file, such as `layers.3`; ALBERT's layers share some. */
  readonly block: string;
  /** What scores ⟨q, k⟩ are multiplied by: the β of the softmax. */
  readonly scale: number;
  /** How far from itself a token sees; null: any distance. */
  readonly reach: number | null;
  readonly rotary: Rotary | null;
  /** Whether attention has a norm before it, where norms come before. ModernBERT's first has none. */
  readonly attentionNorm: boolean;
}

/** From a state to scores of tokens. */
export interface HeadShape {
  /** A dense map, an activation and a norm before the embedding is asked; null: nothing. */
  readonly transform: { readonly activation: ActivationName; readonly bias: boolean } | null;
  readonly bias: boolean;
  /** The rows that scores are taken with are the embedding's. */
  readonly tied: boolean;
  /** c tanh(x / c) of the scores; null: none. */
  readonly cap: number | null;
}

export interface Architecture {
  readonly family: string;
  /** Tokens see what is before them only; else they see both sides, and a mask token is asked for. */
  readonly causal: boolean;
  /** Of a state. */
  readonly width: number;
  readonly vocabulary: number;
  readonly heads: number;
  /** Fewer than heads where heads share keys and values: head h reads floor(h · keyHeads / heads). */
  readonly keyHeads: number;
  readonly headSize: number;
  readonly positions: LearnedPositions | RotaryPositions;
  /** Rows of the embedding of token types; 0: there is none. */
  readonly tokenTypes: number;
  readonly embedding: {
    readonly width: number;
    readonly norm: boolean;
    /** A map from the embedding's width to that of the states. */
    readonly mapping: boolean;
    /** The token's row is multiplied by √width, rounded to the precision (Gemma). */
    readonly rootWidth: boolean;
  };
  readonly norm: {
    readonly kind: 'layer' | 'rms';
    readonly epsilon: number;
    readonly bias: boolean;
    /** The file holds gain − 1 (Gemma). */
    readonly aroundOne: boolean;
  };
  /** Norms behind the sums, before attention and MLP, or on both sides of these. */
  readonly placement: 'post' | 'pre' | 'sandwich';
  /** MLP of the stream after attention, or both of the same stream (NeoX). */
  readonly residual: 'serial' | 'parallel';
  readonly finalNorm: boolean;
  /** Norms of each head's query and key. */
  readonly queryKeyNorm: boolean;
  readonly biases: {
    readonly queryKeyValue: boolean;
    readonly output: boolean;
    readonly mlp: boolean;
  };
  readonly mlp: {
    /** Gated: activation(gate x) · up x. */
    readonly kind: 'plain' | 'gated';
    readonly activation: ActivationName;
    readonly width: number;
  };
  readonly layers: readonly LayerShape[];
  readonly head: HeadShape;
}
