/**
 * Newton's method on the semi-dual of entropic transport: what ends Sinkhorn's sweeps where they are slow.
 * Not a method of its own: it starts close to the solution, and says where it does not get there.
 */
import { Matrix as LibraryMatrix, LuDecomposition } from 'ml-matrix';
import { exp, expm1 } from '../numerics/elementary.ts';
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
    penalty === Number.POSITIVE_INFINITY ? potential : -price * expm1(-potential / penalty);
  const all = (masses: Float64Array, potentials: Float64Array, price: number) =>
    masses.reduce((sum, m, i) => (m > 0 ? sum + m * gain(potentials[i], price) : sum), 0);
  return all(a, f, penalty + epsilon) + all(b, g, penalty);
}

/**
 * Does the rest of sweeps that are slow: Newton's method from where they are, and where that does not get there
 * from larger ε down. Changes f and g; returns whether it got there.
 */
export function finishByNewton(
  problem: EntropicProblem,
  f: Float64Array,
  g: Float64Array,
  tolerance: number,
): boolean {
  return newton(problem, f, g, tolerance) || newtonDownwards(problem, f, g, tolerance);
}

/**
 * Newton's method for the concave g ↦ dual value at f(g), f(g) the soft minimum: its gradient is
 * b e^{−g/ρ} − c, c the column sums of the plan, its Hessian (πᵀ diag(r)⁻¹ π / (1 + ε/ρ) − diag(c)) / ε −
 * diag(b e^{−g/ρ}) / ρ, r the row sums. Changes f and g; returns whether it got there.
 */
function newton(
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

/** From each ε to the next smaller one, on any way down. */
export const SCALING = 0.5;
/** The error that is enough on the way. */
const ROUGH = 1e-3;
/** Of sums of masses e^{(f + g − C)/ε}, in units of C/ε. */
const ROUND_OFF = 8 * 2 ** -53;

/**
 * Newton's method from the spread of the costs down to ε, each time from the potentials of the ε before: where the
 * plan is nearly one of ε = 0 its parts hardly hold together, and only where their sums are right already
 * do they stay so. Changes f and g where it gets there, up to the tolerance or to what round-off leaves if
 * that is more, and returns whether it did.
 */
function newtonDownwards(
  problem: EntropicProblem,
  f: Float64Array,
  g: Float64Array,
  tolerance: number,
): boolean {
  const { costs, a, b, epsilon, penalty } = problem;
  const finite = costs.filter(Number.isFinite);
  const [low, high] = [Math.min, Math.max].map((end) => finite.reduce((a, b) => end(a, b)));
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const reachable = Math.max(tolerance, (ROUND_OFF * largest) / epsilon);
  const [first, second] = [new Float64Array(a.length), new Float64Array(b.length)];
  for (let now = Math.max(high - low, epsilon); ; now = Math.max(epsilon, SCALING * now)) {
    softMinimum(costs, second, b, now, first, penalty);
    const enough = now > epsilon ? ROUGH : reachable;
    if (!newton({ ...problem, epsilon: now }, first, second, enough)) return false;
    if (now === epsilon) break;
  }
  f.set(first);
  g.set(second);
  return true;
}

/** −ε Hessian⁻¹ gradient: the Hessian is built row by row of the plan; null where it is singular. */
function newtonStep(
  { costs, a, b, epsilon, penalty }: EntropicProblem,
  f: Float64Array,
  g: Float64Array,
): ArrayLike<number> | null {
  const m = b.length;
  const gradient = b.map((mass, j) => mass * exp(-g[j] / penalty));
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
    const sum = a[i] * exp(-f[i] / penalty) * (1 + epsilon / penalty);
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
