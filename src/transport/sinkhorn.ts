/**
 * Entropic transport in the log domain, and the Sinkhorn divergence: a distance between measures with
 * any masses, smooth in the points, that tends to W_2² as ε → 0.
 */
import { Matrix as LibraryMatrix, solve } from 'ml-matrix';
import { ConvergenceError, InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { checkSameSpace, type Measure, squaredDistances, unitMasses } from './measure.ts';

export interface SinkhornSettings {
  /** ε > 0, in units of the cost. */
  readonly epsilon: number;
  /** Bound on Σ |sums of the plan − masses| over rows and columns; default 1e-9. */
  readonly tolerance?: number;
  /** Sweeps over all ε; default 100,000. */
  readonly maximumSweeps?: number;
}

export interface EntropicTransport {
  /** min_π ⟨C, π⟩ + ε KL(π | a ⊗ b) = ⟨a, f⟩ + ⟨b, g⟩ */
  readonly cost: number;
  /** Potentials f [n] and g [m]; the plan is π_ij = a_i b_j e^{(f_i + g_j − C_ij)/ε}. */
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly sweeps: number;
}

const TOLERANCE = 1e-9;
const ROUNDING = 1e-13;

/** From each ε to the next smaller one, down to the one asked for. */
const SCALING = 0.5;
/** Sweeps at the last ε before Newton's method takes over, where the second measure has few enough points. */
const PATIENCE = 50;
const MOST_SOLVED = 1000;
const NEWTON_STEPS = 100;

/**
 * Sinkhorn's algorithm on log potentials with ε-scaling (Cuturi 2013; Schmitzer, SIAM J. Sci. Comput. 41,
 * 2019). For small ε its rate is no better than 1 − e^{−gap/ε}; Newton's method on the semi-dual finishes
 * it for up to 1,000 points. `costs` [n, m] row by row, masses of sum 1. Throws InputError for an ε that is
 * none, and ConvergenceError where the tolerance is not reached.
 */
export function entropicTransport(
  costs: Float64Array,
  a: Float64Array,
  b: Float64Array,
  settings: SinkhornSettings,
): EntropicTransport {
  const problem = { costs, across: transposedCosts(costs, a.length), a, b };
  const [f, g] = [new Float64Array(a.length), new Float64Array(b.length)];
  const next = g.slice();
  const sweep = (epsilon: number) => {
    softMinimum(problem.across, f, a, epsilon, next);
    const error = sumError(g, next, b, epsilon);
    g.set(next);
    softMinimum(costs, g, b, epsilon, f);
    return error;
  };
  const finish = b.length <= MOST_SOLVED ? () => newton(problem, f, g, settings) : null;
  const sweeps = iterate(costs, settings, sweep, finish);
  return { cost: dot(a, f) + dot(b, g), f, g, sweeps };
}

/** A measure against itself: f = g, by averaged sweeps, which converge fast (Feydy et al. 2019). */
function selfTransport(
  costs: Float64Array,
  a: Float64Array,
  settings: SinkhornSettings,
): EntropicTransport {
  const f = new Float64Array(a.length);
  const next = f.slice();
  const sweep = (epsilon: number) => {
    softMinimum(costs, f, a, epsilon, next);
    const error = sumError(f, next, a, epsilon);
    for (let i = 0; i < f.length; i++) f[i] = (f[i] + next[i]) / 2;
    return error;
  };
  const sweeps = iterate(costs, settings, sweep, null);
  return { cost: 2 * dot(a, f), f, g: f, sweeps };
}

/**
 * Sweeps down to the last ε and there until the error is small enough; returns how many. A sweep returns
 * the error before it; `finish` does the rest where it can.
 */
function iterate(
  costs: Float64Array,
  { epsilon, tolerance = TOLERANCE, maximumSweeps = 100_000 }: SinkhornSettings,
  sweep: (epsilon: number) => number,
  finish: (() => boolean) | null,
): number {
  checkEpsilon(epsilon);
  let now = costs.reduce((most, cost) => Math.max(most, cost), epsilon);
  let sweeps = 0;
  for (; now > epsilon; now = Math.max(epsilon, SCALING * now), sweeps++) sweep(now);
  for (let here = 0; sweeps < maximumSweeps; sweeps++, here++) {
    if (sweep(epsilon) <= tolerance) return sweeps;
    if (here === PATIENCE && finish?.()) return sweeps;
  }
  throw new ConvergenceError(
    `Sinkhorn at ε = ${epsilon} is not within ${tolerance} of the masses after ${maximumSweeps} sweeps: choose a larger epsilon, or more sweeps`,
  );
}

/**
 * Newton's method for the concave semi-dual g ↦ ⟨a, f(g)⟩ + ⟨b, g⟩, f(g) the soft minimum: its gradient is
 * b − c, c the column sums of the plan, its Hessian (πᵀ diag(a)⁻¹ π − diag(c)) / ε. Whether it got there.
 */
function newton(
  { costs, across, a, b }: Problem,
  f: Float64Array,
  g: Float64Array,
  { epsilon, tolerance = TOLERANCE }: SinkhornSettings,
): boolean {
  const next = g.slice();
  const value = () => dot(a, f) + dot(b, g);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    softMinimum(across, f, a, epsilon, next);
    if (sumError(g, next, b, epsilon) <= tolerance) return true;
    const direction = newtonStep({ costs, across, a, b }, f, g, epsilon);
    const [start, before] = [g.slice(), value()];
    let length = 1;
    do {
      if (length < 1e-6) return false;
      for (let j = 0; j < g.length; j++) g[j] = start[j] + length * direction[j];
      softMinimum(costs, g, b, epsilon, f);
      length /= 2;
    } while (!(value() >= before - ROUNDING * Math.abs(before)));
  }
  return false;
}

function newtonStep(
  { costs, a, b }: Problem,
  f: Float64Array,
  g: Float64Array,
  epsilon: number,
): ArrayLike<number> {
  const [n, m] = [a.length, b.length];
  const hessian = LibraryMatrix.zeros(m, m);
  const gradient = LibraryMatrix.columnVector(b);
  const shares = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    // row i of the plan over a_i
    for (let j = 0; j < m; j++)
      shares[j] = b[j] * Math.exp((f[i] + g[j] - costs[i * m + j]) / epsilon);
    for (let j = 0; j < m; j++) {
      const mass = a[i] * shares[j];
      gradient.set(j, 0, gradient.get(j, 0) - mass);
      hessian.set(j, j, hessian.get(j, j) + mass);
      for (let k = 0; k < m; k++) hessian.set(j, k, hessian.get(j, k) - mass * shares[k]);
    }
  }
  // a constant added to g changes nothing: one is chosen
  hessian.add(1 / m ** 2);
  return solve(hessian, gradient.mul(epsilon)).to1DArray();
}

/** Σ_i |sum of row i − a_i|, where `next` are the potentials that would make the sums exact. */
function sumError(f: Float64Array, next: Float64Array, a: Float64Array, epsilon: number): number {
  return a.reduce(
    (sum, mass, i) => sum + mass * Math.abs(Math.expm1((f[i] - next[i]) / epsilon)),
    0,
  );
}

interface Problem {
  readonly costs: Float64Array;
  /** The costs with rows and columns exchanged. */
  readonly across: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

function checkEpsilon(epsilon: number): void {
  if (!(epsilon > 0 && Number.isFinite(epsilon)))
    throw new InputError(
      'epsilon',
      `epsilon is ${epsilon}: expected a number above 0, in units of the cost`,
    );
}

/** out_i = −ε log Σ_j b_j e^{(g_j − C_ij)/ε} */
function softMinimum(
  costs: Float64Array,
  g: Float64Array,
  b: Float64Array,
  epsilon: number,
  out: Float64Array,
): void {
  const m = g.length;
  for (let i = 0; i < out.length; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < m; j++) if (b[j] > 0) largest = Math.max(largest, g[j] - costs[i * m + j]);
    let sum = 0;
    for (let j = 0; j < m; j++)
      sum += b[j] * Math.exp((g[j] - costs[i * m + j] - largest) / epsilon);
    out[i] = -largest - epsilon * Math.log(sum);
  }
}

const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

function transposedCosts(costs: Float64Array, n: number): Float64Array {
  const m = costs.length / n;
  return costs.map((_, at) => costs[(at % n) * m + Math.floor(at / n)]);
}

export interface Divergence {
  /** S_ε = OT_ε(a, b) − ½ OT_ε(a, a) − ½ OT_ε(b, b) ≥ 0, with the cost |x − y|². */
  readonly value: number;
  /** ∂S_ε/∂x_i of the first measure's points, [n, d]. */
  readonly gradient: Matrix;
}

/**
 * The Sinkhorn divergence and its gradient in the points of `x` (Genevay, Peyré, Cuturi 2018; Feydy et
 * al. 2019): Σ_j 2 π_ij (x_i − y_j) − Σ_j 2 π'_ij (x_i − x_j), π' the plan of x with itself. O(nm) a sweep.
 * Throws InputError for masses, ε or dimensions that do not fit, and ConvergenceError as `entropicTransport`.
 */
export function sinkhornDivergence(x: Measure, y: Measure, settings: SinkhornSettings): Divergence {
  checkSameSpace(x.points, y.points);
  const [a, b] = [unitMasses(x.points.rows, x.masses), unitMasses(y.points.rows, y.masses)];
  const costs = {
    between: squaredDistances(x.points, y.points),
    first: squaredDistances(x.points, x.points),
    second: squaredDistances(y.points, y.points),
  };
  const between = entropicTransport(costs.between, a, b, settings);
  const first = selfTransport(costs.first, a, settings);
  const second = selfTransport(costs.second, b, settings);
  const gradient = matrix(x.points.rows, x.points.columns);
  const pull = (
    sign: number,
    costs: Float64Array,
    to: Matrix,
    masses: Float64Array,
    plan: EntropicTransport,
  ) =>
    addPull(gradient, sign, {
      costs,
      from: x.points,
      to,
      a,
      b: masses,
      ...plan,
      epsilon: settings.epsilon,
    });
  pull(1, costs.between, y.points, b, between);
  pull(-1, costs.first, x.points, a, first);
  return { value: between.cost - (first.cost + second.cost) / 2, gradient };
}

interface Pull {
  readonly costs: Float64Array;
  readonly from: Matrix;
  readonly to: Matrix;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly epsilon: number;
}

/** Adds ± Σ_j 2 π_ij (x_i − y_j) to every row. */
function addPull(gradient: Matrix, sign: number, pull: Pull): void {
  const { costs, from, to, a, b, f, g, epsilon } = pull;
  const d = from.columns;
  for (let i = 0; i < from.rows; i++)
    for (let j = 0; j < to.rows; j++) {
      const mass = a[i] * b[j] * Math.exp((f[i] + g[j] - costs[i * to.rows + j]) / epsilon);
      for (let c = 0; c < d; c++)
        gradient.data[i * d + c] += 2 * sign * mass * (from.data[i * d + c] - to.data[j * d + c]);
    }
}
