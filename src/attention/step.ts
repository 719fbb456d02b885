/** The step of a forward pass: the velocity of field.ts under a mask, without masses, and the layer. */
import type { Algebra, Balancing } from '../numerics/algebra.ts';
import { couplings } from './coupling.ts';
import { type Velocity, velocityBy } from './field.ts';
import { type AttentionWeights, type KeysAndValues, keysAndValues } from './scores.ts';

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

/** v_i = Σ_h O_h Σ_j A^h_ij V_h x_j, the attention field at the particles x [B, n, d]. */
export function attentionVelocity<A>(
  algebra: Algebra<A>,
  x: A,
  { weights, beta, mask, balancing, attended }: StepSettings<A>,
): Velocity<A> {
  const { keys, values, potentials } = attended ?? keysAndValues(algebra, weights, x);
  const { couple } = couplings[balancing ? 'sinkhorn' : 'softmax'];
  const given = { couple: couple<A>, mask, beta, balancing, potentials };
  return velocityBy(algebra, x, { weights, keys, values }, given);
}

/** The layer: x ← normalise(x + h v), a residual connection followed by RMS normalisation. */
export function layerStep<A>(algebra: Algebra<A>, x: A, velocity: A, h: number): A {
  return algebra.normalise(algebra.addScaled(x, velocity, h));
}

/** Projected Euler: x ← normalise(x + h P_x v); differs from the layer by O(h²). */
export function projectedEulerStep<A>(algebra: Algebra<A>, x: A, velocity: A, h: number): A {
  return layerStep(algebra, x, algebra.tangent(x, velocity), h);
}
