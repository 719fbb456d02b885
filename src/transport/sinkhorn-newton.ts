/**
 * Newton's method on the semi-dual of entropic transport: what ends Sinkhorn's sweeps where they are slow.
 * Not a method of its own: it starts close to the solution, and says where it does not get there.
 */
import { Matrix as LibraryMatrix, LuDecomposition } from 'ml-matrix';
import { planMass, type SumError, softMinimum } from './soft-minimum.ts';

/** What is transported, and at which price. */
export interface EntropicProblem {
  readonly costs: Float64Array;
  /** The costs with rows and columns exchanged. */
  readonly across: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly epsilon: number;
  /** ρ, infinite where the sums are to be met. */
  readonly penalty: number;
  /** What the tolerance bounds. */
  readonly error: SumError;
}

const ROUNDING = 1e-13;
const MOST_STEPS = 100;

/** The dual value Σ a_i φ(f_i) + Σ b_j ρ(1 − e^{−g_j/ρ}), φ(f) = (ρ + ε)(1 − e^{−f/ρ}), for the best f to g. */
export function dualValue(problem: EntropicProblem, f: Float64Array, g: Float64Array): number {
  const { a, b, epsilon, penalty } = problem;
  const gain = (potential: number, price: number) =>
    penalty === Number.POSITIVE_INFINITY ? potential : -price * Math.expm1(-potential / penalty);
  const all = (masses: Float64Array, potentials: Float64Array, price: number) =>
    masses.reduce((sum, m, i) => (m > 0 ? sum + m * gain(potentials[i], price) : sum), 0);
  return all(a, f, penalty + epsilon) + all(b, g, penalty);
}

/**
 * Newton's method for the concave g ↦ dual value at f(g), f(g) the soft minimum: its gradient is
 * b e^{−g/ρ} − c, c the column sums of the plan, its Hessian (πᵀ diag(r)⁻¹ π / (1 + ε/ρ) − diag(c)) / ε −
 * diag(b e^{−g/ρ}) / ρ, r the row sums. Changes f and g; returns whether it got there.
 */
export function newton(
  problem: EntropicProblem,
  f: Float64Array,
  g: Float64Array,
  tolerance: number,
): boolean {
  const { costs, across, a, b, epsilon, penalty, error } = problem;
  const next = g.slice();
  for (let step = 0; step < MOST_STEPS; step++) {
    softMinimum(across, f, a, epsilon, next, penalty);
    if (error(g, next, b, epsilon, penalty) <= tolerance) return true;
    const direction = newtonStep(problem, f, g);
    if (!direction) return false;
    const [start, before] = [g.slice(), dualValue(problem, f, g)];
    let length = 1;
    do {
      if (length < 1e-6) return false;
      for (let j = 0; j < g.length; j++) g[j] = start[j] + length * direction[j];
      softMinimum(costs, g, b, epsilon, f, penalty);
      length /= 2;
    } while (!(dualValue(problem, f, g) >= before - ROUNDING * Math.abs(before)));
  }
  return false;
}

/** −ε Hessian⁻¹ gradient: the Hessian is built row by row of the plan; null where it is singular. */
function newtonStep(
  { costs, a, b, epsilon, penalty }: EntropicProblem,
  f: Float64Array,
  g: Float64Array,
): ArrayLike<number> | null {
  const m = b.length;
  const gradient = b.map((mass, j) => mass * Math.exp(-g[j] / penalty));
  const hessian = new Float64Array(m * m);
  // the potential of a point without mass is not felt, and stays
  for (let j = 0; j < m; j++) hessian[j * m + j] = b[j] > 0 ? (epsilon / penalty) * gradient[j] : 1;
  const row = new Float64Array(m);
  for (let i = 0; i < a.length; i++) {
    const held: number[] = [];
    for (let j = 0; j < m; j++) {
      row[j] = planMass(a[i] * b[j], f[i] + g[j], costs[i * m + j], epsilon);
      if (row[j] > 0) held.push(j);
    }
    const sum = a[i] * Math.exp(-f[i] / penalty) * (1 + epsilon / penalty);
    for (const j of held) {
      gradient[j] -= row[j];
      hessian[j * m + j] += row[j];
      for (const k of held) hessian[j * m + k] -= (row[j] / sum) * row[k];
    }
  }
  const library = LibraryMatrix.from1DArray(m, m, hessian);
  // a constant added to g changes nothing where the sums are met: one is chosen
  if (penalty === Number.POSITIVE_INFINITY) library.add(1 / m ** 2);
  const factors = new LuDecomposition(library);
  if (factors.isSingular()) return null;
  return factors.solve(LibraryMatrix.columnVector(gradient).mul(epsilon)).to1DArray();
}
