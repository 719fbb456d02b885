/**
 * Estimating what attention is made of, tried out: positions of a known flow with noise, and B = βQᵀK and TV
 * estimated from them, which is all that positions tell. With β, Q and T, V as unknowns of their own two
 * directions stay open, and are reported. The fit itself: attention.ts.
 */
import { z } from 'zod';
import { drawStart, startNamed } from '../../geometry/catalogue.ts';
import type { Confidence } from '../../numerics/confidence.ts';
import { identity, type Matrix, matrix } from '../../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { largestDifference } from '../../numerics/vectors.ts';
import type { ReductionContext } from '../context.ts';
import {
  fitAttention,
  identifiable,
  positionsOf,
  products,
  separate,
  type Weights,
} from './attention.ts';

/** Of every fit of attention. */
export const attentionOptions = {
  attention: z
    .enum(['sa', 'usa'], { error: 'expected sa or usa' })
    .default('sa')
    .describe('Softmax attention, or unnormalised'),
  tolerance: numberBetween(1e-13, 1e-6).default(1e-11).describe('Tolerance of dopri5'),
  unlabelled: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Later frames are measures: which token is which is not known'),
};

export const matricesSchema = z.strictObject({
  unknowns: z
    .enum(['identifiable', 'separate'], { error: 'expected identifiable or separate' })
    .default('identifiable')
    .describe('What is sought: B = βQᵀK and TV; or β, Q, T and V, with K known'),
  ...attentionOptions,
  n: wholeNumber(2, 500).default(16).describe('Tokens, drawn uniformly on the sphere'),
  d: wholeNumber(2, 4).default(2).describe('Coordinates of a token, 2 to 4'),
  beta: numberBetween(0.01, 50).default(2).describe('True β'),
  time: numberBetween(0.01, 50).default(1).describe('True horizon T'),
  spread: numberBetween(0, 2)
    .default(0.3)
    .describe('True Q, K and V are the identity plus so much of a normal matrix'),
  snapshots: wholeNumber(1, 50).default(3).describe('How many, at equal parts of the horizon'),
  noise: numberBetween(0, 1).default(1e-4).describe('Deviation of each coordinate’s error'),
  seed: wholeNumber(0, 2 ** 31)
    .default(1)
    .describe('Of matrices, tokens and noise'),
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
  readonly productError: number;
  readonly rounds: number;
  /** What is left is no more than the noise; otherwise there are no intervals. */
  readonly fits: boolean;
  /** The root mean square of what is left, a coordinate. */
  readonly misfit: number;
}

/** Tells this stream apart from others of the same seed. */
const STREAM = 0x6d74;

/**
 * Least squares on the positions at `snapshots` times through the flow. Throws InputError for options that do
 * not fit, ConvergenceError where the search does not settle, and the signal's reason.
 */
export async function matrixEstimation(
  options: MatricesOptions = {},
  { signal }: ReductionContext = {},
): Promise<MatrixEstimation> {
  const settings = parseOptions(matricesSchema, options);
  const { gaussian } = random(settings.seed, STREAM);
  const known = trueWeights(settings, gaussian);
  const { n, d, seed, snapshots } = settings;
  const init = drawStart(startNamed('uniform'), {}, { n, d, seed }).positions;
  const parts = Array.from({ length: snapshots }, (_, k) => (k + 1) / snapshots);
  const exact = await positionsOf(known, { init, parts }, settings);
  const data = exact.map((value) => value + settings.noise * gaussian());
  const unknowns = settings.unknowns === 'identifiable' ? products(d) : separate(known.key);
  const step = () => signal?.throwIfAborted();
  const { fit, found, ...sure } = await fitAttention(
    unknowns,
    { init, parts, data },
    settings,
    step,
  );
  return {
    settings,
    names: unknowns.names,
    truth: trueValues(settings, known),
    data: data.length,
    ...sure,
    productError: furthestApart(identifiable(found), identifiable(known)),
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

/** In the order of the unknowns. */
function trueValues({ unknowns }: Parsed, known: Weights): number[] {
  const { beta, query, time, value } = known;
  return unknowns === 'identifiable'
    ? identifiable(known).flatMap(({ data }) => [...data])
    : [beta, ...query.data, time, ...value.data];
}

const furthestApart = (a: readonly Matrix[], b: readonly Matrix[]): number =>
  Math.max(...a.map(({ data }, k) => largestDifference(data, b[k].data)));
