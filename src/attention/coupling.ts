/**
 * Second part of the step: from scores to the coupling A_ij, how much particle i listens to j.
 * Full and causal are one coupling with different visibility; masses are a visibility beyond 0 and 1.
 */
import type { Algebra, CouplingAlgebra } from '../numerics/algebra.ts';
import type { CouplingKind, Interaction } from './interaction.ts';

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

type CouplingSettings = Pick<Interaction, 'coupling' | 'beta' | 'tie'>;

/** A_ij of interaction.ts from scores [B, H, n, m] and the masses seen [n, m]: [B, H, n, m]. */
export function massCoupling<A>(
  algebra: CouplingAlgebra<A>,
  scores: A,
  seen: A,
  { coupling, beta, tie }: CouplingSettings,
): A {
  const scaled = () => algebra.scaleHeads(scores, beta);
  const couplings: Record<CouplingKind, () => A> = {
    softmax: () => algebra.softmax(scores, beta, seen),
    exponential: () => algebra.weigh(algebra.exponential(scaled()), seen),
    hardmax: () => algebra.shares(algebra.weigh(algebra.largest(scaled(), seen, tie), seen)),
    linear: () => algebra.weigh(scaled(), seen),
  };
  return couplings[coupling]();
}

/** The masses that queries from … to − 1 see of n keys, row-major: w_j, or 0 for j > i if causal. */
export function seenMasses(
  masses: Float64Array,
  causal: boolean,
  from: number,
  to: number,
): Float64Array {
  const n = masses.length;
  const seen = new Float64Array((to - from) * n);
  for (let i = from; i < to; i++)
    seen.set(causal ? masses.subarray(0, i + 1) : masses, (i - from) * n);
  return seen;
}
