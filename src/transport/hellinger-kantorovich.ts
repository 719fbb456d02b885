/**
 * The Hellinger–Kantorovich distance of measures of any masses (also: Wasserstein–Fisher–Rao), and the
 * spherical one of probability measures. Mass may move, grow and shrink; the cost is ∫ (|v|² + g²/4). Not
 * the geodesics: those are cone-geodesic.ts.
 */
import { z } from 'zod';
import { asin, cos, exp, hypot, log, log1p, sin } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../numerics/options.ts';
import { sumOf } from '../numerics/vectors.ts';
import { REACH, squaredConeDistance } from './cone.ts';
import {
  checkFinite,
  checkSameSpace,
  type Measure,
  squaredDistances,
  unitMasses,
} from './measure.ts';
import { type EntropicTransport, entropicTransport } from './sinkhorn.ts';
import { planMass } from './soft-minimum.ts';

export const hellingerKantorovichSchema = z.strictObject({
  space: z
    .enum(['euclidean', 'sphere'], { error: 'expected euclidean or sphere' })
    .default('euclidean')
    .describe('Distance of two points: |x − y|, or the angle of unit vectors'),
  epsilon: numberBetween(1e-7, 1)
    .default(1e-6)
    .describe('Entropy of the plan, in units of the squared distance'),
  tolerance: numberBetween(1e-13, 0.1).default(1e-9).describe('Error of the sums of the plan'),
  maximumSweeps: wholeNumber(1, 1e7).default(100_000).describe('At each ε'),
});

export type HellingerKantorovichOptions = z.input<typeof hellingerKantorovichSchema>;
type Settings = z.output<typeof hellingerKantorovichSchema>;

/** A part of both measures that goes from x_i to y_j: mass p at first, q at last. */
export interface ConePair {
  readonly i: number;
  readonly j: number;
  readonly p: number;
  readonly q: number;
  /** Distance of the two points, below π/2. */
  readonly theta: number;
}

export interface HellingerKantorovich {
  /** HK, of a transport that is close to the best: never too small, but for rounding. */
  readonly distance: number;
  /** The true HK² is between distance² − gap and distance². */
  readonly gap: number;
  /** γ [n, m] of min Σ γ_ij c_ij + KL(γ1 | a) + KL(γᵀ1 | b), c = −2 log cos θ_ij. */
  readonly plan: Matrix;
  /** Sums of the plan's rows, [n], and columns, [m]. */
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly pairs: readonly ConePair[];
  /** Mass of each point that has no partner within π/2, else 0: [n] and [m]. */
  readonly unmatched: { readonly first: Float64Array; readonly second: Float64Array };
}

/**
 * HK of two measures with their own total masses > 0 (absent masses are 1/n each), by unbalanced entropic
 * transport with ε-scaling (Liero, Mielke, Savaré 2018; Chizat et al. 2018). From the plan every pair gets
 * the masses p_ij = a_i γ_ij / γ1_i and q_ij = b_j γ_ij / γᵀ1_j, and HK² is the sum of the squared distances
 * of such pairs on the cone: exact for two Diracs whatever ε, and for more points off by far less than ε
 * where their distances differ by more than √ε. `gap` bounds the error, by a pair of dual potentials.
 * Seconds for 300 points each; beyond 1,000 in y only a larger ε converges.
 * Throws InputError for points of different dimension, masses that are none, rows on the sphere that are
 * no unit vectors and wrong options; ConvergenceError, with the residual, as `entropicTransport`.
 */
export function hellingerKantorovich(
  x: Measure,
  y: Measure,
  options: HellingerKantorovichOptions = {},
): HellingerKantorovich {
  const settings = parseOptions(hellingerKantorovichSchema, options);
  const angles = pointDistances(x.points, y.points, settings.space);
  const [a, b] = [unitMasses(x.points.rows, x.masses), unitMasses(y.points.rows, y.masses)];
  const totals = [totalMass(x), totalMass(y)];
  checkTotals(totals);
  const { plan, overlap } = unitPlan(angles, a, b, settings);
  // the plan of masses A a and B b is √(AB) times that of a and b
  const scale = Math.sqrt(totals[0]) * Math.sqrt(totals[1]);
  for (let at = 0; at < plan.data.length; at++) plan.data[at] *= scale;
  const masses = [a.map((mass) => totals[0] * mass), b.map((mass) => totals[1] * mass)];
  const transport = pairsOf(plan, angles, masses[0], masses[1]);
  const { pairs, unmatched } = transport;
  const moved = pairs.reduce((sum, { p, q, theta }) => sum + squaredConeDistance(p, q, theta), 0);
  const found = pairs.reduce(
    (sum, { p, q, theta }) => sum + Math.sqrt(p) * Math.sqrt(q) * cos(theta),
    0,
  );
  const square = moved + sumOf(unmatched.first) + sumOf(unmatched.second);
  const gap = Math.max(0, 2 * (scale * overlap - found));
  return { distance: Math.sqrt(square), gap, plan, ...transport };
}

/**
 * The spherical Hellinger–Kantorovich distance arccos(1 − HK²/2) of two probability measures (Laschos,
 * Mielke, J. Funct. Anal. 276, 2019), 0 … π/2: masses are brought to the sum 1. Errors as `hellingerKantorovich`.
 */
export function sphericalHellingerKantorovich(
  x: Measure,
  y: Measure,
  options: HellingerKantorovichOptions = {},
): number {
  return sphericalFrom(hellingerKantorovich(probability(x), probability(y), options).distance);
}

/** arccos(1 − h²/2) = 2 arcsin(h/2). */
export function sphericalFrom(distance: number): number {
  return 2 * asin(Math.min(1, distance / 2));
}

/** The measure with masses of sum 1. */
export function probability({ points, masses }: Measure): Measure {
  return { points, masses: unitMasses(points.rows, masses) };
}

/** Without masses it is 1. */
const totalMass = ({ masses }: Measure) => (masses ? sumOf(masses) : 1);

/** Throws InputError where HK² may be beyond the numbers. */
function checkTotals(totals: readonly number[]): void {
  if (sumOf(totals) < Number.POSITIVE_INFINITY) return;
  throw new InputError(
    'masses',
    'the masses of both measures have a sum beyond 1.8e308: expected less; divide all of them by one number, and HK is divided by its root',
  );
}

/** Distances of all pairs [n, m]; on the sphere right up to π/2, beyond which they do not matter. */
function pointDistances(x: Matrix, y: Matrix, space: Settings['space']): Float64Array {
  checkSameSpace(x, y);
  for (const points of [x, y]) checkFinite(points);
  const chords = squaredDistances(x, y).map(Math.sqrt);
  if (space === 'euclidean') return chords;
  for (const points of [x, y]) checkUnit(points);
  return chords.map((chord) => 2 * asin(Math.min(1, chord / 2)));
}

function checkUnit(points: Matrix): void {
  for (let i = 0; i < points.rows; i++) {
    const length = hypot(row(points, i));
    if (!(Math.abs(length - 1) <= 1e-6))
      throw new InputError(
        'points',
        `point ${i} has the length ${length}: expected unit vectors on the sphere; divide it by its length`,
      );
  }
}

/** Points with mass that have a partner with mass within π/2, and the costs [k, l] of those. */
interface Near {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly costs: Float64Array;
}

function nearPoints(angles: Float64Array, a: Float64Array, b: Float64Array): Near {
  const m = b.length;
  const all = { rows: Array.from(a.keys()), columns: Array.from(b.keys()) };
  const meets = (i: number, j: number) => a[i] > 0 && b[j] > 0 && angles[i * m + j] < REACH;
  const rows = all.rows.filter((i) => all.columns.some((j) => meets(i, j)));
  const columns = all.columns.filter((j) => all.rows.some((i) => meets(i, j)));
  const costs = Float64Array.from(
    rows.flatMap((i) => columns.map((j) => coneCost(angles[i * m + j]))),
  );
  return { rows, columns, costs };
}

/** −2 log cos θ, accurate at both ends; infinite from π/2 on. */
function coneCost(theta: number): number {
  if (theta >= REACH) return Number.POSITIVE_INFINITY;
  return theta < 1 ? -log1p(-(sin(theta) ** 2)) : -2 * log(cos(theta));
}

/** From each ε to the next, on the way down to the last. */
const SCALING = 0.5;
/** Tolerance on the way. */
const ROUGH = 1e-3;
/** Sweeps before Newton's method takes over: every start is close, where it is good at once. */
const PATIENCE = 3;

/** The plan [n, m] of masses of sum 1, and what no transport's Σ √(pq) cos θ exceeds. */
function unitPlan(angles: Float64Array, a: Float64Array, b: Float64Array, settings: Settings) {
  const plan = matrix(a.length, b.length);
  const { rows, columns, costs } = nearPoints(angles, a, b);
  if (rows.length === 0) return { plan, overlap: 0 };
  const from = Float64Array.from(rows, (i) => a[i]);
  const to = Float64Array.from(columns, (j) => b[j]);
  const { f, g } = nearPotentials(costs, from, to, settings);
  costs.forEach((cost, at) => {
    const [k, l] = [Math.floor(at / to.length), at % to.length];
    plan.data[rows[k] * b.length + columns[l]] = planMass(
      from[k] * to[l],
      f[k] + g[l],
      cost,
      settings.epsilon,
    );
  });
  return { plan, overlap: overlapBound(costs, from, to, g) };
}

/** By path following: every ε begins at the potentials of the last one. */
function nearPotentials(
  costs: Float64Array,
  a: Float64Array,
  b: Float64Array,
  { epsilon: last, tolerance, maximumSweeps }: Settings,
): EntropicTransport {
  const fixed = { maximumSweeps, patience: PATIENCE, penalty: 1 };
  const solve = (epsilon: number, tolerance: number, start: Float64Array) =>
    entropicTransport(costs, a, b, { ...fixed, epsilon, tolerance, start });
  let start: Float64Array = new Float64Array(b.length);
  for (let epsilon = 1; epsilon > last; epsilon *= SCALING) start = solve(epsilon, ROUGH, start).g;
  return solve(last, tolerance, start);
}

/**
 * √(Σ a_i e^{−f_i} Σ b_j e^{−g_j}) for potentials with f_i + g_j ≤ c_ij, which bounds Σ √(pq) cos θ: of any
 * g the largest f, and of that the largest g.
 */
function overlapBound(
  costs: Float64Array,
  a: Float64Array,
  b: Float64Array,
  start: Float64Array,
): number {
  const [f, g] = [a, b].map(({ length }) =>
    new Float64Array(length).fill(Number.POSITIVE_INFINITY),
  );
  const each = (visit: (i: number, j: number, cost: number) => void) => {
    costs.forEach((cost, at) => void visit(Math.floor(at / b.length), at % b.length, cost));
  };
  each((i, j, cost) => {
    f[i] = Math.min(f[i], cost - start[j]);
  });
  each((i, j, cost) => {
    g[j] = Math.min(g[j], cost - f[i]);
  });
  const weighed = (masses: Float64Array, potentials: Float64Array) =>
    masses.reduce((sum, mass, i) => sum + mass * exp(-potentials[i]), 0);
  return Math.sqrt(weighed(a, f) * weighed(b, g));
}

/** A share of both points below this is entropy alone, and left out. */
const LEAST_SHARE = 1e-10;

/** Shares both measures out among the pairs of the plan, which loses its smallest entries. */
function pairsOf(plan: Matrix, angles: Float64Array, a: Float64Array, b: Float64Array) {
  const m = b.length;
  const sums = sumsOf(plan);
  plan.data.forEach((mass, at) => {
    const [row, column] = [sums.rows[Math.floor(at / m)], sums.columns[at % m]];
    if (mass <= LEAST_SHARE * row && mass <= LEAST_SHARE * column) plan.data[at] = 0;
  });
  const { rows, columns } = sumsOf(plan);
  const pairs: ConePair[] = [];
  plan.data.forEach((mass, at) => {
    if (mass === 0) return;
    const [i, j] = [Math.floor(at / m), at % m];
    const [p, q] = [a[i] * (mass / rows[i]), b[j] * (mass / columns[j])];
    pairs.push({ i, j, p, q, theta: angles[at] });
  });
  const without = (masses: Float64Array, sums: Float64Array) =>
    masses.map((mass, i) => (sums[i] > 0 ? 0 : mass));
  return {
    rows,
    columns,
    pairs,
    unmatched: { first: without(a, rows), second: without(b, columns) },
  };
}

function sumsOf(plan: Matrix) {
  const [rows, columns] = [new Float64Array(plan.rows), new Float64Array(plan.columns)];
  plan.data.forEach((mass, at) => {
    rows[Math.floor(at / plan.columns)] += mass;
    columns[at % plan.columns] += mass;
  });
  return { rows, columns };
}
