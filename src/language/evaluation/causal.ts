/** How well a model continues texts: nats at any depth, with its attention or its depth taken away. */
import type { Float64Tensor } from '../../engines/tensor.ts';
import { log } from '../../numerics/elementary.ts';
import { FlowModel } from '../flow-model.ts';
import type { Depth } from '../model.ts';
import { couplingMask, embed, flow, tokenProbabilities } from '../transformer.ts';
import type { TextCost } from './estimates.ts';

/** −log p of the text's tokens and of its end, at the last frame and at the start of the flow. */
export interface TextLoss extends TextCost {
  /** The same read from the embedding, without any layer: the lens at layer 0. */
  readonly natsAtStart: number;
}

/** The causal loss of one text at depth L or `ode`. */
export function textLoss(model: FlowModel, text: string, depth: Depth): TextLoss {
  const { tokenizer } = model;
  const ids = tokenizer.encodeIds(text);
  const targets = [...ids, tokenizer.special.end];
  const { first, last } = causalEnds(model, [tokenizer.special.start, ...ids], depth);
  return {
    nats: negativeLogs(model, last, targets),
    natsAtStart: negativeLogs(model, first, targets),
    tokens: targets.length,
    bytes: new TextEncoder().encode(text).length,
  };
}

/** First and last positions of a causal flow. */
export function causalEnds(model: FlowModel, ids: readonly number[], depth: Depth) {
  const places = ids.map((_, i) => i);
  const first = embed(model, ids, places);
  let last: Float64Tensor = first;
  for (const frame of flow(model, first, couplingMask('causal', ids.length), depth))
    last = frame.positions;
  return { first, last };
}

function negativeLogs(model: FlowModel, x: Float64Tensor, targets: readonly number[]): number {
  const p = tokenProbabilities(model, x.data);
  const size = model.tokenizer.size;
  return targets.reduce((sum, id, i) => sum - log(p[i * size + id]), 0);
}

/** The model with every attention matrix replaced by the uniform average: β = 0. */
export function withUniformAttention(model: FlowModel): FlowModel {
  const { config, tokenizer, weights } = model;
  return new FlowModel({
    config: { ...config, beta: config.beta.map(() => 0) },
    tokenizer,
    weights,
  });
}
