/**
 * Newton's method for the potentials of a barycentre on a fixed support: what ends its projections where they
 * are slow. Not a method of its own: it starts from theirs, and says where it does not get there.
 */
import { Matrix as LibraryMatrix, LuDecomposition } from 'ml-matrix';
import { exp } from '../numerics/elementary.ts';
import { type BarycentrePlan, type BarycentrePlans, onHistograms } from './barycentre-plans.ts';

const MOST_STEPS = 100;
/** The first τ, and that at which it gives up. */
const [FIRST, FEWEST] = [10, 0.1];
/** A step may leave the error so many times as large, for what passes a fold. */
const WORSE = 2;

/**
 * Steps until the error of `onHistograms` is within the tolerance, the plans are changed; returns that
 * error, which is larger where it did not get there. A step is one of implicit Euler, τ long, along what the projections do: τ = ∞ is Newton's, and τ
 * grows while the error falls (pseudo-transient continuation, Kelley & Keyes, SIAM J. Numer. Anal. 35, 1998).
 */
export function newtonForPlans(all: BarycentrePlans, epsilon: number, tolerance: number): number {
  keepMean(all);
  const unknowns = [...all.plans.map(({ g }) => g), all.correction];
  let [error, time] = [onHistograms(all, epsilon), FIRST];
  for (let step = 0; step < MOST_STEPS && error > tolerance && time > FEWEST; step++) {
    const moves = direction(all, epsilon, 1 / time);
    if (!moves) break;
    const start = unknowns.map((one) => one.slice());
    for (const [k, one] of unknowns.entries()) one.set(one.map((value, j) => value + moves[k][j]));
    const after = onHistograms(all, epsilon);
    if (after < WORSE * error) {
      time *= Math.min(2 * WORSE, (WORSE * error) / after);
      error = after;
    } else {
      time /= 8;
      for (const [k, one] of unknowns.entries()) one.set(start[k]);
      error = onHistograms(all, epsilon);
    }
  }
  return error;
}

/** Σ λ_k g_k = ε log d, as at the fixed point. */
function keepMean({ plans, correction }: BarycentrePlans): void {
  const off = correction.map((value, j) =>
    plans.reduce((rest, { weight, g }) => rest - weight * g[j], value),
  );
  for (const { g } of plans) for (let j = 0; j < g.length; j++) g[j] += off[j];
}

/**
 * Newton's direction for the fixed point of a round of projections, in logarithms, where small masses count
 * as large ones do: g_k = next_k + level, and d Kd = p. With A_k = ∂next_k/∂g_k, from the barycentre to the
 * histogram and back, the moves are δ_k = Z_k (r_k − q), Z_k = (1/τ + 1 − A_k + 1 p_kᵀ)⁻¹ (a constant added
 * to g_k changes nothing), and q is such that Σ λ_k δ_k = δ; δ, of the correction, is 0 or r − q =
 * (2/τ + 1 + S) δ, S = −∂blurred/∂correction (1/τ of its own and 1/τ in q). Null where that is singular.
 */
function direction(
  all: BarycentrePlans,
  epsilon: number,
  inertia: number,
): ArrayLike<number>[] | null {
  const { plans, level, correction, blurred, debiased } = all;
  const m = level.length;
  const [mean, target] = [LibraryMatrix.zeros(m, m), LibraryMatrix.zeros(m, 1)];
  const inverses: LibraryMatrix[] = [];
  const residuals = plans.map(({ g, next }) => columnOf(level.map((p, j) => p + next[j] - g[j])));
  for (const [k, plan] of plans.entries()) {
    const inverse = solved(roundTrip(all, plan, epsilon, inertia), LibraryMatrix.eye(m, m));
    if (!inverse) return null;
    mean.add(LibraryMatrix.mul(inverse, plan.weight));
    target.add(inverse.mmul(residuals[k]).mul(plan.weight));
    inverses.push(inverse);
  }
  const rest = columnOf(level.map((p, j) => p + blurred[j] - correction[j]));
  const spread = debiased ? spreading(all, epsilon, 2 * inertia) : null;
  const found = spread
    ? solved(
        LibraryMatrix.eye(m, m).sub(mean.mmul(spread)),
        LibraryMatrix.sub(target, mean.mmul(rest)),
      )
    : solved(mean, target);
  if (!found) return null;
  const q = spread ? LibraryMatrix.sub(rest, spread.mmul(found)) : found;
  const moves = inverses.map((inverse, k) => inverse.mmul(LibraryMatrix.sub(residuals[k], q)));
  return [...moves, spread ? found : LibraryMatrix.zeros(m, 1)].map((move) => move.to1DArray());
}

const columnOf = (values: Float64Array) => LibraryMatrix.columnVector(values);

function solved(matrix: LibraryMatrix, right: LibraryMatrix): LibraryMatrix | null {
  const factors = new LuDecomposition(matrix);
  return factors.isSingular() ? null : factors.solve(right);
}

/** 1/τ + 1 − A + 1 pᵀ of one plan, A_jl = Σ_i π_ij π_il / (p_j a_i). */
function roundTrip(
  { costs, level }: BarycentrePlans,
  { a, f, g, next }: BarycentrePlan,
  epsilon: number,
  inertia: number,
): LibraryMatrix {
  const [n, m] = [a.length, level.length];
  const share = (i: number, j: number, to: Float64Array) =>
    exp((f[i] + to[j] - costs[i * m + j]) / epsilon);
  const back = filled(m, n, (j, i) => (a[i] > 0 ? a[i] * share(i, j, next) : 0));
  const there = filled(n, m, (i, j) => share(i, j, g));
  const sums = g.map((value, j) => exp((value - next[j]) / epsilon));
  const round = back.mmul(there);
  return filled(m, m, (j, l) => (j === l ? 1 + inertia : 0) - round.get(j, l) + sums[l]);
}

/** 2/τ + 1 + S, S_jl = e^{(blurred_j + correction_l − C_jl)/ε}. */
function spreading(
  { costs, correction, blurred }: BarycentrePlans,
  epsilon: number,
  inertia: number,
): LibraryMatrix {
  const m = correction.length;
  return filled(
    m,
    m,
    (j, l) =>
      (j === l ? 1 + inertia : 0) + exp((blurred[j] + correction[l] - costs[j * m + l]) / epsilon),
  );
}

function filled(rows: number, columns: number, entry: (i: number, j: number) => number) {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[i * columns + j] = entry(i, j);
  return LibraryMatrix.from1DArray(rows, columns, out);
}
