/**
 * The tangent flow: how small differences between particles grow along a trajectory, ẋ = f(t, x) with
 * Ẏ = Df(t, x) Y (Lyapunov exponents, the Jacobian of the flow map), and what an equilibrium does with
 * them (the spectrum of Df).
 */
import { z } from 'zod';
import type { CouplingName } from '../../attention/model-coupling.ts';
import { simulationEngines } from '../../engines/catalogue.ts';
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
import type { FlowModel } from '../../language/flow-model.ts';
import { fillSchema } from '../../language/options.ts';
import { modelOptions } from '../../language/particles.ts';
import { exp, hypot, log } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { type Matrix, matrix, row } from '../../numerics/matrix.ts';
import { parseOptions, wholeNumber } from '../../numerics/options.ts';
import { random } from '../../numerics/random.ts';
import { type Complex, eigenvalues } from '../../numerics/spectrum.ts';
import { largestOf, sumOf } from '../../numerics/vectors.ts';
import { YIELD_INTERVAL, yieldToEvents } from '../../numerics/yielding.ts';
import { checkSmooth, type FlowRecord } from '../smooth.ts';
import { logStretchings, noFactors, type ScaledRows, withFactor } from './stretching.ts';
import {
  coordinateBasis,
  orthonormalise,
  type Place,
  tangentBasis,
  tangentDimension,
  tangentMatrix,
  withVectors,
} from './variation.ts';

const tangentOptions = {
  vectors: wholeNumber(1, 2000)
    .optional()
    .describe(
      'How many exponents; by default 8 of dynamics, or all where there are fewer, and 4 of a text',
    ),
  tolerance: z
    .number({ error: 'expected a number from 1e-10 to 1e-3' })
    .min(1e-10)
    .max(1e-3)
    .default(1e-7)
    .describe('Tolerance of dopri5'),
  spinUp: z
    .number({ error: 'expected a time, 0 or more' })
    .min(0, 'expected a time, 0 or more')
    .optional()
    .describe(
      'Until this time the vectors turn in and nothing is measured; half of the time by default, or 0 where there are as many vectors as directions',
    ),
  equilibrium: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Take the end for an equilibrium, however fast the particles are there'),
};

export const tangentFlowSchema = simulationSchema
  .omit({
    scheme: true,
    step: true,
    saveAt: true,
    diagnostics: true,
    engine: true,
    threads: true,
    merge: true,
    mergeError: true,
    stopClusters: true,
    stopBelow: true,
    precision: true,
    accuracy: true,
  })
  .extend(tangentOptions);

export const modelTangentSchema = z.strictObject({
  ...tangentOptions,
  vectors: tangentOptions.vectors.default(4),
  coupling: fillSchema.shape.coupling,
});

/** A simulation's dynamics and start, the horizon, spin-up, and the number of tangent vectors. */
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

/**
 * Lyapunov exponents of a trajectory, per unit of time, and the spectrum of the equilibrium that it ends in.
 */
export interface TangentFlow {
  readonly settings: FlowRecord;
  readonly time: number;
  /** Of the space in which differences live. */
  readonly dimension: number;
  /** S: when the measurement began; before, the vectors only turned to the fastest directions. */
  readonly spinUp: number;
  /**
   * Finite-time Lyapunov exponents over T − S, the largest first: ln σ_a / (T − S) where all vectors were
   * carried, Σ log R_aa / (T − S) of as many vectors as there are otherwise. Both differ from the exponents
   * of T → ∞ by a term of order 1 / (T − S); the second also where S was too short for the vectors to turn.
   */
  readonly exponents: readonly number[];
  /**
   * σ_a of the Jacobian of the flow map from S to T, the largest first (0 below what a number holds); null
   * unless all vectors were carried.
   */
  readonly singularValues: readonly number[] | null;
  /** ln |det| of the same = Σ ln σ_a = ∫ div f dt along the trajectory. */
  readonly logDeterminant: number | null;
  /** Speed of the fastest particle at the end. */
  readonly speed: number;
  /** At the end, where it is an equilibrium; null with the reason where it is none, or too large. */
  readonly spectrum: Spectrum | null;
  readonly spectrumProblem: string | null;
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

/**
 * Exponents along the trajectory by repeated orthonormalisation (Benettin, Galgani, Giorgilli & Strelcyn,
 * Meccanica 15, 1980), and the spectrum at its end. Df is exact for softmax attention; elsewhere it is a central
 * difference, relatively good to 1e-8 up to β = 9. Throws InputError as `simulationSettings` does, and for dynamics with noise or radii.
 */
export async function tangentFlow(
  options: TangentFlowOptions = {},
  context: TangentContext = {},
): Promise<TangentFlow> {
  const asked = parseOptions(tangentFlowSchema, options);
  const { vectors, tolerance, equilibrium, spinUp, ...flow } = asked;
  const told = checkSmooth(flow);
  const settings = differentiable(simulationSettings({ ...flow, scheme: 'dopri5' }));
  const { entry, n, d, positions, time, seed } = settings;
  const place: Place = { space: entry.space, n, d };
  const dimension = tangentDimension(place);
  const count = countOf(vectors, dimension);
  const begin = beginOf(spinUp, time, count === dimension);
  const run = await openRun(settings, context.engines ?? simulationEngines());
  try {
    const { maximumSteps } = asked;
    const carrying = { count, begin, time, tolerance, maximumSteps, seed, context };
    const carried = await carry(run.problem, positions.data, place, carrying);
    const speed = fastest(velocityAt(run.problem, time, carried.end), d);
    return {
      settings: told,
      time,
      dimension,
      spinUp: begin,
      ...exponentsOf(carried, time - begin, count === dimension),
      speed,
      ...spectrumAt(run.problem, time, carried.end, place, equilibrium ? 0 : speed),
    };
  } finally {
    run.source.close();
  }
}

/** The same for the particles of a text under its model's own flow. */
export async function modelTangentFlow(
  model: FlowModel,
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

/** S, when the measurement begins. */
function beginOf(spinUp: number | undefined, time: number, all: boolean): number {
  if (spinUp !== undefined && spinUp >= time)
    throw new InputError(
      'spinUp',
      `spinUp is ${spinUp}, and the run ends at ${time}: expected less, so that a time is left to be measured`,
    );
  return spinUp ?? (all ? 0 : time / 2);
}

/** Since the measurement began. */
interface Carried {
  readonly end: Float64Array;
  /** Σ log R_aa */
  readonly logs: Float64Array;
  /** The product of all R. */
  readonly stretched: ScaledRows;
}

interface Carrying {
  readonly count: number;
  /** When the measurement begins. */
  readonly begin: number;
  readonly time: number;
  readonly tolerance: number;
  readonly maximumSteps: number;
  readonly seed: number;
  readonly context: TangentContext;
}

/** Steps from one orthonormalisation to the next, at most. */
const MOST_WAIT = 8;
/**
 * How much the fastest vector may grow beside the slowest from one to the next: so many times round-off is lost of
 * their angles. Below the first the next one may wait twice as long, above the second half as long.
 */
const APART = [2, 8];

/** The flow with vectors that are made tangent and orthonormal again before they turn into each other. */
async function carry(
  problem: FlowProblem,
  start: Float64Array,
  place: Place,
  { count, begin, time, tolerance, maximumSteps, seed, context }: Carrying,
): Promise<Carried> {
  const { size } = problem;
  const basis = tangentBasis(start, place, count, random(seed, STREAM));
  const state = new Float64Array((count + 1) * size);
  state.set(start);
  state.set(basis.data, size);
  const logs = new Float64Array(count);
  let stretched = noFactors(count);
  let yielded = performance.now();
  let [wait, waited] = [1, 0];
  const renew = (view: StepView) => {
    context.onProgress?.(view.time, time);
    if (view.time === 0) return undefined;
    const due = performance.now() - yielded > YIELD_INTERVAL;
    const pause = due ? { frame: 'pause' } : undefined;
    if (++waited < wait && view.time !== begin && view.time !== time) return pause;
    const next = view.state.slice();
    const moved = matrix(count, size, next.subarray(size));
    if (place.space === 'sphere') makeTangent(moved, next.subarray(0, size), place.d);
    const factor = orthonormalise(moved);
    wait = nextWait(factor, wait);
    waited = 0;
    if (view.time > begin) {
      for (let a = 0; a < count; a++) logs[a] += log(factor.data[a * (count + 1)]);
      stretched = withFactor(factor, stretched);
    }
    return { state: next, ...pause };
  };
  const settings = { scheme: 'dopri5', tolerance, maximumSteps, end: time, times: [time] };
  const carried = withVectors(problem, count);
  const stopping = { ...carried, breakpoints: [...(carried.breakpoints ?? []), begin] };
  let end = start;
  for (const frame of integrate(stopping, state, settings, { onStep: renew })) {
    end = frame.state.slice(0, size);
    if (frame.reason === 'pause') await yieldToEvents();
    context.signal?.throwIfAborted();
    yielded = performance.now();
  }
  return { end, logs, stretched };
}

function nextWait(factor: Matrix, wait: number): number {
  const logs = Array.from({ length: factor.rows }, (_, a) =>
    log(factor.data[a * (factor.rows + 1)]),
  );
  const apart = exp(largestOf(logs) + largestOf(logs.map((one) => -one)));
  if (apart < APART[0]) return Math.min(2 * wait, MOST_WAIT);
  return apart < APART[1] ? wait : Math.max(1, wait / 2);
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

function exponentsOf({ logs, stretched }: Carried, time: number, all: boolean) {
  if (!all) {
    const exponents = [...logs].map((log) => log / time).sort((a, b) => b - a);
    return { exponents, singularValues: null, logDeterminant: null };
  }
  const grown = logStretchings(stretched);
  return {
    exponents: grown.map((one) => one / time),
    singularValues: grown.map((one) => exp(one)),
    logDeterminant: sumOf(logs),
  };
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
): Pick<TangentFlow, 'spectrum' | 'spectrumProblem'> {
  const dimension = tangentDimension(place);
  const obstacle =
    speed > AT_REST
      ? `the particles still move, at ${speed.toPrecision(2)}: an equilibrium needs at most ${AT_REST}, end later or take it for one with equilibrium`
      : dimension > MOST_SPECTRUM
        ? `${dimension} directions are more than the ${MOST_SPECTRUM} whose eigenvalues are computed: take fewer particles`
        : null;
  if (obstacle) return { spectrum: null, spectrumProblem: obstacle };
  // in coordinates of the particles, which keep apart what a random basis would mix with rounding
  const found = eigenvalues(tangentMatrix(problem, time, x, coordinateBasis(x, place)));
  const tolerance = NEUTRAL * Math.max(1, ...found.map(({ re, im }) => hypot([re, im])));
  const count = (holds: (re: number) => boolean) => found.filter(({ re }) => holds(re)).length;
  return {
    spectrum: {
      eigenvalues: found,
      unstable: count((re) => re > tolerance),
      neutral: count((re) => Math.abs(re) <= tolerance),
      stable: count((re) => re < -tolerance),
      tolerance,
    },
    spectrumProblem: null,
  };
}
