/** Products with weight matrices around the kernels, in float64. Not the pairs of particles. */
import type { Interaction } from '../../attention/interaction.ts';
import type { AttentionWeights } from '../../attention/scores.ts';
import type { Matrix } from '../../numerics/matrix.ts';

type Weights = AttentionWeights<Matrix>;

/** out [n, columns] = x [n, rows] · w. */
export function project(x: Float64Array, w: Matrix, out: Float64Array, n: number): void {
  const { rows, columns, data } = w;
  out.fill(0, 0, n * columns);
  for (let i = 0; i < n; i++)
    for (let l = 0; l < rows; l++) {
      const factor = x[i * rows + l];
      for (let c = 0; c < columns; c++) out[i * columns + c] += factor * data[l * columns + c];
    }
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
