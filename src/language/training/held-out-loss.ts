/**
 * The causal loss of texts by the training engine (Float32): for networks that are no flow and have no
 * other forward pass. Models are evaluated in Float64 (evaluation/).
 */
import type { ParameterArray, TrainingEngine } from '../../engines/training-engine.ts';
import { causalBatch, type WordBoundaries } from './batches.ts';
import { batchLoss, type FlowSettings } from './objective.ts';
import type { ParameterPart } from './parts.ts';

/** Texts in one batch. */
const BATCH = 64;

export interface HeldOutLoss {
  readonly nats: number;
  /** Ends included. */
  readonly tokens: number;
}

/** −Σ log p of all tokens and ends of the texts, at depth L where the network is a flow. */
export function heldOutLoss(
  engine: TrainingEngine,
  layout: readonly ParameterPart[],
  parameters: readonly ParameterArray[],
  sequences: readonly Int32Array[],
  { words, flow, depth }: { words: WordBoundaries; flow: FlowSettings; depth: number },
): HeldOutLoss {
  const sorted = [...sequences].sort((a, b) => a.length - b.length);
  let [nats, tokens] = [0, 0];
  for (let from = 0; from < sorted.length; from += BATCH) {
    const batch = causalBatch(sorted.slice(from, from + BATCH), words);
    const [mean] = engine.evaluate(parameters, (algebra, arrays) =>
      batchLoss(algebra, layout, arrays, batch, flow, depth),
    );
    nats += mean * batch.targets.length;
    tokens += batch.targets.length;
  }
  return { nats, tokens };
}
