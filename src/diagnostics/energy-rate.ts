/** How fast the interaction energy changes, from the velocities and not from differences of frames. */
import { tangent } from '../geometry/sphere.ts';
import { exp } from '../numerics/elementary.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { dot } from '../numerics/vectors.ts';
import { type PreparedFrame, pairSum, readsPairs, type ScalarDiagnostic } from './diagnostic.ts';

export const energyRate: ScalarDiagnostic = {
  name: 'energy_rate',
  title: 'Energy rate',
  unit: '1/time',
  help: 'Ė = Σ w_i ⟨∇_iE, ẋ_i⟩ with ∇_iE = Σ_j w_j exp(β⟨x_i,x_j⟩) x_j, at fixed masses, for any velocities ẋ; with Q = K = V = I it is Σ w_i Z_i |ẋ_i|² ≥ 0 for softmax attention, Z_i = Σ_j w_j exp(β⟨x_i,x_j⟩), and Σ w_i |ẋ_i|² for the unnormalised one.',
  citation: 'arXiv 2312.10794',
  kind: 'scalar',
  reads: readsPairs,
  compute: (frame) => (frame.velocity ? rate(frame, frame.velocity) : null),
};

function rate(frame: PreparedFrame, velocity: Matrix): number {
  return frame.space === 'sphere'
    ? sphereRate(frame, tangents(frame, velocity))
    : euclideanRate(frame, velocity);
}

/**
 * −½ Σ_ij w_i w_j e^{β⟨x_i,x_j⟩} ⟨x_i − x_j, ẋ_i − ẋ_j⟩: as ⟨x_i, ẋ_i⟩ = 0, the differences may be
 * taken first, and a tight cluster keeps its digits.
 */
function sphereRate(frame: PreparedFrame, velocity: Matrix): number {
  const { gram, pairs, beta } = frame;
  const x = pairs.positions;
  const m = gram.rows;
  const none = () => 0;
  return (
    -0.5 *
    pairSum(
      frame,
      none,
      (a, b) => approach(x, velocity, pairs.indices, a, b) * exp(beta * gram.data[a * m + b]),
    )
  );
}

/** ⟨x_a − x_b, ẋ_a − ẋ_b⟩ */
function approach(
  x: Matrix,
  velocity: Matrix,
  indices: readonly number[] | null,
  a: number,
  b: number,
): number {
  const va = row(velocity, indices?.[a] ?? a);
  const vb = row(velocity, indices?.[b] ?? b);
  let sum = 0;
  for (let k = 0; k < va.length; k++)
    sum += (x.data[a * va.length + k] - x.data[b * va.length + k]) * (va[k] - vb[k]);
  return sum;
}

/** Σ_ij w_i w_j e^{β⟨x_i,x_j⟩} (⟨x_j, ẋ_i⟩ + ⟨x_i, ẋ_j⟩)/2 */
function euclideanRate(frame: PreparedFrame, velocity: Matrix): number {
  const { gram, pairs, beta, positions } = frame;
  const m = gram.rows;
  const v = (a: number) => row(velocity, pairs.indices?.[a] ?? a);
  return pairSum(
    frame,
    (i) => {
      const x = row(positions, i);
      return exp(beta * dot(x, x)) * dot(x, row(velocity, i));
    },
    (a, b) => {
      const [x, y] = [row(pairs.positions, a), row(pairs.positions, b)];
      return (exp(beta * gram.data[a * m + b]) * (dot(y, v(a)) + dot(x, v(b)))) / 2;
    },
  );
}

function tangents({ positions }: PreparedFrame, velocity: Matrix): Matrix {
  const result = matrix(positions.rows, positions.columns);
  for (let i = 0; i < positions.rows; i++)
    result.data.set(tangent(row(positions, i), row(velocity, i)), i * positions.columns);
  return result;
}
