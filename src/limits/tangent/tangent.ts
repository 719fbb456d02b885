/**
 * The tangent flow: how small differences between particles grow along a trajectory, ẋ = f(t, x) with
 * Ẏ = Df(t, x) Y (Lyapunov exponents, the Jacobian of the flow map), and what an equilibrium does with
 * them (the spectrum of Df).
 */
import { z } from 'zod';
import type { CouplingName } from '../../attention/coupling.ts';
import { simulationEngines } from '../../flow/engines.ts';
import { openRun } from '../../flow/run.ts';
import type { SimulationContext } from '../../flow/simulate.ts';
import {
  type SimulationSettings,
  simulationSchema,
  simulationSettings,
} from '../../flow/simulation-settings.ts';
import { tangent } from '../../geometry/sphere.ts';
import { fastest } from '../../integrators/events.ts';
import { integrate, type StepView } from '../../integrators/integrate.ts';
import type { FlowProblem } from '../../integrators/problem.ts';
import type { LanguageModel } from '../../language/checkpoint.ts';
import { fillSchema } from '../../language/options.ts';
import { modelOptions } from '../../language/particles.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix, product, row } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { type Complex, eigenvalues } from '../../numerics/spectrum.ts';
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
  vectors: wholeNumber(1, 2000)
    .optional()
    .describe('How many exponents; 8 by default, or all where there are fewer'),
  tolerance: z
    .number({ error: 'expected a number from 1e-10 to 1e-3' })
    .min(1e-10)
    .max(1e-3)
    .default(1e-7)
    .describe('Of dopri5'),
  equilibrium: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Take the end for an equilibrium, however fast the particles are there'),
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
  /** Directions by the sign of the real part; those within the tolerance of 0 are neutral: 1e-6 of the largest |λ|, or of 1. */
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
  /**
   * λ_a = (1/T) Σ log R_aa, the largest first: finite-time Lyapunov exponents of vectors that begin at
   * random. Fewer than all are the leading ones in the limit T → ∞ only: before, vectors in many
   * dimensions have not turned to the fastest directions, and λ_1 is near the mean growth
   * ln(|DΦ_T|_F / √dimension) / T, which may be far below ln σ_1 / T.
   */
  readonly exponents: readonly number[];
  /** σ_a of the Jacobian DΦ_T of the flow map, the largest first; null unless all vectors were carried. */
  readonly singular_values: readonly number[] | null;
  /** ln |det DΦ_T| = Σ ln σ_a = ∫ div f dt along the trajectory. */
  readonly log_determinant: number | null;
  /** Speed of the fastest particle at the end. */
  readonly speed: number;
  /** At the end, where it is an equilibrium; null with the reason where it is none, or too large. */
  readonly spectrum: Spectrum | null;
  readonly spectrum_problem: string | null;
}

export interface TangentContext extends Pick<SimulationContext, 'engines' | 'signal'> {
  readonly onProgress?: (time: number, end: number) => void;
}

/** Slower than this counts as at rest. */
const AT_REST = 1e-9;
/** Eigenvalues of larger matrices would take minutes. */
const MOST_SPECTRUM = 400;
/**
 * Real parts within this of 0, in units of the largest |λ|, are neutral: differences are good to about
 * 1e-9, and eigenvalues of defective matrices to less.
 */
const NEUTRAL = 1e-6;
const MOST_VECTORS = 8;
/** Tells this stream apart from others of the same seed. */
const STREAM = 0x746e;
/** Milliseconds of computing between two looks at the signal. */
const BREATH = 50;

/**
 * Exponents along the trajectory by repeated orthonormalisation (Benettin, Galgani, Giorgilli & Strelcyn,
 * Meccanica 15, 1980), and the spectrum at its end. Df is a central difference, relatively good to 1e-8 up
 * to β = 9. Throws InputError as `simulationSettings` does, and for dynamics with noise or radii.
 */
export async function tangentFlow(
  options: TangentFlowOptions = {},
  context: TangentContext = {},
): Promise<TangentFlow> {
  const { vectors, tolerance, equilibrium, ...flow } = parseOptions(tangentFlowSchema, options);
  const told = checkSmooth(flow);
  const settings = differentiable(simulationSettings({ ...flow, scheme: 'dopri5' }));
  const { entry, n, d, positions, time, seed } = settings;
  const place: Place = { space: entry.space, n, d };
  const count = countOf(vectors, tangentDimension(place));
  const run = await openRun(settings, context.engines ?? simulationEngines());
  try {
    const carrying = { count, time, tolerance, seed, context };
    const carried = await carry(run.problem, positions.data, place, carrying);
    const speed = fastest(velocityAt(run.problem, time, carried.end), d);
    return {
      settings: told,
      time,
      dimension: tangentDimension(place),
      ...exponentsOf(carried, time, count === tangentDimension(place)),
      speed,
      ...spectrumAt(run.problem, time, carried.end, place, equilibrium ? 0 : speed),
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

/** On the engine whose pairs are exact to rounding, as differences need. Throws InputError for radii. */
function differentiable(settings: SimulationSettings): SimulationSettings {
  const { entry } = settings;
  if (entry.normalisation)
    throw new InputError(
      'dynamics',
      `dynamics ${entry.name} have radii beside the positions: expected a flow of positions alone, choose another`,
    );
  // dynamics that bring their own velocity have no engine
  return { ...settings, engine: entry.velocity ? 'auto' : 'reference' };
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

/** The flow with vectors that are made tangent and orthonormal again after every step. */
async function carry(
  problem: FlowProblem,
  start: Float64Array,
  place: Place,
  { count, time, tolerance, seed, context }: Carrying,
): Promise<Carried> {
  const { size } = problem;
  const frame = tangentFrame(start, place, count, random(seed, STREAM));
  const state = new Float64Array((count + 1) * size);
  state.set(start);
  state.set(frame.data, size);
  const logs = new Float64Array(count);
  let upper = identity(count);
  let breath = performance.now();
  const renew = (view: StepView) => {
    context.onProgress?.(view.time, time);
    if (view.time === 0) return undefined;
    const next = view.state.slice();
    const moved = matrix(count, size, next.subarray(size));
    if (place.space === 'sphere') makeTangent(moved, next.subarray(0, size), place.d);
    const factor = orthonormalise(moved);
    for (let a = 0; a < count; a++) logs[a] += Math.log(factor.data[a * (count + 1)]);
    upper = product(factor, upper);
    const due = performance.now() - breath > BREATH;
    return { state: next, ...(due && { frame: 'pause' }) };
  };
  const settings = { scheme: 'dopri5', tolerance, end: time, times: [time] };
  let end = start;
  for (const frame of integrate(withVectors(problem, count), state, settings, { onStep: renew })) {
    end = frame.state.slice(0, size);
    // lets the rest of this thread work, so that someone can abort
    if (frame.reason === 'pause') await new Promise((resolve) => setTimeout(resolve));
    context.signal?.throwIfAborted();
    breath = performance.now();
  }
  return { end, logs, upper };
}

/**
 * y_i ← y_i − ⟨x_i, y_i⟩ x_i for every vector. The flow carries ⟨x_i, y_i⟩ unchanged, so what errors of steps
 * put there does not fall where tangent vectors do: made of length 1 again and again, it would take their place.
 */
function makeTangent(vectors: Matrix, x: Float64Array, d: number): void {
  for (let a = 0; a < vectors.rows; a++) {
    const y = row(vectors, a);
    for (let at = 0; at < y.length; at += d)
      y.set(tangent(x.subarray(at, at + d), y.subarray(at, at + d)), at);
  }
}

function identity(size: number): Matrix {
  const result = matrix(size, size);
  for (let a = 0; a < size; a++) result.data[a * (size + 1)] = 1;
  return result;
}

function exponentsOf({ logs, upper }: Carried, time: number, all: boolean) {
  const exponents = [...logs].map((log) => log / time).sort((a, b) => b - a);
  const log_determinant = all ? logs.reduce((sum, log) => sum + log, 0) : null;
  return { exponents, singular_values: all ? stretchings(upper) : null, log_determinant };
}

const MOST_SWEEPS = 30;

/**
 * Singular values of the product of all R, the largest first, by one-sided Jacobi rotations of its rows
 * (Demmel & Veselić, SIAM J. Matrix Anal. Appl. 13, 1992): rows are of very different sizes, and each value
 * is good relative to itself, down to 1e-150, not to the largest.
 */
function stretchings(upper: Matrix): number[] {
  const rows = Array.from({ length: upper.rows }, (_, a) => row(upper, a).slice());
  let turned = true;
  for (let sweep = 0; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let a = 0; a < rows.length; a++)
      for (let b = a + 1; b < rows.length; b++) turned = separate(rows[a], rows[b]) || turned;
  }
  return rows.map((one) => Math.sqrt(dot(one, one))).sort((a, b) => b - a);
}

/** Turns two rows within their plane until they are orthogonal; false where they are already. */
function separate(p: Float64Array, q: Float64Array): boolean {
  const [pp, qq, pq] = [dot(p, p), dot(q, q), dot(p, q)];
  if (!(Math.abs(pq) > 4 * Number.EPSILON * Math.sqrt(pp) * Math.sqrt(qq))) return false;
  const zeta = (qq - pp) / (2 * pq);
  const slope = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, slope);
  for (let at = 0; at < p.length; at++) {
    const [own, other] = [p[at], q[at]];
    p[at] = cosine * (own - slope * other);
    q[at] = cosine * (slope * own + other);
  }
  return true;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
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
      ? `the particles still move, at ${speed.toPrecision(2)}: an equilibrium needs at most ${AT_REST}, end later or take it for one with equilibrium`
      : dimension > MOST_SPECTRUM
        ? `${dimension} directions are more than the ${MOST_SPECTRUM} whose eigenvalues are computed: take fewer particles`
        : null;
  if (obstacle) return { spectrum: null, spectrum_problem: obstacle };
  const basis = tangentFrame(x, place, dimension, random(0, STREAM));
  const found = eigenvalues(tangentMatrix(problem, time, x, basis));
  const tolerance = NEUTRAL * Math.max(1, ...found.map(({ re, im }) => Math.hypot(re, im)));
  const count = (holds: (re: number) => boolean) => found.filter(({ re }) => holds(re)).length;
  return {
    spectrum: {
      eigenvalues: found,
      unstable: count((re) => re > tolerance),
      neutral: count((re) => Math.abs(re) <= tolerance),
      stable: count((re) => re < -tolerance),
      tolerance,
    },
    spectrum_problem: null,
  };
}
