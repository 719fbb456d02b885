/**
 * What a simulation is asked for, checked before anything is computed: the options of the library, the
 * body of the HTTP call and the flags of the command line are this one schema. Not the run itself.
 */

import { z } from 'zod';
import { diagnostics } from '../diagnostics/catalogue.ts';
import { checkDiagnostics, isDiagnostic } from '../diagnostics/define.ts';
import { DELTA, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { dynamicsNamed } from '../dynamics/catalogue.ts';
import { type Dynamics, energyBetaOf, type ParameterValues } from '../dynamics/dynamics.ts';
import { KAPPA, strengthOf } from '../dynamics/noise.ts';
import { completeParameters } from '../dynamics/parameters.ts';
import { ENGINE_CHOICES } from '../engines/catalogue.ts';
import { D, drawStart, equalMasses, N, SEED, startNamed } from '../geometry/catalogue.ts';
import { checkPositions } from '../geometry/given.ts';
import { checkWholeSteps } from '../integrators/clock.ts';
import { parseSaveAt } from '../integrators/save-at.ts';
import {
  END,
  MAXIMUM_STEPS,
  NOISE_SCHEME,
  SCHEME,
  type Scheme,
  STEP,
  schemes,
  TOLERANCE,
  takesNoise,
  usualScheme,
} from '../integrators/schemes.ts';
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { numberBetween, parseOptions, wholeNumber } from '../numerics/options.ts';
import { either, entryNamed, type NumberParameter, show } from '../numerics/parameters.ts';
import { sumOf } from '../numerics/vectors.ts';

/** The schema of a parameter that is data. */
function numberOf(parameter: NumberParameter) {
  const { minimum, maximum, integer, help } = parameter;
  const number = integer ? wholeNumber(minimum, maximum) : numberBetween(minimum, maximum);
  return number.default(parameter.default).describe(help);
}

/** A size: absent, it is that of init, or the usual one. */
const sizeOf = ({ minimum, maximum, help, default: usual }: NumberParameter) =>
  wholeNumber(minimum, maximum)
    .optional()
    .describe(`${help} As many as init has, else ${usual} by default`);

const record = (what: string) =>
  z.record(z.string(), z.unknown(), { error: `expected an object of ${what} by name` }).default({});

/** On the sphere no two particles are farther apart than π. */
const DISTANCE = numberBetween(1e-12, 1e300);

const NAMES = { error: 'expected names of diagnostics, or what defineDiagnostic returns' };

const isEntry = (value: unknown) =>
  typeof value === 'object' && value !== null && isDiagnostic(value as Diagnostic);

const TIMES = {
  error: 'expected times such as [0, 1, 10], or "linear:0:10:11", or "log:1e-2:1e8:200"',
};

export const simulationSchema = z.strictObject({
  dynamics: z
    .custom<string | Dynamics>(
      (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
      'expected the name of dynamics, or dynamics of your own',
    )
    .default('sa')
    .describe('A name of the catalogue, or in the library what `defineDynamics` returns'),
  parameters: record('numbers, choices and matrices').describe('Of the dynamics, by name'),
  start: z
    .string({ error: 'expected the name of a start' })
    .optional()
    .describe(
      'A name of the catalogue; uniform by default, and gaussian in R^1, which has no sphere',
    ),
  startParameters: record('numbers and choices').describe('Of the start, by name'),
  init: z
    .custom<Matrix | readonly (readonly number[])[]>(
      (value) => typeof value === 'object' && value !== null,
      'expected rows of numbers',
    )
    .optional()
    .describe('Positions of one’s own, a row a particle, instead of a start'),
  normalise: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Bring `init` to the sphere'),
  masses: z
    .array(numberBetween(0, 1e300), { error: 'expected numbers, one a particle' })
    .optional()
    .describe('Of the particles; they are divided by their sum. Equal by default'),
  n: sizeOf(N),
  d: sizeOf(D),
  seed: numberOf(SEED),
  kappa: numberBetween(KAPPA.minimum, KAPPA.maximum)
    .optional()
    .describe(
      'Inverse noise: Brownian motion with generator Δ/κ beside dynamics on the sphere or in R^d; without, they have none but their own',
    ),
  scheme: z
    .string({ error: 'expected the name of a scheme' })
    .optional()
    .describe(
      `How time is cut into steps; ${SCHEME.default} by default, ${NOISE_SCHEME} where there is noise, rk4 for no_projection, dopri5 for svgd_sphere`,
    ),
  time: numberOf(END),
  step: numberOf(STEP),
  tolerance: numberOf(TOLERANCE),
  maximumSteps: numberOf(MAXIMUM_STEPS),
  saveAt: z
    .union([z.string(), z.array(z.number()).min(1, TIMES)], TIMES)
    .optional()
    .describe(
      'Times of the frames; the start and the end by default. One beyond the end by rounding, as numpy.arange gives it, is the end',
    ),
  engine: z
    .enum(ENGINE_CHOICES, { error: `expected one of ${ENGINE_CHOICES.join(', ')}` })
    .default('auto')
    .describe('What computes the velocities; auto chooses by size and dynamics, and says so'),
  precision: z
    .enum(['float64', 'float32'], { error: 'expected float64 or float32' })
    .default('float64')
    .describe('Of the arithmetic of pairs'),
  accuracy: numberBetween(1e-15, 1e-2)
    .default(1e-12)
    .describe('Absolute error of a velocity where the engine approximates'),
  threads: wholeNumber(1, 64).optional().describe('At most so many; all cores by default'),
  merge: DISTANCE.optional().describe(
    'Particles no two of which are farther apart than this angle (off the sphere: distance), and no other closer, become one with their masses together',
  ),
  mergeError: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Run again without merging and report the largest distance between the two'),
  stopClusters: wholeNumber(1, 10_000_000)
    .optional()
    .describe('With `merge`: stop when at most so many are left'),
  stopBelow: numberBetween(0, 1e300).optional().describe('Stop when no particle is faster'),
  diagnostics: z
    .array(
      z.custom<string | Diagnostic>((one) => typeof one === 'string' || isEntry(one), NAMES),
      NAMES,
    )
    .optional()
    .describe(
      'Which ones, by name, or in the library what `defineDiagnostic` returns; all by default',
    ),
  delta: numberBetween(1e-14, 0.99)
    .default(DELTA)
    .describe('δ of the diagnostic pair_share: pairs with a cosine of 1 − δ or more are together'),
});

/**
 * What is simulated, from where, how and until when; every option has a default. Times in units of the flow,
 * angles in radians.
 */
export type SimulationOptions = z.input<typeof simulationSchema>;
type Parsed = z.output<typeof simulationSchema>;

/**
 * A step's share of the tolerance. Errors of the slow phases of a flow are shifts in time, which the fast
 * ones enlarge: with it equiangular tokens are 1e-8 from the closed form at tolerance 1e-10, up to β = 9.
 */
export const STEP_SHARE = 0.1;

/** Everything that a run needs, complete. */
export interface SimulationSettings
  extends Omit<
    Parsed,
    | 'dynamics'
    | 'parameters'
    | 'start'
    | 'init'
    | 'n'
    | 'd'
    | 'masses'
    | 'diagnostics'
    | 'scheme'
    | 'saveAt'
  > {
  readonly start: string;
  readonly n: number;
  readonly d: number;
  readonly entry: Dynamics;
  readonly parameters: ParameterValues;
  /** √(2/κ), the strength of the noise; 0 without. */
  readonly noise: number;
  readonly scheme: Scheme;
  /** [n, d] */
  readonly positions: Matrix;
  /** [n], of sum 1. */
  readonly masses: Float64Array;
  /** Whether the positions were brought, not drawn. */
  readonly given: boolean;
  readonly chosen: readonly Diagnostic[];
  /** Times of the frames, rising. */
  readonly times: Float64Array;
}

/**
 * The settings of a run from its options. Throws InputError, naming the option, for unknown names, values
 * out of range, and what does not fit together.
 */
export function simulationSettings(options: SimulationOptions): SimulationSettings {
  checkPlace(options);
  const {
    dynamics,
    parameters: given,
    kappa,
    init,
    masses,
    diagnostics: names,
    ...rest
  } = parseOptions(simulationSchema, options);
  const entry = typeof dynamics === 'string' ? dynamicsNamed(dynamics) : dynamics;
  const size = askedSize({ init, n: rest.n, d: rest.d });
  const start = rest.start ?? usualStart(entry, size.d);
  const positions = startPositions(entry, init, { ...rest, ...size, start });
  const { rows: n, columns: d } = positions;
  const own = ownKappa(entry, given, kappa);
  const parameters = completeParameters(entry, own ?? given, d, rest.seed);
  const noise = own || kappa === undefined ? (entry.noise?.(parameters) ?? 0) : strengthOf(kappa);
  const settings: SimulationSettings = {
    ...rest,
    start,
    ...(!own && { kappa }),
    n,
    d,
    entry,
    parameters,
    noise,
    scheme: entryNamed(
      'scheme',
      schemes,
      rest.scheme ?? usualScheme(entry, noise > 0 || entry.noise !== undefined),
    ),
    times: parseSaveAt(rest.saveAt ?? [0, rest.time], rest.time),
    positions,
    masses: readMasses(masses, n),
    given: init !== undefined,
    chosen: names ? chosenDiagnostics(names) : diagnostics,
  };
  checkScheme(settings);
  checkMerge(settings);
  const { chosen, delta } = settings;
  const beta = energyBetaOf(entry, parameters);
  checkDiagnostics(chosen, { positions, masses: settings.masses, space: entry.space, beta, delta });
  entry.checkStart?.(
    { n, d, positions: positions.data, masses: settings.masses },
    settings.parameters,
  );
  return settings;
}

/**
 * The parameters of dynamics with noise of their own, with the κ of the option among them; null where the option
 * is the run's alone. Throws InputError (field `kappa`) where there are two of them.
 */
function ownKappa(
  entry: Dynamics,
  given: Readonly<Record<string, unknown>>,
  kappa: number | undefined,
): Readonly<Record<string, unknown>> | null {
  if (kappa === undefined || !entry.noise) return null;
  const named = entry.parameters.some(({ name }) => name === 'kappa');
  if (named && given.kappa === undefined) return { ...given, kappa };
  const where = named ? `parameter kappa is ${show(given.kappa)}` : 'they have noise of their own';
  throw new InputError(
    'kappa',
    `option kappa is ${kappa}, and of dynamics ${entry.name} ${where}: expected one noise, leave the option out`,
  );
}

/** Throws InputError (field `diagnostics`) for an unknown name, and for one that is there twice. */
function chosenDiagnostics(asked: readonly (string | Diagnostic)[]): readonly Diagnostic[] {
  const chosen = asked.map((one) =>
    typeof one === 'string' ? entryNamed('diagnostics', diagnostics, one) : one,
  );
  const names = chosen.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice === undefined) return chosen;
  throw new InputError(
    'diagnostics',
    `option diagnostics has ${twice} twice: expected every name once, leave one out`,
  );
}

/** A parameter of the dynamics is easily taken for an option. */
function checkPlace(options: SimulationOptions): void {
  const { dynamics = 'sa' } = options ?? {};
  if (typeof dynamics !== 'string') return;
  const { parameters } = dynamicsNamed(dynamics);
  const given: Readonly<Record<string, unknown>> = { ...options };
  const stray = parameters.find(({ name }) => name in given && !(name in simulationSchema.shape));
  if (!stray) return;
  const { name } = stray;
  throw new InputError(
    name,
    `${name} is a parameter of dynamics ${dynamics}: expected parameters: { ${name}: ${show(given[name])} }, give it there`,
  );
}

type StartOptions = Pick<Parsed, 'startParameters' | 'seed' | 'normalise'> & {
  readonly start: string;
  readonly n: number;
  readonly d: number;
};

/**
 * How many particles are asked for, and of how many coordinates, before any is drawn. Throws InputError (field `n`
 * or `d`) where they are said beside positions of one's own that have others.
 */
export function askedSize({ init, n, d }: Pick<SimulationOptions, 'init' | 'n' | 'd'>) {
  if (!init) return { n: n ?? N.default, d: d ?? D.default };
  const brought =
    'rows' in init
      ? { n: init.rows, d: init.columns }
      : { n: init.length, d: init[0]?.length ?? 0 };
  for (const [name, said] of Object.entries({ n, d }))
    if (said !== undefined && said !== brought[name as 'n' | 'd'])
      throw new InputError(
        name,
        `option ${name} is ${said}, and init has ${counted(brought.n, 'particle')} of ${counted(brought.d, 'coordinate')}: expected one of the two, leave ${name} out`,
      );
  return brought;
}

/** R^1 has no sphere. */
const usualStart = ({ space }: Dynamics, d: number) =>
  space === 'euclidean' && d === 1 ? 'gaussian' : 'uniform';

function startPositions(
  { space, name }: Dynamics,
  init: Parsed['init'],
  { start: startName, startParameters, n, d, seed, normalise }: StartOptions,
): Matrix {
  if (init) return checkPositions(init, { space, normalise });
  const start = startNamed(startName);
  if (space === 'sphere' && start.space === 'euclidean')
    throw new InputError(
      'start',
      `start ${startName} is off the sphere, on which dynamics ${name} live: choose a start on it, such as uniform`,
    );
  return drawStart(start, startParameters, { n, d, seed }).positions;
}

/** Of sum 1. Throws InputError (field `masses`). */
function readMasses(given: readonly number[] | undefined, n: number): Float64Array {
  if (!given) return equalMasses(n);
  const total = sumOf(given);
  if (given.length !== n || !(total > 0))
    throw new InputError(
      'masses',
      `masses are ${counted(given.length, 'number')} of sum ${total}: expected ${n}, one a particle, of a positive sum; correct them`,
    );
  return Float64Array.from(given, (mass) => mass / total);
}

function checkScheme({ noise, scheme, step, time, times }: SimulationSettings): void {
  if (noise > 0 && !takesNoise(scheme))
    throw new InputError(
      'scheme',
      `scheme ${scheme.name} knows no noise, which this run has: expected ${either(schemes.filter(takesNoise).map(({ name }) => name))}, choose one`,
    );
  if (scheme.whole) checkWholeSteps(step, time, times);
}

/** A merged particle stands for its members only where nothing tells them apart. */
function checkMerge(settings: SimulationSettings): void {
  const { entry, merge, stopClusters, mergeError } = settings;
  if (merge === undefined) {
    const needs = mergeError ? 'mergeError' : stopClusters === undefined ? null : 'stopClusters';
    if (needs)
      throw new InputError(
        needs,
        `option ${needs} needs merge: expected an angle there, such as 0.01`,
      );
    return;
  }
  if (entry.space === 'sphere' && merge > Math.PI)
    throw new InputError(
      'merge',
      `option merge is ${merge}: expected an angle from 1e-12 to ${Math.PI}, such as 0.01, for these particles live on the sphere`,
    );
  const obstacle = mergeObstacle(settings) ?? sizeObstacle(settings.n);
  if (obstacle)
    throw new InputError('merge', `option merge does not fit: ${obstacle}, leave it out`);
}

function mergeObstacle({ entry, noise }: SimulationSettings): string | null {
  if (noise > 0)
    return 'the noise of every particle is its own, so that it parts those that have met, and that of a cluster is weaker';
  if (entry.reaction) return `dynamics ${entry.name} change the masses of particles one by one`;
  if (entry.normalisation) return `dynamics ${entry.name} give every particle a radius of its own`;
  if (entry.properties.causal || !entry.properties.permutationEquivariant)
    return `in dynamics ${entry.name} the order of the particles matters`;
  return null;
}

/** All pairs are compared at every step. */
const MOST_MERGED = 20_000;

const sizeObstacle = (n: number) =>
  n > MOST_MERGED
    ? `n = ${n} is over the ${MOST_MERGED} particles whose pairs can be compared`
    : null;

/** The settings as plain data, complete: with them as options the run is the same, but for `init`. */
export function settingsRecord(settings: SimulationSettings) {
  const {
    entry,
    start,
    startParameters,
    n,
    d,
    positions: _,
    noise: __,
    masses,
    given,
    chosen,
    times,
    scheme,
    ...rest
  } = settings;
  const saveAt = [...times];
  return {
    // first those that come in the order of the options, so that equal settings are equal bytes
    ...{ dynamics: entry.name, start, startParameters, n, d, saveAt },
    ...rest,
    scheme: scheme.name,
    init: given ? 'given' : undefined,
    masses: masses.every((mass) => mass === masses[0]) ? 'equal' : 'given',
    saveAt,
    diagnostics: chosen.map(({ name }) => name),
  };
}
