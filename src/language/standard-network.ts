/**
 * The network of a standard transformer that was trained here: what training/standard-transformer.ts computes, as
 * blocks of src/pretrained. Not texts and answers, in which it is like a flow: standard-model.ts.
 *
 * Legend: d width, H heads, m hidden units, V tokens with the special ones. Norms are x √d / |x| without
 * gains; frame 0 is that of E + P, scores are ⟨q, k⟩ √(H/d).
 */
import { projectTransposed } from '../engines/reference.ts';
import { tensor } from '../engines/tensor.ts';
import { shapeSize } from '../numerics/vectors.ts';
import type { Architecture } from '../pretrained/architecture.ts';
import { type Arithmetic, arithmeticOf, type Linear, type Norm } from '../pretrained/arithmetic.ts';
import { type Network, networkOf } from '../pretrained/network.ts';
import type { Precision } from '../pretrained/precision.ts';
import { bytesSource, type TensorEntry } from '../pretrained/safetensors.ts';
import { type Numbers, storedTransposed } from '../pretrained/stored.ts';
import type { LayerWeights, NetworkWeights } from '../pretrained/weights.ts';
import type { StandardConfig } from './checkpoint.ts';
import type { Tensors } from './safetensors.ts';

export function standardNetwork(
  config: StandardConfig,
  tensors: Tensors,
  precision: Precision,
): Network {
  const arithmetic = arithmeticOf(precision);
  return networkOf({
    arithmetic,
    architecture: architectureOf(config),
    weights: weightsOf(config, tensors, arithmetic.hold),
    notes: [],
  });
}

function architectureOf({
  dimension: width,
  heads,
  depth,
  hidden,
  maximumPositions,
  vocabulary,
}: StandardConfig): Architecture {
  const headSize = width / heads;
  return {
    family: 'standard transformer',
    causal: true,
    width,
    vocabulary: vocabulary.length + 3,
    heads,
    keyHeads: heads,
    headSize,
    positions: { kind: 'learned', rows: maximumPositions, padding: null },
    tokenTypes: 0,
    embedding: { width, norm: true, mapping: false, rootWidth: false },
    norm: { kind: 'rms', epsilon: 0, bias: false, aroundOne: false },
    placement: 'pre',
    residual: 'serial',
    finalNorm: true,
    queryKeyNorm: false,
    biases: { queryKeyValue: false, output: false, mlp: false },
    mlp: { kind: 'plain', activation: 'gelu_new', width: hidden },
    layers: Array.from({ length: depth }, (_, layer) => ({
      block: `layers.${layer}`,
      scale: 1 / Math.sqrt(headSize),
      reach: null,
      rotary: null,
      attentionNorm: true,
    })),
    head: { transform: null, bias: true, tied: false, cap: null },
  };
}

function weightsOf(
  { dimension: d, depth, hidden, tied }: StandardConfig,
  tensors: Tensors,
  hold: Arithmetic['hold'],
): NetworkWeights {
  const { embedding } = tensors;
  const norm: Norm = {
    kind: 'rms',
    gain: new Float64Array(d).fill(1),
    bias: null,
    epsilon: 0,
  };
  /** Matrix number `at` [in, out] of a tensor. */
  const map = (name: string, at: number, shape: readonly [number, number]): Linear => {
    const size = shapeSize(shape);
    const data = tensors[name].data.subarray(at * size, (at + 1) * size);
    return { weight: hold(entryOf(name, shape, data), storedTransposed), bias: null };
  };
  const layers = Array.from({ length: depth }, (_, layer): LayerWeights => {
    const [query, key, value, output] = [0, 1, 2, 3].map((part) =>
      map('attention', 4 * layer + part, [d, d]),
    );
    return {
      attentionNorm: norm,
      query,
      key,
      value,
      queryNorm: null,
      keyNorm: null,
      output,
      attentionOutputNorm: null,
      mlpNorm: norm,
      gate: null,
      up: map('up', layer, [d, hidden]),
      down: map('down', layer, [hidden, d]),
      mlpOutputNorm: null,
    };
  });
  const whole = (name: string) => hold(entryOf(name, tensors[name].shape, tensors[name].data));
  return {
    token: whole('embedding'),
    position: whole('positions'),
    tokenType: null,
    embeddingNorm: norm,
    mapping: null,
    layers,
    finalNorm: norm,
    head: {
      dense: null,
      norm: null,
      decoder: {
        weight: tied
          ? hold(entryOf('output', embedding.shape, tiedOutput(tensors)))
          : whole('output'),
        bias: Float64Array.from(tensors.bias.data),
      },
    },
  };
}

/** E · readoutᵀ */
function tiedOutput({ embedding, readout }: Tensors): Float64Array {
  const wide = ({ shape, data }: Tensors[string]) => tensor(shape, Float64Array.from(data));
  return projectTransposed(wide(embedding), wide(readout)).data;
}

/** Numbers in memory as a tensor of a file. */
function entryOf(name: string, shape: readonly number[], data: Numbers): TensorEntry {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const type = data instanceof Float64Array ? 'F64' : 'F32';
  return { name, type, shape, source: bytesSource(name, bytes), from: 0, to: bytes.length };
}
