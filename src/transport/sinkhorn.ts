/**
 * Entropic transport in the log domain, and the Sinkhorn divergence: a distance between measures with
 * any masses, smooth in the points, that tends to W_2² as ε → 0.
 */
import { ConvergenceError, InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { dot, largestOf } from '../numerics/vectors.ts';
import {
  checkFinite,
  checkSameSpace,
  type Measure,
  squaredDistances,
  unitMasses,
} from './measure.ts';
import { dualValue, finishByNewton, SCALING } from './sinkhorn-newton.ts';
import { planMass, type SumError, softMinimum, sumError, transposedCosts } from './soft-minimum.ts';

export interface SinkhornSettings {
  /** ε > 0, in units of the cost. */
  readonly epsilon: number;
  /** Bound on Σ |sums of the plan − masses| over rows and columns; default 1e-9. */
  readonly tolerance?: number;
  /** What the tolerance bounds instead of that sum. */
  readonly error?: SumError;
  /** Sweeps over all ε; default 100,000. */
  readonly maximumSweeps?: number;
  /** Sweeps at the last ε before Newton's method takes over, up to 1,000 points; default 50. */
  readonly patience?: number;
  /** Potentials g [m] of a transport close to this one: begins there, at the last ε. */
  readonly start?: Float64Array;
}

export interface UnbalancedSettings extends SinkhornSettings {
  /** ρ > 0: wrong sums are allowed at the price ρ KL(sums | masses), on both sides; default ∞, not allowed. */
  readonly penalty?: number;
}

export interface EntropicTransport {
  /** min_π ⟨C, π⟩ + ε KL(π | a ⊗ b), by duality ⟨a, f⟩ + ⟨b, g⟩ where the sums are met. */
  readonly cost: number;
  /** Potentials f [n] and g [m]; the plan is π_ij = a_i b_j e^{(f_i + g_j − C_ij)/ε}. */
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly sweeps: number;
}

const TOLERANCE = 1e-9;

/** The second measure has at most so many points where Newton's method is tried. */
const MOST_SOLVED = 1000;

/**
 * Sinkhorn's algorithm on log potentials with ε-scaling (Cuturi 2013; Schmitzer, SIAM J. Sci. Comput. 41,
 * 2019). For small ε its rate is no better than 1 − e^{−gap/ε}; Newton's method on the semi-dual finishes
 * it for up to 1,000 points, at costs of 10⁷ ε too. `costs` [n, m] row by row, masses of sum 1. With a penalty ρ the transport is
 * unbalanced (Chizat, Peyré, Schmitzer, Vialard, Math. Comp. 87, 2018): to the cost is added
 * ρ KL(π1 | a) + ρ KL(πᵀ1 | b), KL(p | q) = Σ p log(p/q) − p + q. Throws InputError for an ε or ρ that is
 * none, and ConvergenceError where the tolerance is not reached.
 */
export function entropicTransport(
  costs: Float64Array,
  a: Float64Array,
  b: Float64Array,
  settings: UnbalancedSettings,
): EntropicTransport {
  const { start = new Float64Array(b.length), tolerance = TOLERANCE } = settings;
  const { penalty = Number.POSITIVE_INFINITY, epsilon, error = sumError } = settings;
  if (!(penalty > 0))
    throw new InputError(
      'penalty',
      `penalty is ${penalty}: expected a number above 0, or Infinity`,
    );
  const across = transposedCosts(costs, a.length);
  const problem = { costs, across, a, b, epsilon, penalty, error };
  const [f, g] = [new Float64Array(a.length), start.slice()];
  const next = g.slice();
  softMinimum(costs, g, b, epsilon, f, penalty);
  const sweep = (epsilon: number) => {
    softMinimum(across, f, a, epsilon, next, penalty);
    const residual = error(g, next, b, epsilon, penalty);
    g.set(next);
    softMinimum(costs, g, b, epsilon, f, penalty);
    return residual;
  };
  const finish = () => finishByNewton(problem, f, g, tolerance);
  const sweeps = iterate(
    largestOf(costs, 0),
    settings,
    sweep,
    b.length <= MOST_SOLVED ? finish : null,
  );
  return { cost: dualValue(problem, f, g), f, g, sweeps };
}

/**
 * Of a measure with itself at symmetric costs: f = g, by averaged sweeps, which converge fast where e^{−C/ε} is
 * positive semi-definite, as for squared distances (Feydy et al. 2019). Otherwise as `entropicTransport`.
 */
export function symmetricTransport(
  costs: Float64Array,
  a: Float64Array,
  settings: SinkhornSettings,
): EntropicTransport {
  const minimum: SoftMinimum = (potentials, epsilon, out) =>
    softMinimum(costs, potentials, a, epsilon, out);
  const finish = (f: Float64Array) => newtonOnBoth(costs, a, settings, f);
  const { f, sweeps } = symmetricPotentials(
    minimum,
    a,
    largestOf(costs, 0),
    settings,
    a.length <= MOST_SOLVED ? finish : null,
  );
  return { cost: 2 * dot(a, f), f, g: f, sweeps };
}

/** Newton's method for both potentials: of two best ones, exchanged, the mean is as good, and symmetric. */
function newtonOnBoth(
  costs: Float64Array,
  a: Float64Array,
  { epsilon, tolerance = TOLERANCE, error = sumError }: SinkhornSettings,
  f: Float64Array,
): boolean {
  const penalty = Number.POSITIVE_INFINITY;
  const problem = { costs, across: costs, a, b: a, epsilon, penalty, error };
  const [first, second] = [f.slice(), f.slice()];
  softMinimum(costs, second, a, epsilon, first);
  const solved = finishByNewton(problem, first, second, tolerance);
  if (solved) for (let i = 0; i < f.length; i++) f[i] = (first[i] + second[i]) / 2;
  return solved;
}

/** The potentials of one side that fit those of the other at ε, to out: over costs that nobody need hold. */
export type SoftMinimum = (potentials: Float64Array, epsilon: number, out: Float64Array) => void;

/** The potentials of `symmetricTransport`, of costs that are nowhere above `largest`; `finish` does the rest where it can. */
export function symmetricPotentials(
  minimum: SoftMinimum,
  a: Float64Array,
  largest: number,
  settings: SinkhornSettings,
  finish: ((f: Float64Array) => boolean) | null = null,
): Pick<EntropicTransport, 'f' | 'sweeps'> {
  const { start, error = sumError } = settings;
  const f = start?.slice() ?? new Float64Array(a.length);
  const next = f.slice();
  const sweep = (epsilon: number) => {
    minimum(f, epsilon, next);
    const residual = error(f, next, a, epsilon);
    for (let i = 0; i < f.length; i++) f[i] = (f[i] + next[i]) / 2;
    return residual;
  };
  return { f, sweeps: iterate(largest, settings, sweep, finish && (() => finish(f))) };
}

/**
 * Sweeps from the largest cost down to the last ε and there until the error is small enough; returns how
 * many. A sweep returns the error before it; `finish` does the rest where it can.
 */
function iterate(
  largest: number,
  settings: SinkhornSettings,
  sweep: (epsilon: number) => number,
  finish: (() => boolean) | null,
): number {
  const { epsilon, tolerance = TOLERANCE, maximumSweeps = 100_000 } = settings;
  const { patience = 50, start } = settings;
  checkEpsilon(epsilon);
  let now = start ? epsilon : Math.max(largest, epsilon);
  let [residual, at] = [Number.POSITIVE_INFINITY, now];
  for (let sweeps = 0, here = 0; sweeps < maximumSweeps; sweeps++) {
    [residual, at] = [sweep(now), now];
    if (now > epsilon) now = Math.max(epsilon, SCALING * now);
    else if (residual <= tolerance || (here++ === patience && finish?.())) return sweeps;
  }
  const far = at > epsilon ? ` at ε = ${at.toPrecision(3)} still` : '';
  throw new ConvergenceError(
    `Sinkhorn at ε = ${epsilon} is not within ${tolerance} of the masses after ${maximumSweeps} sweeps, the residual is ${residual.toPrecision(3)}${far}: choose a larger epsilon (in attention a smaller β), or more sweeps`,
  );
}

function checkEpsilon(epsilon: number): void {
  if (!(epsilon > 0 && Number.isFinite(epsilon)))
    throw new InputError(
      'epsilon',
      `epsilon is ${epsilon}: expected a number above 0, in units of the cost`,
    );
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
 * Throws InputError for points, masses, ε or dimensions that do not fit, and ConvergenceError as `entropicTransport`.
 */
export function sinkhornDivergence(x: Measure, y: Measure, settings: SinkhornSettings): Divergence {
  checkSameSpace(x.points, y.points);
  for (const { points } of [x, y]) checkFinite(points);
  const [a, b] = [unitMasses(x.points.rows, x.masses), unitMasses(y.points.rows, y.masses)];
  const costs = {
    between: squaredDistances(x.points, y.points),
    first: squaredDistances(x.points, x.points),
    second: squaredDistances(y.points, y.points),
  };
  const between = entropicTransport(costs.between, a, b, settings);
  const first = symmetricTransport(costs.first, a, settings);
  const second = symmetricTransport(costs.second, b, settings);
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
      const mass = planMass(a[i] * b[j], f[i] + g[j], costs[i * to.rows + j], epsilon);
      for (let c = 0; c < d; c++)
        gradient.data[i * d + c] += 2 * sign * mass * (from.data[i * d + c] - to.data[j * d + c]);
    }
}
