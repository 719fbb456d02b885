/** The catalogue of starts and its one way to draw. A new start is a file beside this one and a line here. */
import { InputError, LimitError } from '../numerics/errors.ts';
import type { Matrix } from '../numerics/matrix.ts';
import {
  checkNumber,
  checkSimple,
  completeValues,
  entryNamed,
  type NumberParameter,
} from '../numerics/parameters.ts';
import { random } from '../numerics/random.ts';
import { perturbedCircle, regularPolygon } from './circle.ts';
import { equiangular, orthonormal } from './equiangular.ts';
import { box, gaussian } from './euclidean.ts';
import type { Space, Start, StartValues } from './start.ts';
import { hemisphere, uniform } from './uniform.ts';
import { vonMisesFisher } from './von-mises-fisher.ts';
import { wrappedGaussianMixture } from './wrapped-gaussian.ts';

/**
 * The laws and figures that particles start from, by name: seeded, positions [n, d] on the sphere or in R^d.
 */
export const starts: readonly Start[] = [
  uniform,
  hemisphere,
  vonMisesFisher,
  wrappedGaussianMixture,
  orthonormal,
  equiangular,
  regularPolygon,
  perturbedCircle,
  box,
  gaussian,
];

/** Particles of any start: their number. */
export const N: NumberParameter = {
  type: 'number',
  name: 'n',
  title: 'Particles n',
  help: 'How many particles.',
  unit: '',
  default: 32,
  minimum: 1,
  maximum: 10_000_000,
  integer: true,
};

/** The dimension of the space that they live in; a sphere needs at least 2. */
export const D: NumberParameter = {
  type: 'number',
  name: 'd',
  title: 'Dimension d',
  help: 'Coordinates of a particle: the sphere is that of R^d.',
  unit: '',
  default: 3,
  minimum: 1,
  maximum: 100_000,
  integer: true,
};

export const SEED: NumberParameter = {
  type: 'number',
  name: 'seed',
  title: 'Seed',
  help: 'The same seed gives the same start and noise; with the same settings, and in Float64, the same numbers on every machine.',
  unit: '',
  default: 1,
  minimum: 0,
  maximum: 4_294_967_295,
  integer: true,
};

export interface Sample {
  /** [n, d] */
  readonly positions: Matrix;
  /** [n], equal, of sum 1. */
  readonly masses: Float64Array;
}

/** The start of that name. Throws InputError (field `start`) with the nearest name. */
export const startNamed = (name: string): Start => entryNamed('start', starts, name);

/** The parameters of a start, complete and checked. Throws InputError. */
export function completeStart(start: Start, given: Readonly<Record<string, unknown>>): StartValues {
  return completeValues(`start ${start.name}`, start.parameters, given, checkSimple);
}

/**
 * n particles of the start. Throws InputError for n, d, seed or parameters that do not fit, and
 * LimitError where n · d numbers are too many.
 */
export function drawStart(
  start: Start,
  given: Readonly<Record<string, unknown>>,
  { n, d, seed }: { readonly n: number; readonly d: number; readonly seed: number },
): Sample {
  checkNumber(N, n);
  checkDimension(start.space, d);
  checkOwnDimension(start, d);
  checkSize(n, d);
  checkNumber(SEED, seed);
  const values = completeStart(start, given);
  const positions = start.positions({ n, d, values, random: random(seed, START_STREAM) });
  return { positions, masses: equalMasses(n) };
}

/** Keeps the start's random numbers apart from those of matrices and noise under the same seed. */
const START_STREAM = 0x57a7;

/** 1/n each, [n]. */
export const equalMasses = (n: number): Float64Array => new Float64Array(n).fill(1 / n);

/** Throws InputError (field `d`) for a d that the space does not have. */
export function checkDimension(space: Space, d: number): void {
  checkNumber(space === 'sphere' ? { ...D, minimum: 2 } : D, d);
}

/** 1 GB of positions. */
const MOST_NUMBERS = 2 ** 27;

function checkSize(n: number, d: number): void {
  if (n * d <= MOST_NUMBERS) return;
  throw new LimitError(
    'n',
    `n is ${n} with d = ${d}: expected n · d up to ${MOST_NUMBERS}, lower n to ${Math.floor(MOST_NUMBERS / d)} or lower d`,
  );
}

function checkOwnDimension({ name, dimension }: Start, d: number): void {
  if (dimension === undefined || d === dimension) return;
  throw new InputError(
    'd',
    `d is ${d}: expected ${dimension} for start ${name}, set d or choose another start`,
  );
}
