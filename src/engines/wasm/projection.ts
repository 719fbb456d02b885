/** Products with weight matrices around the kernels, in float64. Not the pairs of particles. */
import type { Interaction } from '../../attention/interaction.ts';
import type { AttentionWeights } from '../../attention/scores.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { referenceAlgebra, tensor } from '../reference.ts';

type Weights = AttentionWeights<Matrix>;

/** x [n, rows] · w [rows, columns], as a new array. */
export function project(x: Float64Array, { rows, columns, data }: Matrix, n: number): Float64Array {
  const particles = tensor([n, rows], x.subarray(0, n * rows));
  return referenceAlgebra.project(particles, tensor([rows, columns], data)).data;
}

export function isIdentity({ rows, columns, data }: Matrix): boolean {
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

/** Queries and keys are the particles themselves. */
export function scoresOwnPositions({ beta }: Interaction, weights: Weights | null): boolean {
  return !weights || (beta.length === 1 && isIdentity(weights.query) && isIdentity(weights.key));
}

/** Σ_h |V_h|·|O_h| / √d in Frobenius norms: how large a velocity of unit particles typically is. */
export function valueScale({ beta }: Interaction, weights: Weights | null, d: number): number {
  return weights ? (norm(weights.value) * norm(weights.output)) / Math.sqrt(d * beta.length) : 1;
}

const norm = ({ data }: Matrix) => Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0));
