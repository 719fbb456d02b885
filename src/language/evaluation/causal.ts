/** How well a model continues texts: nats at any depth, with its attention or its depth taken away. */
import { log } from '../../numerics/elementary.ts';
import type { Depth, RunHooks } from '../model.ts';
import type { OwnModel } from '../own-model.ts';
import type { TextCost } from './estimates.ts';

/** −log p of the text's tokens and of its end, at the last frame and at the start of the flow. */
export interface TextLoss extends TextCost {
  /** The same read from the embedding, without any layer: the lens at layer 0. */
  readonly natsAtStart: number;
}

/** The causal loss of one text at depth L or `ode`. */
export function textLoss(model: OwnModel, text: string, depth: Depth, hooks?: RunHooks): TextLoss {
  const { tokenizer } = model;
  const ids = tokenizer.encodeIds(text);
  const targets = [...ids, tokenizer.special.end];
  const { first, last } = model.causalEnds([tokenizer.special.start, ...ids], {
    depth,
    hooks,
  });
  return {
    nats: negativeLogs(model, last.data, targets),
    natsAtStart: negativeLogs(model, first.data, targets),
    tokens: targets.length,
    bytes: new TextEncoder().encode(text).length,
  };
}

function negativeLogs(model: OwnModel, states: Float64Array, targets: readonly number[]): number {
  const p = model.tokenProbabilities(states);
  const size = model.tokenizer.size;
  return targets.reduce((sum, id, i) => sum - log(p[i * size + id]), 0);
}

/** Every attention matrix replaced by the uniform average: β = 0. */
export function uniformAttention({ sizes }: OwnModel): RunHooks {
  const none = new Array<number>(sizes.heads).fill(0);
  return { scores: () => none };
}
