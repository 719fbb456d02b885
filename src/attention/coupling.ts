/**
 * Second part of the step: from scores to the coupling A_ij, how much particle i listens to j.
 * Full and causal are one coupling with different masks; masses are a mask beyond 0 and 1.
 */
import type { Algebra, Balancing, CouplingAlgebra } from '../numerics/algebra.ts';
import type { CouplingKind, Interaction } from './interaction.ts';

export const COUPLING_NAMES = ['full', 'causal', 'sinkhorn'] as const;

/**
 * Who listens to whom: `full` everybody to everybody, `causal` to those before, `sinkhorn` as full, and
 * doubly stochastic: the columns of A sum to 1 too (arXiv 2110.11773).
 */
export type CouplingName = (typeof COUPLING_NAMES)[number];

/**
 * A = row softmax of β_h · scores over the keys that the mask shows (arXiv 2312.10794, eq. 2.2): [B, H, n, m]. Keys of
 * a Sinkhorn coupling bring their potentials [B, H, m].
 */
export function softmaxCoupling<A>(
  algebra: Algebra<A>,
  scores: A,
  beta: readonly number[],
  mask: A | null,
  potentials?: A,
): A {
  return algebra.softmax(scores, beta, mask, potentials);
}

/** Far below what a layer's answer needs, far above round-off. */
export const BALANCING: Balancing = { tolerance: 1e-9, sweeps: 20_000 };

export interface BalancedCoupling<A> {
  /** [B, H, n, m] */
  readonly coupling: A;
  /** g [B, H, m]: what others who come to listen add to their scores. */
  readonly potentials: A;
}

/**
 * A = the doubly stochastic scaling of e^{β_h · scores} (Sinkformers, arXiv 2110.11773, eq. 5), written as
 * a softmax with column potentials, so that its rows sum to 1 exactly: scores [B, H, n, n].
 */
export function sinkhornCoupling<A>(
  algebra: Algebra<A>,
  scores: A,
  beta: readonly number[],
  mask: A | null,
  balancing: Balancing,
): BalancedCoupling<A> {
  const potentials = algebra.columnPotentials(scores, beta, mask, balancing);
  return { coupling: algebra.softmax(scores, beta, mask, potentials), potentials };
}

/**
 * The 0/1 mask of key j for query i, row-major n × n: j < max(context, i + 1).
 * context = n is full coupling, context = 0 causal (arXiv 2411.04990); in between, the first
 * `context` particles see each other and the followers behind them see what came before.
 */
export function contextMask(n: number, context: number): Float64Array {
  const mask = new Float64Array(n * n);
  for (let i = 0; i < n; i++) mask.fill(1, i * n, i * n + Math.min(n, Math.max(context, i + 1)));
  return mask;
}

type CouplingSettings = Pick<Interaction, 'coupling' | 'beta' | 'tie' | 'balancing'>;

/** Why there is no such thing; said by whoever is asked for it. */
export const CAUSAL_SINKHORN =
  'a causal mask has no doubly stochastic scaling: token 1 listens to itself only, so its column is full before token 2 is heard';

/**
 * A_ij of interaction.ts from scores [B, H, n, m] and the masses behind their mask [n, m]: [B, H, n, m]. `potentials`
 * [B, H, m] are added to the scaled scores of a softmax.
 */
export function massCoupling<A>(
  algebra: CouplingAlgebra<A>,
  scores: A,
  mask: A,
  { coupling, beta, tie, balancing }: CouplingSettings,
  potentials?: A,
): A {
  const scaled = () => algebra.scaleHeads(scores, beta);
  const couplings: Record<CouplingKind, () => A> = {
    softmax: () => algebra.softmax(scores, beta, mask, potentials),
    exponential: () => algebra.weigh(algebra.exponential(scaled()), mask),
    hardmax: () => algebra.shares(algebra.weigh(algebra.largest(scaled(), mask, tie), mask)),
    linear: () => algebra.weigh(scaled(), mask),
    sinkhorn: () =>
      sinkhornCoupling(algebra, scores, beta, mask, { ...BALANCING, ...balancing }).coupling,
  };
  return couplings[coupling]();
}

/** The mask of masses for queries from … to − 1 and n keys, row-major: w_j, or 0 for j > i if causal. */
export function massMask(
  masses: Float64Array,
  causal: boolean,
  from: number,
  to: number,
): Float64Array {
  const n = masses.length;
  const mask = new Float64Array((to - from) * n);
  for (let i = from; i < to; i++)
    mask.set(causal ? masses.subarray(0, i + 1) : masses, (i - from) * n);
  return mask;
}
