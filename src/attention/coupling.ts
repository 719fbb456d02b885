/**
 * Second part of the step: from scores to the coupling A_ij, how much particle i listens to j.
 * Full and causal are one softmax with different visibility.
 */
import type { Algebra } from '../numerics/algebra.ts';

export type CouplingName = 'full' | 'causal';

/** A = row softmax of β_h · scores over the visible keys (arXiv 2312.10794, eq. 2.2): [B, H, n, m]. */
export function softmaxCoupling<A>(
  algebra: Algebra<A>,
  scores: A,
  beta: readonly number[],
  visible: A | null,
): A {
  return algebra.softmax(scores, beta, visible);
}

/**
 * The 0/1 visibility of key j for query i, row-major n × n: j < max(context, i + 1).
 * context = n is full coupling, context = 0 causal (arXiv 2411.04990); in between, the first
 * `context` particles see each other and the followers behind them see what came before.
 */
export function visibility(n: number, context: number): Float64Array {
  const visible = new Float64Array(n * n);
  for (let i = 0; i < n; i++) visible.fill(1, i * n, i * n + Math.min(n, Math.max(context, i + 1)));
  return visible;
}
