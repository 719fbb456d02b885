/**
 * A flow of attention as a function of what it is made of, and the fit of that to seen positions. Not where the
 * positions come from: trials are matrices.ts, data of one's own matrices-data.ts.
 */
import type { MatrixValue } from '../../dynamics/dynamics.ts';
import { simulate } from '../../flow/simulation.ts';
import { type Matrix, matrix, product, row, toRows, transposed } from '../../numerics/matrix.ts';
import { nearestFit } from '../../numerics/nearest-fit.ts';
import { assign } from '../../transport/assignment.ts';
import { squaredDistances } from '../../transport/measure.ts';
import { type Estimate, estimate } from './estimate.ts';

/** A flow: what the simulator is told of it. */
export interface Weights {
  readonly beta: number;
  readonly query: Matrix;
  readonly key: Matrix;
  readonly value: Matrix;
  readonly time: number;
}

/** Unknowns as numbers, with what they mean. */
export interface Unknowns {
  readonly names: readonly string[];
  /** Where the search begins. */
  readonly start: Float64Array;
  readonly low: readonly number[];
  weights(values: Float64Array): Weights;
}

export interface SeenTimes {
  /** Where the tokens begin, [n, d]. */
  readonly init: Matrix;
  /** Rising parts of the horizon at which they are seen, the last one 1. */
  readonly parts: readonly number[];
}

export interface SeenFlow extends SeenTimes {
  /** Positions of all tokens at each part, one after the other. */
  readonly data: Float64Array;
}

export interface AttentionSettings {
  readonly attention: 'sa' | 'usa';
  /** Of dopri5. */
  readonly tolerance: number;
  /** The rows of later frames are in no order: each frame is the measure of its tokens alone. */
  readonly unlabelled: boolean;
}

export interface AttentionEstimate extends Estimate {
  readonly found: Weights;
}

/** How near the search is led to the first frames and to all data before it is let go. */
const LED = { first: 1e-2, deviation: 1e-3, tolerance: 1e-2 };

/**
 * Least squares on positions. Matrices far from the start lead into local minima, where attention sees one token
 * alone: so they are drawn to where the search began, less and less, and the parts of the horizon are taken in one
 * after the other, from where tokens are still near their start. Unlabelled, the sum of squares is n W_2² of
 * the measures. Errors as `estimate`, and whatever `step`, called before each simulation, throws.
 */
export async function fitAttention(
  unknowns: Unknowns,
  seen: SeenFlow,
  settings: AttentionSettings,
  step: () => void,
): Promise<AttentionEstimate> {
  const problemOf = (seen: SeenFlow) => ({
    low: unknowns.low,
    async residuals(values: Float64Array) {
      step();
      const now = await positionsOf(unknowns.weights(values), seen, settings);
      const data = settings.unlabelled ? inOrderOf(now, seen) : seen.data;
      return now.map((value, i) => value - data[i]);
    },
  });
  const problem = problemOf(seen);
  let near = unknowns.start;
  for (let k = 1; k < seen.parts.length; k++)
    near = await nearestFit(problemOf(upTo(seen, k)), near, LED.first, LED.tolerance);
  near = await nearestFit(problem, near, LED.deviation, LED.tolerance);
  const found = await estimate(problem, near, unknowns.start);
  return { ...found, found: unknowns.weights(found.fit.values) };
}

/** The first k parts alone. */
const upTo = ({ init, parts, data }: SeenFlow, k: number): SeenFlow => ({
  init,
  parts: parts.slice(0, k),
  data: data.slice(0, k * init.data.length),
});

/** The data of each part, every token that whose transport to its place in `now` is part of the best. */
function inOrderOf(now: Float64Array, { init, data }: SeenFlow): Float64Array {
  const { rows, columns } = init;
  const out = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += rows * columns) {
    const frame = (of: Float64Array) =>
      matrix(rows, columns, of.subarray(from, from + rows * columns));
    const seen = frame(data);
    const { columns: tokens } = assign(squaredDistances(frame(now), seen));
    tokens.forEach((token, i) => {
      out.set(row(seen, token), from + i * columns);
    });
  }
  return out;
}

/** Of all tokens at all parts of the horizon, one after the other. */
export async function positionsOf(
  { beta, query, key, value, time }: Weights,
  { init, parts }: SeenTimes,
  { attention, tolerance }: AttentionSettings,
): Promise<Float64Array> {
  const given = (m: Matrix): MatrixValue => ({ rows: toRows(m) });
  const { frames } = await simulate({
    dynamics: attention,
    parameters: { beta, query: given(query), key: given(key), value: given(value) },
    init,
    scheme: 'dopri5',
    tolerance,
    time: parts[parts.length - 1] * time,
    saveAt: parts.map((part) => part * time),
    diagnostics: [],
  });
  return Float64Array.from(frames.flatMap((frame) => [...frame.positions.data]));
}

export const identity = (d: number): Matrix =>
  matrix(
    d,
    d,
    Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 : 0)),
  );

const scaled = ({ rows, columns, data }: Matrix, factor: number): Matrix =>
  matrix(
    rows,
    columns,
    data.map((value) => factor * value),
  );

/** βQᵀK and TV: all that positions tell. */
export const identifiable = ({ beta, query, key, value, time }: Weights): [Matrix, Matrix] => [
  scaled(product(transposed(query), key), beta),
  scaled(value, time),
];

const entryNames = (name: string, d: number): string[] =>
  Array.from({ length: d * d }, (_, at) => `${name}${Math.floor(at / d) + 1}${(at % d) + 1}`);

/** The entries of B = βQᵀK and TV: the flow with Q = I, K = B, V = TV, β = 1 until time 1 is the same. */
export function products(d: number): Unknowns {
  const one = identity(d);
  const size = d * d;
  return {
    names: [...entryNames('B', d), ...entryNames('TV', d)],
    start: Float64Array.from([...one.data, ...one.data]),
    low: new Array(2 * size).fill(Number.NEGATIVE_INFINITY),
    weights: (values) => ({
      beta: 1,
      query: one,
      key: matrix(d, d, values.slice(0, size)),
      value: matrix(d, d, values.slice(size)),
      time: 1,
    }),
  };
}

/** β and T stay positive. */
const LEAST = 1e-2;

/** β, the entries of Q, T and those of V; K is known. */
export function separate(key: Matrix): Unknowns {
  const d = key.rows;
  const size = d * d;
  const one = identity(d);
  const none = new Array<number>(size).fill(Number.NEGATIVE_INFINITY);
  return {
    names: ['beta', ...entryNames('Q', d), 'T', ...entryNames('V', d)],
    start: Float64Array.from([1, ...one.data, 1, ...one.data]),
    low: [LEAST, ...none, LEAST, ...none],
    weights: (values) => ({
      beta: values[0],
      query: matrix(d, d, values.slice(1, 1 + size)),
      key,
      time: values[1 + size],
      value: matrix(d, d, values.slice(2 + size)),
    }),
  };
}
