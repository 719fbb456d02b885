/**
 * The tangent flow: how small differences between particles grow along a trajectory (Lyapunov exponents,
 * the Jacobian of the flow map), and what an equilibrium does with them (its spectrum).
 */
import { z } from 'zod';
import type { CouplingName } from '../../attention/coupling.ts';
import { simulationEngines } from '../../flow/engines.ts';
import { openRun } from '../../flow/run.ts';
import { simulationSchema, simulationSettings } from '../../flow/simulation-settings.ts';
import { fastest } from '../../integrators/events.ts';
import { integrate, type StepView } from '../../integrators/integrate.ts';
import type { FlowProblem } from '../../integrators/problem.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import { fillSchema } from '../../language/options.ts';
import { modelOptions } from '../../language/particles.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix, product } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { type Complex, eigenvalues, singularValues } from '../../numerics/spectrum.ts';
import { checkSmooth, type FlowRecord } from '../smooth.ts';
import {
  orthonormalise,
  type Place,
  tangentDimension,
  tangentFrame,
  tangentMatrix,
  withVectors,
} from './variation.ts';

const tangentOptions = {
  vectors: wholeNumber(1, 400)
    .optional()
    .describe('How many exponents; 8 by default, or all where there are fewer'),
  tolerance: z
    .number({ error: 'expected a number from 1e-10 to 1e-3' })
    .min(1e-10)
    .max(1e-3)
    .default(1e-7)
    .describe('Of dopri5'),
};

export const tangentFlowSchema = simulationSchema
  .omit({
    ...{ scheme: true, step: true, saveAt: true, diagnostics: true, engine: true, threads: true },
    ...{ merge: true, mergeError: true, stopClusters: true, stopBelow: true },
    ...{ precision: true, accuracy: true },
  })
  .extend(tangentOptions);

export const modelTangentSchema = z.strictObject({
  ...tangentOptions,
  vectors: tangentOptions.vectors.default(4),
  coupling: fillSchema.shape.coupling,
});

export type TangentFlowOptions = z.input<typeof tangentFlowSchema>;
export type ModelTangentOptions = z.input<typeof modelTangentSchema>;

export interface Spectrum {
  /** Of Df on the tangent space, the largest real part first. */
  readonly eigenvalues: readonly Complex[];
  /** Directions by the sign of the real part; those within the tolerance of 0 are neutral. */
  readonly unstable: number;
  readonly neutral: number;
  readonly stable: number;
  readonly tolerance: number;
}

export interface TangentFlow {
  readonly settings: FlowRecord;
  readonly time: number;
  /** Of the space in which differences live. */
  readonly dimension: number;
  /** λ_a = (1/T) Σ log R_aa, the largest first: finite-time Lyapunov exponents. */
  readonly exponents: readonly number[];
  /** Of the Jacobian of the flow map, the largest first; null unless all vectors were carried. */
  readonly singular_values: readonly number[] | null;
  /** ln |det| of that Jacobian. */
  readonly log_determinant: number | null;
  /** Speed of the fastest particle at the end. */
  readonly speed: number;
  /** At the end, where it is an equilibrium; null with the reason where it is none, or too large. */
  readonly spectrum: Spectrum | null;
  readonly spectrum_problem: string | null;
}

export interface TangentContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (time: number, end: number) => void;
}

/** Slower than this counts as at rest. */
const AT_REST = 1e-6;
/** Eigenvalues of larger matrices would take minutes. */
const MOST_SPECTRUM = 400;
/** Real parts within this of 0 are neutral: differences are good to about 1e-9. */
const NEUTRAL = 1e-6;
const MOST_VECTORS = 8;
/** Tells this stream apart from others of the same seed. */
const STREAM = 0x746e;

/**
 * Exponents along the trajectory by repeated orthonormalisation (Benettin, Galgani, Giorgilli & Strelcyn,
 * Meccanica 15, 1980), and the spectrum at its end. Throws InputError as `simulationSettings` does, and
 * for dynamics with noise or radii.
 */
export async function tangentFlow(
  options: TangentFlowOptions = {},
  context: TangentContext = {},
): Promise<TangentFlow> {
  const { vectors, tolerance, ...flow } = parseOptions(tangentFlowSchema, options);
  const told = checkSmooth(flow);
  const settings = simulationSettings({ ...flow, scheme: 'dopri5', engine: 'reference' });
  const { entry, n, d, positions, time, seed } = settings;
  if (entry.normalisation)
    throw new InputError(
      'dynamics',
      `dynamics ${entry.name} have radii beside the positions: expected a flow of positions alone, choose another`,
    );
  const place: Place = { space: entry.space, n, d };
  const count = countOf(vectors, tangentDimension(place));
  const run = await openRun(settings, simulationEngines());
  try {
    const carried = carry(run.problem, positions.data, place, {
      count,
      time,
      tolerance,
      seed,
      context,
    });
    const speed = fastest(velocityAt(run.problem, time, carried.end), d);
    return {
      settings: told,
      time,
      dimension: tangentDimension(place),
      ...exponentsOf(carried, time, count === tangentDimension(place)),
      speed,
      ...spectrumAt(run.problem, time, carried.end, place, speed),
    };
  } finally {
    run.source.close();
  }
}

/** The same for the particles of a text under its model's own flow. */
export async function modelTangentFlow(
  model: LanguageModel,
  text: string,
  options: ModelTangentOptions = {},
  context: TangentContext = {},
): Promise<TangentFlow & { readonly model: string; readonly text: string }> {
  const { coupling, ...asked } = parseOptions(modelTangentSchema, options);
  const flow = modelOptions(model, { text, dynamics: 'model', coupling: coupling as CouplingName });
  const { horizon, name } = model.config;
  return {
    model: name,
    text,
    ...(await tangentFlow({ ...flow, ...asked, time: horizon }, context)),
  };
}

function countOf(vectors: number | undefined, dimension: number): number {
  if (vectors !== undefined && vectors > dimension)
    throw new InputError(
      'vectors',
      `vectors is ${vectors}, and the particles can differ in ${dimension} directions: expected at most so many`,
    );
  return vectors ?? Math.min(MOST_VECTORS, dimension);
}

interface Carried {
  readonly end: Float64Array;
  /** Σ log R_aa */
  readonly logs: Float64Array;
  /** The product of all R. */
  readonly upper: Matrix;
}

interface Carrying {
  readonly count: number;
  readonly time: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly context: TangentContext;
}

/** The flow with vectors that are made orthonormal again after every step. */
function carry(
  problem: FlowProblem,
  start: Float64Array,
  place: Place,
  { count, time, tolerance, seed, context }: Carrying,
): Carried {
  const { size } = problem;
  const frame = tangentFrame(start, place, count, random(seed, STREAM));
  const state = new Float64Array((count + 1) * size);
  state.set(start);
  state.set(frame.data, size);
  const logs = new Float64Array(count);
  let upper = identity(count);
  const renew = (view: StepView) => {
    context.signal?.throwIfAborted();
    context.onProgress?.(view.time, time);
    if (view.time === 0) return undefined;
    const next = view.state.slice();
    const factor = orthonormalise(matrix(count, size, next.subarray(size)));
    for (let a = 0; a < count; a++) logs[a] += Math.log(factor.data[a * (count + 1)]);
    upper = product(factor, upper);
    return { state: next };
  };
  const settings = { scheme: 'dopri5', tolerance, end: time, times: [time] };
  const frames = [...integrate(withVectors(problem, count), state, settings, { onStep: renew })];
  return { end: frames[frames.length - 1].state.slice(0, size), logs, upper };
}

function identity(size: number): Matrix {
  const result = matrix(size, size);
  for (let a = 0; a < size; a++) result.data[a * (size + 1)] = 1;
  return result;
}

function exponentsOf({ logs, upper }: Carried, time: number, all: boolean) {
  const exponents = [...logs].map((log) => log / time).sort((a, b) => b - a);
  const log_determinant = all ? logs.reduce((sum, log) => sum + log, 0) : null;
  return { exponents, singular_values: all ? [...singularValues(upper)] : null, log_determinant };
}

function velocityAt(problem: FlowProblem, time: number, x: Float64Array): Float64Array {
  const out = new Float64Array(problem.size);
  problem.velocity(time, x, out);
  return out;
}

function spectrumAt(
  problem: FlowProblem,
  time: number,
  x: Float64Array,
  place: Place,
  speed: number,
): Pick<TangentFlow, 'spectrum' | 'spectrum_problem'> {
  const dimension = tangentDimension(place);
  const obstacle =
    speed > AT_REST
      ? `the particles still move, at ${speed.toPrecision(2)}: an equilibrium needs less than ${AT_REST}, end later`
      : dimension > MOST_SPECTRUM
        ? `${dimension} directions are more than the ${MOST_SPECTRUM} whose eigenvalues are computed: take fewer particles`
        : null;
  if (obstacle) return { spectrum: null, spectrum_problem: obstacle };
  const basis = tangentFrame(x, place, dimension, random(0, STREAM));
  const found = eigenvalues(tangentMatrix(problem, time, x, basis));
  const count = (holds: (re: number) => boolean) => found.filter(({ re }) => holds(re)).length;
  return {
    spectrum: {
      eigenvalues: found,
      unstable: count((re) => re > NEUTRAL),
      neutral: count((re) => Math.abs(re) <= NEUTRAL),
      stable: count((re) => re < -NEUTRAL),
      tolerance: NEUTRAL,
    },
    spectrum_problem: null,
  };
}
