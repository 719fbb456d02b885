/**
 * Estimating what attention is made of from snapshots of its tokens: B = βQᵀK and TV, which is all that
 * positions tell. With β, Q and T, V as unknowns of their own two directions stay open, and are reported.
 */
import { z } from 'zod';
import type { MatrixValue } from '../../dynamics/dynamics.ts';
import { simulate } from '../../flow/simulation.ts';
import { drawStart, startNamed } from '../../geometry/catalogue.ts';
import { type Confidence, confidence } from '../../numerics/confidence.ts';
import { leastSquares } from '../../numerics/least-squares.ts';
import { type Matrix, matrix, product, toRows, transposed } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import type { ReductionContext } from '../context.ts';
import { nullBelow } from './fit-parameters.ts';

export const matricesSchema = z.strictObject({
  unknowns: z
    .enum(['identifiable', 'separate'], { error: 'expected identifiable or separate' })
    .default('identifiable')
    .describe('B = βQᵀK and TV; or β, Q, T and V, with K known'),
  attention: z.enum(['sa', 'usa'], { error: 'expected sa or usa' }).default('sa'),
  n: wholeNumber(2, 500).default(16).describe('Tokens, drawn uniformly on the sphere'),
  d: wholeNumber(2, 4).default(2),
  beta: numberBetween(0.01, 50).default(2).describe('True β'),
  time: numberBetween(0.01, 50).default(1).describe('True horizon T'),
  spread: numberBetween(0, 2)
    .default(0.3)
    .describe('True Q, K and V are the identity plus so much of a normal matrix'),
  snapshots: wholeNumber(1, 50).default(3).describe('At equal parts of the horizon'),
  noise: numberBetween(0, 1).default(1e-4).describe('Deviation of each coordinate’s error'),
  tolerance: numberBetween(1e-13, 1e-6).default(1e-11).describe('Of dopri5'),
  seed: wholeNumber(0, 2 ** 31).default(1),
});

export type MatricesOptions = z.input<typeof matricesSchema>;
type Parsed = z.output<typeof matricesSchema>;

export interface MatrixEstimation extends Confidence {
  readonly settings: Parsed;
  /** B11, B12, … or beta, Q11, …: what the numbers below are of. */
  readonly names: readonly string[];
  readonly truth: readonly number[];
  /** Numbers that were seen. */
  readonly data: number;
  /** B = βQᵀK and TV of the estimate and the truth: the largest error of an entry. */
  readonly product_error: number;
  readonly rounds: number;
}

/** A flow: what the simulator is told of it. */
interface Weights {
  readonly beta: number;
  readonly query: Matrix;
  readonly key: Matrix;
  readonly value: Matrix;
  readonly time: number;
}

/** Unknowns as numbers, with what they mean. */
interface Unknowns {
  readonly names: readonly string[];
  readonly truth: Float64Array;
  /** Where the search begins. */
  readonly start: Float64Array;
  readonly low: readonly number[];
  weights(values: Float64Array): Weights;
}

/** Tells this stream apart from others of the same seed. */
const STREAM = 0x6d74;

/**
 * Least squares on the positions at `snapshots` times through the flow. Throws InputError for options that do
 * not fit, ConvergenceError where the search does not settle, and the signal's reason.
 */
export async function matrixEstimation(
  options: MatricesOptions = {},
  context: ReductionContext = {},
): Promise<MatrixEstimation> {
  const settings = parseOptions(matricesSchema, options);
  const { gaussian } = random(settings.seed, STREAM);
  const known = trueWeights(settings, gaussian);
  const unknowns = settings.unknowns === 'identifiable' ? products(known) : separate(known);
  const { n, d, seed } = settings;
  const init = drawStart(startNamed('uniform'), {}, { n, d, seed }).positions;
  const seen = async (values: Float64Array) => {
    context.signal?.throwIfAborted();
    return positions(unknowns.weights(values), init, settings);
  };
  const exact = await seen(unknowns.truth);
  const data = exact.map((value) => value + settings.noise * gaussian());
  const residuals = async (values: Float64Array) =>
    (await seen(values)).map((value, i) => value - data[i]);
  const fit = await leastSquares({ residuals, low: unknowns.low }, unknowns.start);
  const found = unknowns.weights(fit.values);
  return {
    settings,
    ...{ names: unknowns.names, truth: [...unknowns.truth], data: data.length },
    ...confidence(fit, nullBelow),
    product_error: largestDifference(identifiable(found), identifiable(known)),
    rounds: fit.rounds,
  };
}

function trueWeights({ beta, time, d, spread }: Parsed, gaussian: () => number): Weights {
  const drawn = () =>
    matrix(
      d,
      d,
      identity(d).data.map((value) => value + spread * gaussian()),
    );
  return { beta, time, query: drawn(), key: drawn(), value: drawn() };
}

const identity = (d: number): Matrix =>
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

/** βQᵀK and TV. */
const identifiable = ({ beta, query, key, value, time }: Weights): [Matrix, Matrix] => [
  scaled(product(transposed(query), key), beta),
  scaled(value, time),
];

const largestDifference = (a: readonly Matrix[], b: readonly Matrix[]): number =>
  Math.max(...a.flatMap(({ data }, k) => Array.from(data, (v, i) => Math.abs(v - b[k].data[i]))));

const entryNames = (name: string, d: number): string[] =>
  Array.from({ length: d * d }, (_, at) => `${name}${Math.floor(at / d) + 1}${(at % d) + 1}`);

/** The entries of B and TV: the flow with Q = I, K = B, V = TV, β = 1 until time 1 is the same. */
function products(known: Weights): Unknowns {
  const d = known.value.rows;
  const one = identity(d);
  const size = d * d;
  return {
    names: [...entryNames('B', d), ...entryNames('TV', d)],
    truth: Float64Array.from(identifiable(known).flatMap(({ data }) => [...data])),
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

/** β, the entries of Q, T and those of V; K is known. */
function separate(known: Weights): Unknowns {
  const d = known.value.rows;
  const { beta, query, key, value, time } = known;
  const size = d * d;
  const of = (b: number, q: Matrix, t: number, v: Matrix) =>
    Float64Array.from([b, ...q.data, t, ...v.data]);
  const none = new Array<number>(size).fill(Number.NEGATIVE_INFINITY);
  return {
    names: ['beta', ...entryNames('Q', d), 'T', ...entryNames('V', d)],
    truth: of(beta, query, time, value),
    start: of(1, identity(d), 1, identity(d)),
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

/** β and T stay positive. */
const LEAST = 1e-2;

/** Of all tokens at all snapshots, one after the other. */
async function positions(
  { beta, query, key, value, time }: Weights,
  init: Matrix,
  { attention, snapshots, tolerance }: Parsed,
): Promise<Float64Array> {
  const given = (m: Matrix): MatrixValue => ({ rows: toRows(m) });
  const { frames } = await simulate({
    dynamics: attention,
    parameters: { beta, query: given(query), key: given(key), value: given(value) },
    init,
    scheme: 'dopri5',
    tolerance,
    time,
    saveAt: Array.from({ length: snapshots }, (_, k) =>
      k + 1 === snapshots ? time : (time * (k + 1)) / snapshots,
    ),
    diagnostics: [],
  });
  return Float64Array.from(frames.flatMap((frame) => [...frame.positions.data]));
}
