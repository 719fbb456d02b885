/**
 * A flow of attention as a function of what it is made of, and the fit of that to seen positions. Not where the
 * positions come from: trials are matrices.ts, data of one's own matrices-data.ts.
 */
import { Matrix as LibraryMatrix, pseudoInverse } from 'ml-matrix';
import type { MatrixValue } from '../../dynamics/dynamics.ts';
import { simulate } from '../../flow/simulation.ts';
import { type LeastSquaresProblem, leastSquares } from '../../numerics/least-squares.ts';
import {
  identity,
  type Matrix,
  matrix,
  product,
  row,
  toRows,
  transposed,
} from '../../numerics/matrix.ts';
import { nearestFit } from '../../numerics/nearest-fit.ts';
import { random } from '../../numerics/random.ts';
import { assign } from '../../transport/assignment.ts';
import { squaredDistances } from '../../transport/measure.ts';
import { attentionStart } from './attention-start.ts';
import { type Estimate, estimate, misfit, settled } from './estimate.ts';

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
  /** From the entries of B and TV: one of those that mean them. */
  from(products: Float64Array): Float64Array;
  weights(values: Float64Array): Weights;
}

export interface ObservationTimes {
  /** Where the tokens begin, [n, d]. */
  readonly init: Matrix;
  /** Rising parts of the horizon at which they are seen, the last one 1. */
  readonly parts: readonly number[];
}

export interface ObservedFlow extends ObservationTimes {
  /** Positions of all tokens at each part, one after the other. */
  readonly data: Float64Array;
}

export interface AttentionSettings {
  readonly attention: 'sa' | 'usa';
  /** Of dopri5. */
  readonly tolerance: number;
  /** The rows of later frames are in no order: each frame is the measure of its tokens alone. */
  readonly unlabelled: boolean;
  /** Deviation of the error of one datum. */
  readonly noise: number;
  /** Of the starts. */
  readonly seed: number;
}

export interface AttentionEstimate extends Estimate {
  readonly found: Weights;
  /** What is left is no more than the noise, so that it is no wrong minimum; otherwise there are no intervals. */
  readonly fits: boolean;
  /** The root mean square of what is left. */
  readonly misfit: number;
}

/** Starts are drawn so many at a time, and so many times, until one of them leads to a fit. */
const [STARTS, TIMES] = [20, 10];
/** A start is tried where its error is below this share of those tried before. */
const BETTER = 0.99;
/** Of a fit that is only to tell whether its minimum is the right one. */
const ROUGH = 1e-4;
/** Tells this stream apart from others of the same seed. */
const STREAM = 0x6173;

/**
 * Least squares on positions. The sum of squares has many minima, in the wrong ones of which attention sees other
 * tokens: so the search begins at the best of many starts along paths through the frames (attention-start.ts),
 * and where what is left is more than the noise, at others, and last where it is led from the unknowns' own start
 * (`led`). Unlabelled, the sum of squares is n W_2² of the measures. Errors as `estimate`, and whatever `step`,
 * called before each simulation and each batch of starts, throws.
 */
export async function fitAttention(
  unknowns: Unknowns,
  observed: ObservedFlow,
  settings: AttentionSettings,
  step: () => void,
): Promise<AttentionEstimate> {
  const problemOf = (observed: ObservedFlow) => ({
    low: unknowns.low,
    async residuals(values: Float64Array) {
      step();
      const now = await positionsOf(unknowns.weights(values), observed, settings);
      const data = settings.unlabelled ? inOrderOf(now, observed) : observed.data;
      return now.map((value, i) => value - data[i]);
    },
  });
  const problem = problemOf(observed);
  const most = largestMisfit(settings, observed.data.length - unknowns.names.length);
  let best = { values: unknowns.start, left: Number.POSITIVE_INFINITY };
  const tryFrom = async (values: ArrayLike<number>) => {
    const fit = await settled(() => leastSquares(problem, values, ROUGH));
    const left = fit ? misfit(fit.residuals) : Number.POSITIVE_INFINITY;
    if (fit && left < best.left) best = { values: fit.values, left };
    return best.left <= most;
  };
  const labelled = settings.unlabelled ? followed(observed) : observed;
  const draws = random(settings.seed, STREAM);
  let [done, tried] = [false, Number.POSITIVE_INFINITY];
  for (let time = 0; time < TIMES && !done; time++) {
    step();
    const start = await attentionStart(labelled, settings.attention, draws, STARTS, time === 0);
    if (!(start.error < BETTER * tried)) continue;
    tried = start.error;
    done = await tryFrom(unknowns.from(start.values));
  }
  if (!done) await settled(async () => tryFrom(await led(unknowns, observed, problemOf)));
  const found = await estimate(problem, best.values, unknowns.start);
  const left = misfit(found.fit.residuals);
  const fits = left <= most;
  const intervals = fits
    ? found.intervals
    : found.intervals.map(({ value }) => ({ value, low: null, high: null }));
  return { ...found, intervals, fits, misfit: left, found: unknowns.weights(found.fit.values) };
}

/** Deviations of χ² above its mean that chance does not reach. */
const CHANCE = 4;
/** What positions are off by at a tolerance of dopri5, over it. */
const INTEGRATION = 100;

/** The root mean square that errors of the noise's deviation leave at most, beside what the integration errs by. */
function largestMisfit({ noise, tolerance }: AttentionSettings, freedom: number): number {
  const wide = CHANCE / Math.sqrt(Math.max(1, freedom));
  return noise * (1 + wide) + INTEGRATION * tolerance;
}

/** How near the search is led to the first frames and to all data before it is let go. */
const LED = { first: 1e-2, deviation: 1e-3, tolerance: 1e-2 };

/**
 * Near the unknowns' own start: the values are drawn there, less and less, and the parts of the horizon are taken
 * in one after the other, from where tokens are still near their start.
 */
async function led(
  unknowns: Unknowns,
  observed: ObservedFlow,
  problemOf: (observed: ObservedFlow) => LeastSquaresProblem,
): Promise<Float64Array> {
  let near = unknowns.start;
  for (let k = 1; k < observed.parts.length; k++)
    near = await nearestFit(problemOf(upTo(observed, k)), near, LED.first, LED.tolerance);
  return nearestFit(problemOf(observed), near, LED.deviation, LED.tolerance);
}

/** The first k parts alone. */
const upTo = ({ init, parts, data }: ObservedFlow, k: number): ObservedFlow => ({
  init,
  parts: parts.slice(0, k),
  data: data.slice(0, k * init.data.length),
});

/** The data of each part, every token that whose transport to its place in `now` is part of the best. */
function inOrderOf(now: Float64Array, { init, data }: ObservedFlow): Float64Array {
  const out = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += init.data.length) {
    const frame = (of: Float64Array) => of.subarray(from, from + init.data.length);
    out.set(matched(frame(now), frame(data), init), from);
  }
  return out;
}

/** The data of each part, every token the one that it is transported to from the frame before. */
function followed(observed: ObservedFlow): ObservedFlow {
  const data = new Float64Array(observed.data.length);
  let before = observed.init.data;
  for (let from = 0; from < data.length; from += before.length) {
    before = matched(before, observed.data.subarray(from, from + before.length), observed.init);
    data.set(before, from);
  }
  return { ...observed, data };
}

/** The rows of `to` in the order in which those of `from` are assigned to them. */
function matched(from: Float64Array, to: Float64Array, { rows, columns }: Matrix): Float64Array {
  const [first, second] = [from, to].map((data) => matrix(rows, columns, data));
  const { columns: tokens } = assign(squaredDistances(first, second));
  return Float64Array.from([...tokens].flatMap((token) => [...row(second, token)]));
}

/** Of all tokens at all parts of the horizon, one after the other. */
export async function positionsOf(
  { beta, query, key, value, time }: Weights,
  { init, parts }: ObservationTimes,
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
    from: (values) => values,
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
    // Q = (B K⁻¹)ᵀ at β = T = 1
    from: (values) => {
      const b = LibraryMatrix.from1DArray(d, d, values.slice(0, size));
      const inverse = pseudoInverse(LibraryMatrix.from1DArray(d, d, key.data));
      const query = b.mmul(inverse).transpose().to1DArray();
      return Float64Array.of(1, ...query, 1, ...values.slice(size));
    },
    weights: (values) => ({
      beta: values[0],
      query: matrix(d, d, values.slice(1, 1 + size)),
      key,
      time: values[1 + size],
      value: matrix(d, d, values.slice(2 + size)),
    }),
  };
}
