/** How far a doubly stochastic scaling goes. */
export interface Balancing {
  /**
   * Largest |column sum / mass − 1| that is good enough, or what round-off of the scores leaves if that is more;
   * engines for training make all sweeps instead.
   */
  readonly tolerance: number;
  /** Sweeps of Sinkhorn's algorithm, at most. */
  readonly sweeps: number;
}

/**
 * The small algebra of array operations over which attention is defined once.
 * An engine implements it for its own arrays: Float64 arrays, tfjs tensors, and others later.
 *
 * Legend: B batch (optional leading axis), n queries, m keys, d dimension, H heads, k = size of a head.
 */
export interface Algebra<A> {
  /** Moves values of the given shape into the engine. */
  array(values: ArrayLike<number>, shape: readonly number[]): A;
  /** x [B, n, d] · w [d, e] → [B, n, e]: every particle (a row) through one matrix. */
  project(x: A, w: A): A;
  /** Scores per head: q [B, n, H·k], k [B, m, H·k] → ⟨q_i, k_j⟩ [B, H, n, m]. */
  headScores(q: A, k: A, heads: number): A;
  /**
   * Row softmax of beta_h · scores [B, H, n, m] over the keys that the mask shows.
   * `mask` is 0/1 of shape [n, m] or [B, n, m]; hidden entries come out exactly 0. null: none is hidden.
   * With `potentials` g [B, H, m] it is that of beta_h · scores_ij + g_j.
   */
  softmax(scores: A, beta: readonly number[], mask: A | null, potentials?: A): A;
  /**
   * The potentials g [B, H, m] of scores [B, H, n, n] with which the softmax is doubly stochastic: its
   * columns, too, sum to the masses (1/n for a `mask` 0/1). Particles that see each other are scaled
   * together, mean potential 0; a particle that no other one sees back has potential 0.
   * Throws ConvergenceError where the tolerance is not reached.
   */
  columnPotentials(scores: A, beta: readonly number[], mask: A | null, balancing: Balancing): A;
  /** Per head Σ_j A_ij v_j: coupling [B, H, n, m], v [B, m, H·k] → [B, n, H·k]. */
  headMix(coupling: A, v: A, heads: number): A;
  /** x + scale · y, same shapes. */
  addScaled(x: A, y: A, scale: number): A;
  /** (1 − t) · a + t · b, same shapes. */
  interpolate(a: A, b: A, t: number): A;
  /** Every row divided by its Euclidean length: the retraction to the unit sphere. */
  normalise(x: A): A;
  /** P_x v = v − ⟨x, v⟩ x, row by row: the projection on the tangent space at x. */
  tangent(x: A, v: A): A;
}

/**
 * What masses, and couplings other than the softmax, need besides. Apart from the algebra because
 * training and forward passes use none of it. `mask` [n, m] is the mass of key j for query i, 0 where hidden.
 */
export interface CouplingAlgebra<A> extends Algebra<A> {
  /** seen_ij e^{β_h s_ij} over the row's sum: 0/1 is the softmax above. A row that sees no mass is 0. */
  softmax(scores: A, beta: readonly number[], mask: A | null, potentials?: A): A;
  /** beta_h · scores [B, H, n, m]. */
  scaleHeads(scores: A, beta: readonly number[]): A;
  /** e^x, entry by entry. */
  exponential(x: A): A;
  /** 1 where an entry of [B, H, n, m] is within `tie` of the largest one of its row that is not hidden, else 0. */
  largest(x: A, mask: A, tie: number): A;
  /** seen_ij · x_ij, exactly 0 where seen_ij is: x [B, H, n, m]. */
  weigh(x: A, mask: A): A;
  /** −½ beta_h |k_j|² per head: k [m, H·k] → [H, m]. What makes an inner product a distance. */
  lengthPotentials(k: A, beta: readonly number[]): A;
  /** Every row divided by its sum; a row of zeros stays. */
  shares(x: A): A;
  /** Per head Σ_j A_ij (v_j − u_i): coupling [B, H, n, m], v [B, m, H·k], u [B, n, H·k] → [B, n, H·k]. */
  headDifferences(coupling: A, v: A, u: A, heads: number): A;
}
