/**
 * Second part of the step: from scores to the coupling A_ij, how much particle i listens to j.
 * Full and causal are one coupling with different masks; masses are a mask beyond 0 and 1.
 */
import type { Algebra, Balancing, CouplingAlgebra } from '../numerics/algebra.ts';
import { exp } from '../numerics/elementary.ts';

/** Far below what a layer's answer needs, far above round-off. */
export const BALANCING: Balancing = { tolerance: 1e-9, sweeps: 20_000 };

/** What a coupling is computed from. */
export interface Scored<A, Mask = A> {
  /** s_ij = ⟨Qx_i, Kx_j⟩ per head, [B, H, n, m]; β enters with the coupling. */
  readonly scores: A;
  /** Masses w_j behind their mask [n, m], or 0/1 of shape [n, m] or [B, n, m]; null: all alike. */
  readonly mask: Mask;
  /** Inverse temperature of each head. */
  readonly beta: readonly number[];
  /** Softmax: what is added to the scaled scores of each key, [B, H, m]. */
  readonly potentials?: A;
  /** Hardmax: scaled scores this close to the row's largest tie with it. */
  readonly tie?: number;
  /** Sinkhorn: how closely the columns sum to the masses. */
  readonly balancing?: Partial<Balancing>;
}

export interface Coupled<A> {
  /** A_ij per head, [B, H, n, m]. */
  readonly coupling: A;
  /** Of Sinkhorn, g [B, H, m]: what others who come to listen add to their scores. */
  readonly potentials?: A;
}

/** A way from scores and masses to the coupling. */
export interface Coupling {
  readonly title: string;
  /** A_ij, with s_ij = β⟨Qx_i, Kx_j⟩ and masses w_j. */
  readonly help: string;
  readonly citation: string;
  /** Why there is none that is causal, where there is none; said by whoever is asked for it. */
  readonly notCausal?: string;
  /** About the most that a row sums to for unit vectors, Q = K = I. */
  largest(beta: number): number;
  couple<A>(algebra: CouplingAlgebra<A>, from: Scored<A>): Coupled<A>;
}

const ONE = () => 1;
const scaled = <A>(algebra: CouplingAlgebra<A>, { scores, beta }: Scored<A>) =>
  algebra.scaleHeads(scores, beta);

/**
 * The couplings by name. Softmax and sinkhorn need the algebra of forward passes and training alone.
 * Where sums over k are causal they are over k ≤ i. A particle without mass is heard by nobody, and one that
 * sees no mass rests.
 */
export const couplings = {
  softmax: {
    title: 'Softmax',
    help: 'SA: w_j e^{s_ij} / Σ_k w_k e^{s_ik}.',
    citation: 'arXiv 2312.10794, eq. (SA)',
    largest: ONE,
    couple: <A>(
      algebra: Pick<Algebra<A>, 'softmax'>,
      { scores, beta, mask, potentials }: Scored<A, A | null>,
    ) => ({
      coupling: algebra.softmax(scores, beta, mask, potentials),
    }),
  },
  exponential: {
    title: 'Exponential',
    help: 'USA: w_j e^{s_ij}.',
    citation: 'arXiv 2312.10794, eq. (USA)',
    largest: (beta) => exp(Math.abs(beta)),
    couple: (algebra, from) => ({
      coupling: algebra.weigh(algebra.exponential(scaled(algebra, from)), from.mask),
    }),
  },
  hardmax: {
    title: 'Hardmax',
    help: 'w_j over the largest scores of a row, divided by their sum.',
    citation: 'arXiv 2305.05465',
    largest: ONE,
    couple: (algebra, from) => {
      const top = algebra.largest(scaled(algebra, from), from.mask, from.tie ?? 0);
      return { coupling: algebra.shares(algebra.weigh(top, from.mask)) };
    },
  },
  linear: {
    title: 'Linear',
    help: 'w_j s_ij.',
    citation: 'arXiv 2212.07677',
    largest: (beta) => Math.max(1, Math.abs(beta)),
    couple: (algebra, from) => ({ coupling: algebra.weigh(scaled(algebra, from), from.mask) }),
  },
  sinkhorn: {
    title: 'Sinkhorn',
    help: 'w_j e^{s_ij + f_i + g_j} with row sums 1 and Σ_i w_i A_ij = w_j: doubly stochastic.',
    citation: 'arXiv 2110.11773, eq. (5)',
    notCausal:
      'a causal mask has no doubly stochastic scaling: token 1 listens to itself only, so its column is full before token 2 is heard',
    largest: ONE,
    // as a softmax with column potentials, so that rows sum to 1 exactly
    couple: <A>(algebra: Algebra<A>, { scores, beta, mask, balancing }: Scored<A, A | null>) => {
      const potentials = algebra.columnPotentials(scores, beta, mask, {
        ...BALANCING,
        ...balancing,
      });
      return { coupling: algebra.softmax(scores, beta, mask, potentials), potentials };
    },
  },
} satisfies Record<string, Coupling>;

export type CouplingKind = keyof typeof couplings;

export const COUPLING_KINDS = Object.keys(couplings) as CouplingKind[];

/** The coupling of that kind, as every kind is. */
export const couplingOf = (kind: CouplingKind): Coupling => couplings[kind];

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
