/**
 * Stationary laws of USA with noise on S^{d−1} that are symmetric about an axis, for any d ≥ 2: a density of
 * s = ⟨x, axis⟩ alone, by Gegenbauer polynomials. Branches are followed through their folds, where an iteration in κ
 * (circle.ts) cannot go. Laws that move: circle.ts and sphere.ts.
 */
import { Matrix as LibraryMatrix, LuDecomposition } from 'ml-matrix';
import { exp, log } from '../../numerics/elementary.ts';
import { ConvergenceError } from '../../numerics/errors.ts';
import { matrix } from '../../numerics/matrix.ts';
import { symmetricEigen } from '../../numerics/spectrum.ts';
import { dot, largestOf } from '../../numerics/vectors.ts';

/** d and β, with what integrals over s take. */
export interface AxisProblem {
  readonly d: number;
  readonly beta: number;
  /** Gauss nodes of the law of s under the uniform one, (1 − s²)^{(d−3)/2}, and their weights of sum 1. */
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
  /** P_l at the nodes, P_l(1) = 1, l = 0 … DEGREE. */
  readonly polynomials: readonly Float64Array[];
  /** h = Σ_l gains[l] m_l P_l: dim_l ∫ e^{βs} P_l, by Funk and Hecke. */
  readonly gains: Float64Array;
  /** κ_c, at which the uniform law loses its stability: β / ∫ e^{βs} P_1. */
  readonly critical: number;
}

/** A stationary law, its density ∝ e^{κh/β}. */
export interface AxisLaw {
  readonly kappa: number;
  /** m_l = ∫ P_l dμ; m_1 is the length of the mean. */
  readonly moments: Float64Array;
  /** −(1/2β)∬ e^{β⟨x,y⟩} dμ dμ + (1/κ) Ent(μ), less that of the uniform law. */
  readonly freeEnergy: number;
}

const NODES = 64;
const DEGREE = 30;
const ROUNDS = 60;
const STILL = 1e-12;
/** Mass at one node, beyond which the nodes do not show the law. */
const SHARPEST = 0.25;

/** Throws RangeError for d below 2 or a β that is not positive. */
export function axisProblem(d: number, beta: number): AxisProblem {
  if (!(d >= 2 && beta > 0))
    throw new RangeError(`d = ${d}, β = ${beta}: expected d ≥ 2 and β > 0`);
  const { nodes, weights } = gaussRule(d);
  const polynomials = gegenbauer(d, nodes);
  const mean = (f: (g: number) => number) => weights.reduce((sum, w, g) => sum + w * f(g), 0);
  const kernel = polynomials.map((p) => mean((g) => p[g] * exp(beta * nodes[g])));
  // ∫ P_l² is one over the number of harmonics of degree l
  const gains = Float64Array.from(
    kernel,
    (value, l) => value / mean((g) => polynomials[l][g] ** 2),
  );
  return { d, beta, nodes, weights, polynomials, gains, critical: beta / kernel[1] };
}

/**
 * The law whose mean has length `amplitude`, and its κ: Newton in κ and the moments from the second on, from a law
 * near it or from the uniform one. Throws ConvergenceError where that does not come to rest, or the law is too sharp.
 */
export function axisLaw(problem: AxisProblem, amplitude: number, near?: AxisLaw): AxisLaw {
  const { beta, weights, polynomials, gains, critical } = problem;
  const moments = near ? near.moments.slice() : new Float64Array(DEGREE + 1);
  moments[0] = 1;
  moments[1] = amplitude;
  let kappa = near?.kappa ?? critical;
  for (let round = 0; round < ROUNDS; round++) {
    const field = weights.map((_, g) =>
      polynomials.reduce((sum, p, l) => sum + gains[l] * moments[l] * p[g], 0),
    );
    const density = densityOf(problem, field, kappa);
    const mean = (f: (g: number) => number) => density.reduce((sum, w, g) => sum + w * f(g), 0);
    if (largestOf(density) > SHARPEST) break;
    const found = polynomials.map((p) => mean((g) => p[g]));
    const meanField = mean((g) => field[g]);
    const weighted = polynomials.map((p) => p.map((value, g) => density[g] * value));
    const jacobian = new LibraryMatrix(DEGREE, DEGREE);
    for (let l = 1; l <= DEGREE; l++) {
      const byKappa = mean((g) => polynomials[l][g] * (field[g] - meanField)) / beta;
      jacobian.set(l - 1, 0, byKappa);
      for (let k = 2; k <= DEGREE; k++) {
        const covariance = dot(weighted[l], polynomials[k]) - found[l] * found[k];
        jacobian.set(l - 1, k - 1, (kappa / beta) * gains[k] * covariance - (l === k ? 1 : 0));
      }
    }
    const off = LibraryMatrix.columnVector(
      found.slice(1).map((value, l) => moments[l + 1] - value),
    );
    const change = new LuDecomposition(jacobian).solve(off).to1DArray();
    kappa += change[0];
    for (let k = 2; k <= DEGREE; k++) moments[k] += change[k - 1];
    if (largestOf(change.map(Math.abs)) < STILL * Math.max(1, kappa))
      return { kappa, moments, freeEnergy: freeEnergyOf(problem, field, density, kappa) };
  }
  throw new ConvergenceError(
    `no stationary law with a mean of length ${amplitude} was found in ${ROUNDS} rounds at d = ${problem.d}, β = ${beta}: begin from a law nearer to it, or ask for a shorter mean if the law is too sharp for ${NODES} nodes`,
  );
}

/** Weights of the law ∝ e^{κh/β} at the nodes. */
function densityOf({ beta, weights }: AxisProblem, field: Float64Array, kappa: number) {
  const most = largestOf(field);
  const all = weights.map((w, g) => w * exp((kappa / beta) * (field[g] - most)));
  const total = all.reduce((sum, one) => sum + one, 0);
  return all.map((one) => one / total);
}

function freeEnergyOf(
  { beta, weights, gains }: AxisProblem,
  field: Float64Array,
  density: Float64Array,
  kappa: number,
): number {
  let [energy, entropy] = [0, 0];
  density.forEach((w, g) => {
    energy += w * field[g];
    if (w > 0) entropy += w * log(w / weights[g]);
  });
  return (gains[0] - energy) / (2 * beta) + entropy / kappa;
}

/** By the eigenvalues of the Jacobi matrix of the Gegenbauer polynomials (Golub & Welsch 1969). */
function gaussRule(d: number): Pick<AxisProblem, 'nodes' | 'weights'> {
  const jacobi = matrix(NODES, NODES);
  for (let k = 1; k < NODES; k++) {
    // d = 2 is Chebyshev’s: its first entry is ½, the others ¼
    const square =
      d === 2 ? (k === 1 ? 0.5 : 0.25) : (k * (k + d - 3)) / ((2 * k + d - 2) * (2 * k + d - 4));
    jacobi.data[k * NODES + k - 1] = Math.sqrt(square);
    jacobi.data[(k - 1) * NODES + k] = Math.sqrt(square);
  }
  const { values, vectors } = symmetricEigen(jacobi);
  return { nodes: values, weights: values.map((_, g) => vectors.data[g * NODES] ** 2) };
}

/** (l + d − 2) P_{l+1} = (2l + d − 2) s P_l − l P_{l−1}. */
function gegenbauer(d: number, nodes: Float64Array): Float64Array[] {
  const all = [nodes.map(() => 1), nodes.slice()];
  for (let l = 1; l < DEGREE; l++)
    all.push(
      nodes.map((s, g) => ((2 * l + d - 2) * s * all[l][g] - l * all[l - 1][g]) / (l + d - 2)),
    );
  return all;
}
