/**
 * Nonlinear least squares, min |r(x)|². The residuals may come from a simulation, so they may be promised:
 * libraries that fit a formula at given places do not serve here. Not what the data leave open: confidence.ts.
 */
import { Matrix as LibraryMatrix, QrDecomposition } from 'ml-matrix';
import { ConvergenceError } from './errors.ts';
import { type Matrix, matrix, row } from './matrix.ts';
import { squaredNorm } from './vectors.ts';

type Values = Float64Array;

export interface LeastSquaresProblem {
  residuals(values: Values): Values | Promise<Values>;
  /** [residuals, values]; by central differences where absent. */
  jacobian?(values: Values): Matrix;
  /** Values stay within: one number a value. */
  readonly low?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
}

export interface Fit {
  readonly values: Values;
  readonly residuals: Values;
  /** [residuals, values] at the values. */
  readonly jacobian: Matrix;
  /** Rounds of Levenberg–Marquardt. */
  readonly rounds: number;
}

/** Where a value changes by less, relative to one plus its size, it has settled, unless another tolerance is given. */
const SETTLED = 1e-11;
/** Of central differences: their error is of the order of its square. */
const DIFFERENCE = 3e-4;
const MOST_ROUNDS = 200;
/** After so many tries of a shorter step none is going down. */
const MOST_TRIES = 14;

interface Point {
  readonly values: Values;
  readonly residuals: Values;
  readonly cost: number;
}

/**
 * A local minimum of |r(x)|² from `start`, by Levenberg and Marquardt (Moré, LNM 630, 1978). Values should be
 * of order one, as damping treats them alike; along directions that the residuals do not feel they stay
 * where they start. Throws ConvergenceError after 200 rounds, and whatever the residuals throw.
 */
export async function leastSquares(
  problem: LeastSquaresProblem,
  start: ArrayLike<number>,
  tolerance = SETTLED,
): Promise<Fit> {
  let point = await pointAt(problem, clamp(problem, Float64Array.from(start)));
  let damping = 1e-3;
  for (let rounds = 1; rounds <= MOST_ROUNDS; rounds++) {
    const jacobian = await jacobianAt(problem, point.values);
    const better = await descend(problem, point, jacobian, damping);
    if (!better || settled(point, better.point, tolerance))
      return { ...(better?.point ?? point), jacobian, rounds };
    point = better.point;
    damping = better.damping / 10;
  }
  throw new ConvergenceError(
    `least squares still moved after ${MOST_ROUNDS} rounds, at |r|² = ${point.cost.toPrecision(3)}: expected it to settle; begin nearer, or with less noise`,
  );
}

async function pointAt(problem: LeastSquaresProblem, values: Values): Promise<Point> {
  const residuals = await problem.residuals(values);
  return { values, residuals, cost: squaredNorm(residuals) };
}

/** The first damped step that goes down; null where none does, as at a minimum up to rounding. */
async function descend(problem: LeastSquaresProblem, from: Point, jacobian: Matrix, begun: number) {
  const free = freeColumns(problem, from, jacobian);
  const scale = largestColumn(free);
  let damping = begun;
  for (let attempt = 0; attempt < MOST_TRIES; attempt++, damping *= 8) {
    const step = dampedStep(free, from.residuals, damping * scale);
    const values = clamp(
      problem,
      from.values.map((value, i) => value + step[i]),
    );
    if (values.every((value, i) => value === from.values[i])) return null;
    const point = await pointAt(problem, values);
    if (point.cost < from.cost) return { point, damping };
  }
  return null;
}

const settled = (before: Point, after: Point, tolerance: number) =>
  after.values.every(
    (value, i) => Math.abs(value - before.values[i]) <= tolerance * (1 + Math.abs(value)),
  );

/** argmin_s |Js + r|² + μ|s|², by QR of J over √μ I: without the squares of normal equations. */
function dampedStep(jacobian: Matrix, residuals: Values, mu: number): number[] {
  const { rows, columns } = jacobian;
  const stacked = LibraryMatrix.zeros(rows + columns, columns);
  const right = LibraryMatrix.zeros(rows + columns, 1);
  for (let i = 0; i < rows; i++) {
    row(jacobian, i).forEach((value, j) => {
      stacked.set(i, j, value);
    });
    right.set(i, 0, -residuals[i]);
  }
  for (let j = 0; j < columns; j++) stacked.set(rows + j, j, Math.sqrt(mu));
  return new QrDecomposition(stacked).solve(right).to1DArray();
}

/** The largest squared length of a column, or 1 where all are 0. */
function largestColumn({ columns, data }: Matrix): number {
  const squares = new Float64Array(columns);
  data.forEach((value, at) => {
    squares[at % columns] += value * value;
  });
  return Math.max(...squares) || 1;
}

/** The Jacobian with zeros for values at a bound that the descent would cross. */
function freeColumns(
  { low, high }: LeastSquaresProblem,
  { values, residuals }: Point,
  jacobian: Matrix,
): Matrix {
  const { rows, columns, data } = jacobian;
  const slopes = new Float64Array(columns);
  data.forEach((value, at) => {
    slopes[at % columns] += value * residuals[Math.floor(at / columns)];
  });
  const held = slopes.map((slope, j) => {
    const below = low !== undefined && values[j] <= low[j] && slope > 0;
    const above = high !== undefined && values[j] >= high[j] && slope < 0;
    return below || above ? 0 : 1;
  });
  return matrix(
    rows,
    columns,
    data.map((value, at) => value * held[at % columns]),
  );
}

const clamp = ({ low, high }: LeastSquaresProblem, values: Values): Values =>
  values.map((value, i) =>
    Math.min(high?.[i] ?? Number.POSITIVE_INFINITY, Math.max(low?.[i] ?? -Infinity, value)),
  );

async function jacobianAt(problem: LeastSquaresProblem, values: Values): Promise<Matrix> {
  if (problem.jacobian) return problem.jacobian(values);
  const columns: Values[] = [];
  for (let j = 0; j < values.length; j++) columns.push(await difference(problem, values, j));
  const out = matrix(columns[0].length, values.length);
  columns.forEach((column, j) => {
    column.forEach((value, i) => {
      out.data[i * values.length + j] = value;
    });
  });
  return out;
}

/** ∂r/∂x_j by a central difference; beside a bound a shorter one. */
async function difference(
  problem: LeastSquaresProblem,
  values: Values,
  j: number,
): Promise<Values> {
  const moved = (by: number) => {
    const there = values.slice();
    there[j] += by;
    return clamp(problem, there);
  };
  const reach = DIFFERENCE * (1 + Math.abs(values[j]));
  const [below, above] = [moved(-reach), moved(reach)];
  const [before, after] = [await problem.residuals(below), await problem.residuals(above)];
  return after.map((value, i) => (value - before[i]) / (above[j] - below[j]));
}
