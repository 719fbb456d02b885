/** First part of the step: how well each particle's key answers each particle's query. */
import type { Algebra } from '../numerics/algebra.ts';

/**
 * The weights of one attention step, row-vector convention y = x W.
 * Head h owns columns h·k … (h+1)·k of query, key and value, and the same rows of output.
 */
export interface AttentionWeights<A> {
  /** [d, H·k] */
  readonly query: A;
  /** [d, H·k] */
  readonly key: A;
  /** [d, H·k] */
  readonly value: A;
  /** [H·k, d] */
  readonly output: A;
}

/** The four matrices, each as `change` makes it. */
export const mapWeights = <A, B>(
  { query, key, value, output }: AttentionWeights<A>,
  change: (matrix: A) => B,
): AttentionWeights<B> => ({
  query: change(query),
  key: change(key),
  value: change(value),
  output: change(output),
});

/** Keys and values (KV) of the particles that are attended to. */
export interface KeysAndValues<A> {
  /** [B, m, H·k] */
  readonly keys: A;
  /** [B, m, H·k] */
  readonly values: A;
  /** What is added to the scaled scores of each, [B, H, m]; absent: nothing. */
  readonly potentials?: A;
}

/** x W, or x where there is no matrix: W = I. */
export const through = <A>(algebra: Algebra<A>, x: A, w: A | undefined): A =>
  w === undefined ? x : algebra.project(x, w);

/**
 * Keys and values of the particles x [B, m, d]; `scored`: the same from another origin, for their keys. Without
 * weights Q = K = V = O = I.
 */
export function keysAndValues<A>(
  algebra: Algebra<A>,
  weights: AttentionWeights<A> | null,
  x: A,
  scored = x,
): KeysAndValues<A> {
  return {
    keys: through(algebra, scored, weights?.key),
    values: through(algebra, x, weights?.value),
  };
}

/** ⟨Q x_i, K y_j⟩ per head: x [B, n, d] → [B, H, n, m]. β enters with the coupling. */
export function scores<A>(
  algebra: Algebra<A>,
  weights: AttentionWeights<A> | null,
  x: A,
  { keys }: KeysAndValues<A>,
  heads: number,
): A {
  return algebra.headScores(through(algebra, x, weights?.query), keys, heads);
}
