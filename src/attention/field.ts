/**
 * The velocity of an interaction: step.ts for every kind of coupling, with masses. The sign of the
 * interaction is left to whoever writes the velocity down.
 */
import type { CouplingAlgebra } from '../numerics/algebra.ts';
import { massCoupling } from './coupling.ts';
import { passesItselfAlong } from './effective.ts';
import type { Interaction } from './interaction.ts';
import type { AttentionWeights, KeysAndValues } from './scores.ts';

/** What the queries of a field listen to. */
export interface Sources<A> extends KeysAndValues<A> {
  readonly interaction: Interaction;
  /** null: one head with Q = K = V = O = I. */
  readonly weights: AttentionWeights<A> | null;
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
  const keysAndValues = {
    keys: through(algebra, scored, weights?.key),
    values: through(algebra, y, weights?.value),
  };
  const ownAlong = passesItselfAlong(interaction, weights && interaction.weights);
  return { interaction, weights, ownAlong, ...keysAndValues };
}

const through = <A>(algebra: CouplingAlgebra<A>, x: A, w: A | undefined): A =>
  w === undefined ? x : algebra.project(x, w);

/** A_ij per head [H, n, m] for queries x [n, d], from the origin of the keys, under the mask of masses `mask` [n, m]. */
export function fieldCoupling<A>(
  algebra: CouplingAlgebra<A>,
  x: A,
  { interaction, weights, keys }: Sources<A>,
  mask: A,
): A {
  const { beta, gaussian } = interaction;
  const queries = through(algebra, x, weights?.query);
  const scores = algebra.headScores(queries, keys, beta.length);
  const potentials = gaussian ? algebra.lengthPotentials(keys, beta) : undefined;
  return massCoupling(algebra, scores, mask, interaction, potentials);
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
  const { beta, relative } = from.interaction;
  const coupling = fieldCoupling(algebra, scored, from, mask);
  const mixed = relative
    ? algebra.headDifferences(
        coupling,
        from.values,
        through(algebra, x, from.weights?.value),
        beta.length,
      )
    : algebra.headMix(coupling, from.values, beta.length);
  return through(algebra, mixed, from.weights?.output);
}

/**
 * P_{x_i} v_i [n, d], without sign, as Σ_h O_h Σ_j A^h_ij V_h (x_j − x_i) and Σ_h O_h (Σ_j A^h_ij) V_h x_i,
 * each projected: in a cluster the velocity is a small difference of large terms. Where V_h O_h are
 * multiples of the identity the second part is radial and left out, so that a cluster's velocity keeps
 * its relative accuracy.
 */
export function fieldTangent<A>(algebra: CouplingAlgebra<A>, x: A, from: Sources<A>, mask: A): A {
  const heads = from.interaction.beta.length;
  const own = through(algebra, x, from.weights?.value);
  const coupling = fieldCoupling(algebra, x, from, mask);
  const projected = (mixed: A) => algebra.tangent(x, through(algebra, mixed, from.weights?.output));
  const pull = projected(algebra.headDifferences(coupling, from.values, own, heads));
  if (from.ownAlong) return pull;
  return algebra.addScaled(pull, projected(algebra.headTotals(coupling, own, heads)), 1);
}
