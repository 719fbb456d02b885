/** A forward pass of L layers as a trajectory: L Euler layers of step h = T / L. */
import type { AttentionWeights, KeysAndValues } from '../attention/scores.ts';
import { attentionVelocity, layerStep } from '../attention/step.ts';
import type { Algebra, Balancing } from '../numerics/algebra.ts';

export interface LayerFlow<A> {
  /** θ(t) for t ∈ [0, 1]. */
  readonly weights: (t: number) => AttentionWeights<A>;
  readonly beta: readonly number[];
  readonly horizon: number;
  /** L ≥ 1. */
  readonly depth: number;
  readonly mask: A | null;
  /** The columns sum to 1 too, as closely as this (Sinkhorn); not with keys and values of others. */
  readonly balancing?: Balancing;
  /** What the particles attend to in layer k, when it is not just themselves. */
  readonly attended?: (layer: number, weights: AttentionWeights<A>, x: A) => KeysAndValues<A>;
  /** Moves the particles of a frame, 0 … L, before the flow goes on from there. */
  readonly patch?: (frame: number, x: A) => A;
}

export interface LayerFrame<A> {
  /** Depth-time of the frame, 0 … T. */
  readonly time: number;
  readonly positions: A;
  /** The coupling of the layer that led here; null at the start. */
  readonly coupling: A | null;
  /** Of the Sinkhorn coupling that led here. */
  readonly potentials?: A;
}

/** Layer k = 0 … L−1 reads θ((k + ½) / L). Yields L + 1 frames, the start first. */
export function* layers<A>(
  algebra: Algebra<A>,
  flow: LayerFlow<A>,
  start: A,
): Generator<LayerFrame<A>> {
  const h = flow.horizon / flow.depth;
  const patched = (frame: number, x: A) => flow.patch?.(frame, x) ?? x;
  let positions = patched(0, start);
  yield { time: 0, positions, coupling: null };
  for (let k = 0; k < flow.depth; k++) {
    const weights = flow.weights((k + 0.5) / flow.depth);
    const attended = flow.attended?.(k, weights, positions);
    const { velocity, ...coupled } = attentionVelocity(algebra, positions, {
      weights,
      beta: flow.beta,
      mask: flow.mask,
      balancing: flow.balancing,
      attended,
    });
    positions = patched(k + 1, layerStep(algebra, positions, velocity, h));
    yield { time: (k + 1) * h, positions, ...coupled };
  }
}
