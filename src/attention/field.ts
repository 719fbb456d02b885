/**
 * Third part: the velocity. With scores.ts and coupling.ts this is the one definition of attention, for every
 * coupling, with masses or a mask; every engine runs these lines or is certified against them. The sign of an
 * interaction is left to whoever writes the velocity down.
 */
import type { Algebra, CouplingAlgebra } from '../numerics/algebra.ts';
import { type Coupled, couplingOf, type Scored } from './coupling.ts';
import { passesItselfAlong } from './effective.ts';
import type { Interaction } from './interaction.ts';
import {
  type AttentionWeights,
  type KeysAndValues,
  keysAndValues,
  scores,
  through,
} from './scores.ts';

/** What queries attend to. */
export interface Attended<A> extends KeysAndValues<A> {
  /** null: one head with Q = K = V = O = I. */
  readonly weights: AttentionWeights<A> | null;
}

export interface Velocity<A> extends Coupled<A> {
  /** v_i [B, n, d], not yet projected. */
  readonly velocity: A;
}

/** What is known of a coupling before the scores are, and who computes it over which algebra. */
interface Couple<A, Mask, G> extends Omit<Scored<A, Mask>, 'scores'> {
  readonly couple: (algebra: G, from: Scored<A, Mask>) => Coupled<A>;
}

function coupledBy<A, Mask, G extends Algebra<A>>(
  algebra: G,
  x: A,
  from: Attended<A>,
  { couple, mask, beta, potentials, tie, balancing }: Couple<A, Mask, G>,
): Coupled<A> {
  const own = scores(algebra, from.weights, x, from, beta.length);
  return couple(algebra, { scores: own, mask, beta, potentials, tie, balancing });
}

/** v_i = Σ_h O_h Σ_j A^h_ij V_h x_j [B, n, d] at the queries x [B, n, d], and A. */
export function velocityBy<A, Mask, G extends Algebra<A>>(
  algebra: G,
  x: A,
  from: Attended<A>,
  given: Couple<A, Mask, G>,
): Velocity<A> {
  const { coupling, potentials } = coupledBy(algebra, x, from, given);
  const mixed = algebra.headMix(coupling, from.values, given.beta.length);
  return { velocity: through(algebra, mixed, from.weights?.output), coupling, potentials };
}

/** What the queries of a field listen to. */
export interface Sources<A> extends Attended<A> {
  readonly interaction: Interaction;
  /** What a particle passes to itself lies along it. */
  readonly ownAlong: boolean;
}

/** Keys and values of the particles y [m, d]; `scored`: the same from another origin, for their keys. */
export function sources<A>(
  algebra: CouplingAlgebra<A>,
  y: A,
  interaction: Interaction,
  weights: AttentionWeights<A> | null,
  scored = y,
): Sources<A> {
  const ownAlong = passesItselfAlong(interaction, weights && interaction.weights);
  return { interaction, weights, ownAlong, ...keysAndValues(algebra, weights, y, scored) };
}

function coupleOf<A>(
  algebra: CouplingAlgebra<A>,
  { interaction, keys }: Sources<A>,
  mask: A,
): Couple<A, A, CouplingAlgebra<A>> {
  const { coupling, beta, tie, balancing, gaussian } = interaction;
  const potentials = gaussian ? algebra.lengthPotentials(keys, beta) : undefined;
  return { couple: couplingOf(coupling).couple, mask, beta, tie, balancing, potentials };
}

/** A_ij per head [H, n, m] for queries x [n, d], from the origin of the keys, under the mask of masses `mask` [n, m]. */
export function fieldCoupling<A>(algebra: CouplingAlgebra<A>, x: A, from: Sources<A>, mask: A): A {
  return coupledBy(algebra, x, from, coupleOf(algebra, from, mask)).coupling;
}

/**
 * v_i = Σ_h O_h Σ_j A^h_ij V_h x_j [n, d] at the queries x [n, d], not projected and without sign; of
 * differences x_j − x_i where the interaction is relative. `scored`: the queries from the origin of the keys.
 */
export function fieldAmbient<A>(
  algebra: CouplingAlgebra<A>,
  x: A,
  from: Sources<A>,
  mask: A,
  scored = x,
): A {
  if (!from.interaction.relative)
    return velocityBy(algebra, scored, from, coupleOf(algebra, from, mask)).velocity;
  const own = through(algebra, x, from.weights?.value);
  return pull(algebra, own, from, fieldCoupling(algebra, scored, from, mask));
}

/** Σ_h O_h Σ_j A^h_ij (V_h x_j − u_i) [n, d] for u = V x. */
function pull<A>(algebra: CouplingAlgebra<A>, own: A, from: Sources<A>, coupling: A): A {
  const mixed = algebra.headDifferences(coupling, from.values, own, from.interaction.beta.length);
  return through(algebra, mixed, from.weights?.output);
}

/**
 * P_{x_i} v_i [n, d], without sign. Where V_h O_h are multiples of the identity, what a particle passes to itself is
 * radial and left out, as Σ_h O_h Σ_j A^h_ij V_h (x_j − x_i): in a cluster the velocity is a small difference of large
 * terms, and so keeps its relative accuracy. Elsewhere it is no smaller than those terms.
 */
export function fieldTangent<A>(algebra: CouplingAlgebra<A>, x: A, from: Sources<A>, mask: A): A {
  if (!from.ownAlong) return algebra.tangent(x, fieldAmbient(algebra, x, from, mask));
  const own = through(algebra, x, from.weights?.value);
  return algebra.tangent(x, pull(algebra, own, from, fieldCoupling(algebra, x, from, mask)));
}
