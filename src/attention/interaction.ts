/**
 * What couples the particles of a flow, as data. Every engine reads this one description, so that a
 * dynamics need not know who computes it. Not the algebra that computes it: scores, coupling and step.
 */
import type { Balancing } from '../numerics/algebra.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { CouplingKind } from './coupling.ts';
import type { AttentionWeights } from './scores.ts';

export interface Interaction {
  /** How scores s_ij = β⟨Qx_i, Kx_j⟩ and masses w_j become the coupling A_ij: a name of `couplings`. */
  readonly coupling: CouplingKind;
  /** Particle i listens to j ≤ i only. */
  readonly causal: boolean;
  /** Inverse temperature of each head; its length is the number of heads. */
  readonly beta: readonly number[];
  /** Row-vector convention y = x W; null: one head with Q = K = V = O = I. */
  readonly weights: AttentionWeights<Matrix> | null;
  /** A factor on the velocity: −1 for repulsion. */
  readonly sign: 1 | -1;
  /** Hardmax: scores this close to the row's largest tie with it, absolute. */
  readonly tie: number;
  /**
   * Softmax: scores −β|Qx_i − Kx_j|²/2 instead of inner products, which a doubly stochastic coupling
   * cannot tell apart and a softmax can (arXiv 2110.11773, section 4).
   */
  readonly gaussian?: boolean;
  /** Listens to differences: Σ_h O_h Σ_j A^h_ij V_h (x_j − x_i), without any projection (arXiv 2110.11773). */
  readonly relative?: boolean;
  /** Sinkhorn: how closely the columns sum to the masses, where not as closely as the engine is asked for. */
  readonly balancing?: Partial<Balancing>;
}
