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
   * Row softmax of beta_h · scores [B, H, n, m] over the visible keys.
   * `visible` is 0/1 of shape [n, m] or [B, n, m]; hidden entries come out exactly 0. null: all visible.
   */
  softmax(scores: A, beta: readonly number[], visible: A | null): A;
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
