/** What an interaction comes to, for engines that treat simple ones apart. Not its velocity: field.ts. */
import { entryOf } from '../numerics/held.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { norm } from '../numerics/vectors.ts';
import { couplingOf } from './coupling.ts';
import type { Interaction } from './interaction.ts';
import type { AttentionWeights } from './scores.ts';

type Weights = AttentionWeights<Matrix>;

function isIdentity({ rows, columns, data }: Matrix): boolean {
  return (
    rows === columns && data.every((value, at) => value === (at % (columns + 1) === 0 ? 1 : 0))
  );
}

/** The weights, or null where they change nothing: one head with Q = K = V = O = I. */
export function effectiveWeights({ weights, beta }: Interaction): Weights | null {
  if (!weights || beta.length > 1) return weights;
  const { query, key, value, output } = weights;
  return [query, key, value, output].every(isIdentity) ? null : weights;
}

/** Queries and keys are the particles themselves: one head, Q = K = I. */
export function scoresOwnPositions({ beta }: Interaction, weights: Weights | null): boolean {
  return !weights || (beta.length === 1 && isIdentity(weights.query) && isIdentity(weights.key));
}

/**
 * The coupling is the same wherever the origin is: scores are distances of particles, or a doubly stochastic
 * scaling takes out what a shift adds to rows and columns of them.
 */
export function couplesDifferences(
  { coupling, gaussian }: Interaction,
  weights: Weights | null,
): boolean {
  return coupling === 'sinkhorn' || (gaussian === true && scoresSymmetric(weights));
}

/**
 * Positions [n, d] from their mean: as products of those, scores of distances keep the digits that they lose
 * where all lie far from the origin.
 */
export function fromMean(positions: Float64Array, masses: Float64Array): Float64Array {
  const d = positions.length / masses.length;
  const mean = new Float64Array(d);
  for (let at = 0; at < positions.length; at++)
    mean[at % d] += masses[Math.floor(at / d)] * positions[at];
  return positions.map((value, at) => value - mean[at % d]);
}

/** Every query is a key: ⟨Qx_i, Kx_j⟩ = ⟨Qx_j, Kx_i⟩ to the last bit. */
export function scoresSymmetric(weights: Weights | null): boolean {
  if (!weights) return true;
  const { query, key } = weights;
  return query.data.every((value, at) => value === key.data[at]);
}

/**
 * What a particle passes to itself lies along it: V_h O_h is a multiple of the identity for every head, or
 * only differences are listened to. Only matrices that show it at a glance count: V_h and O_h both such multiples.
 */
export function passesItselfAlong(
  { beta, relative }: Interaction,
  weights: Weights | null,
): boolean {
  if (!weights || relative) return true;
  const { value, output } = weights;
  const size = output.rows / beta.length;
  if (size !== output.columns || size !== value.rows) return false;
  return beta.every(
    (_, h) =>
      isMultiple((i, j) => at(value, i, h * size + j), size) &&
      isMultiple((i, j) => at(output, h * size + i, j), size),
  );
}

const at = (m: Matrix, i: number, j: number) => entryOf(m, i * m.columns + j);

/** The entries are those of a multiple of the identity. */
function isMultiple(entry: (i: number, j: number) => number, size: number): boolean {
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) if (entry(i, j) !== (i === j ? entry(0, 0) : 0)) return false;
  return true;
}

/**
 * How large a velocity of unit particles in R^d may be: |V|·|O| as Frobenius norms a head and a
 * dimension, times the most that a row of couplings sums to. With general Q and K it is an estimate.
 */
export function velocityScale(interaction: Interaction, d: number): number {
  const { beta, coupling } = interaction;
  const weights = effectiveWeights(interaction);
  const values = weights
    ? (norm(weights.value.data) * norm(weights.output.data)) / Math.sqrt(d * beta.length)
    : 1;
  // a power is what unit vectors reach, and of other scores nobody knows
  if (coupling === 'exponential' && !scoresOwnPositions(interaction, weights)) return values;
  return values * Math.max(...beta.map(couplingOf(coupling).largest));
}

/** The largest |β| with e^{|β|} in the type. */
const LARGEST_BETA = { float32: 88.7, float64: 709.7 } as const;

/**
 * A clause that names the largest usable β where e^{|β|} does not fit the type, which exponential attention with
 * Q = K = I reaches between a particle and itself, or below 0 its opposite; or null.
 */
export function exponentialOverflow(
  interaction: Interaction,
  precision: keyof typeof LARGEST_BETA,
): string | null {
  const { coupling, beta } = interaction;
  const own = () => scoresOwnPositions(interaction, effectiveWeights(interaction));
  if (coupling !== 'exponential' || Math.abs(beta[0]) <= LARGEST_BETA[precision] || !own())
    return null;
  const remedy =
    precision === 'float32'
      ? `float64 takes up to ${LARGEST_BETA.float64}`
      : 'or use the softmax coupling, which takes any';
  return `e^${beta[0] < 0 ? '|β|' : 'β'} does not fit ${precision} at β = ${beta[0]}: the largest usable ${beta[0] < 0 ? '|β|' : 'β'} is ${LARGEST_BETA[precision]}, ${remedy}`;
}
