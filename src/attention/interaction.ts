/**
 * What couples the particles of a flow, as data. Every engine reads this one description, so that a
 * dynamics need not know who computes it. Not the algebra that computes it: scores, coupling and step.
 */
import type { Balancing } from '../numerics/algebra.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { AttentionWeights } from './scores.ts';

/**
 * How scores s_ij = β⟨Qx_i, Kx_j⟩ and masses w_j become the coupling A_ij:
 * softmax (SA) w_j e^{s_ij} / Σ_k w_k e^{s_ik}; exponential (USA) w_j e^{s_ij};
 * hardmax w_j over the row's largest scores, divided by their sum; linear w_j s_ij; sinkhorn
 * w_j e^{s_ij + f_i + g_j} with row sums 1 and Σ_i w_i A_ij = w_j (arXiv 2110.11773), never causal.
 * Causal: j ≤ i only, so that sums over k are too. A particle without mass is heard by nobody, and
 * one that sees no mass rests.
 */
export type CouplingKind = 'softmax' | 'exponential' | 'hardmax' | 'linear' | 'sinkhorn';

export interface Interaction {
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
