/**
 * Third and last part: velocity and layer. With scores.ts and coupling.ts this is the one
 * definition of the attention step; every engine runs these lines or is certified against them.
 */
import type { Algebra, Balancing } from '../numerics/algebra.ts';
import { sinkhornCoupling, softmaxCoupling } from './coupling.ts';
import { type AttentionWeights, type KeysAndValues, keysAndValues, scores } from './scores.ts';

export interface StepSettings<A> {
  readonly weights: AttentionWeights<A>;
  /** Inverse temperature of each head; its length is the number of heads. */
  readonly beta: readonly number[];
  /** 0/1 of shape [n, m] or [B, n, m], 1 where query i may attend to key j; null: everywhere. */
  readonly mask: A | null;
  /** Keys and values to attend to; the particles' own when absent. */
  readonly attended?: KeysAndValues<A>;
  /** The columns sum to 1 too, as closely as this: the Sinkhorn coupling. Not with keys and values of others. */
  readonly balancing?: Balancing;
}

export interface Velocity<A> {
  /** v_i [B, n, d], not yet projected. */
  readonly velocity: A;
  /** A_ij per head [B, H, n, m]. */
  readonly coupling: A;
  /** Of the Sinkhorn coupling, [B, H, n]. */
  readonly potentials?: A;
}

/** v_i = Σ_h O_h Σ_j A^h_ij V_h x_j, the attention field at the particles x [B, n, d]. */
export function attentionVelocity<A>(
  algebra: Algebra<A>,
  x: A,
  settings: StepSettings<A>,
): Velocity<A> {
  const {
    weights,
    beta,
    mask,
    balancing,
    attended = keysAndValues(algebra, weights, x),
  } = settings;
  const heads = beta.length;
  const own = scores(algebra, weights, x, attended, heads);
  const coupled = balancing
    ? sinkhornCoupling(algebra, own, beta, mask, balancing)
    : { coupling: softmaxCoupling(algebra, own, beta, mask, attended.potentials) };
  const mixed = algebra.headMix(coupled.coupling, attended.values, heads);
  return { velocity: algebra.project(mixed, weights.output), ...coupled };
}

/** The layer: x ← normalise(x + h v), a residual connection followed by RMS normalisation. */
export function layerStep<A>(algebra: Algebra<A>, x: A, velocity: A, h: number): A {
  return algebra.normalise(algebra.addScaled(x, velocity, h));
}

/** Projected Euler: x ← normalise(x + h P_x v); differs from the layer by O(h²). */
export function projectedEulerStep<A>(algebra: Algebra<A>, x: A, velocity: A, h: number): A {
  return layerStep(algebra, x, algebra.tangent(x, velocity), h);
}
