/**
 * Matrix parameters: reading what a caller gives, and the d × d matrix that it means.
 * Not weights: single-head.ts and multi-head.ts put the matrices together for attention.
 *
 * Ensembles are scaled so that their spectrum does not depend on d. Ginibre: entries N(0, 1/d), its
 * eigenvalues fill the unit disk. Wigner: symmetric, N(0, 1/d) off the diagonal and N(0, 2/d) on it
 * (GOE), spectrum in [−2, 2]. Figure 5 of arXiv 2312.10794 draws QᵀK with entries of variance 1: its β
 * is ours divided by √d.
 */

import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { counted } from '../numerics/counted.ts';
import { InputError, LimitError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { show } from '../numerics/parameters.ts';
import { random } from '../numerics/random.ts';
import type { Ensemble, MatrixValue } from './dynamics.ts';

const ENSEMBLES: readonly Ensemble[] = ['ginibre', 'wigner'];
const FORMS =
  '"identity", a number, "diagonal:1,-0.5", rows of numbers, "ginibre:SEED", "wigner:SEED" (SEED "run": that of the run), or one of the objects {scalar}, {diagonal}, {rows}, {ensemble, seed, scale}';

/** In place of the seed of an ensemble: that of the run, so that runs of other seeds have other matrices. */
const RUN = 'run';

const numbers = z.custom<number[]>(
  (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'number'),
);
const number = z.custom<number>((value) => typeof value === 'number');

/** The objects of MatrixValue; whether numbers are finite is said later, in better words. */
const OBJECT = z.union([
  z.strictObject({ scalar: number }),
  z.strictObject({ diagonal: numbers }),
  z.strictObject({ rows: z.array(numbers) }),
  z.strictObject({
    ensemble: z.enum(ENSEMBLES),
    seed: z.union([number, z.literal(RUN)]),
    scale: number.optional(),
  }),
]);

/** Which rows fit besides d × d. */
export interface RowShapes {
  /** Of heads · d × d, one block a head. */
  readonly heads?: number;
  /** Of k × d with k < d. */
  readonly narrow?: boolean;
}

/** What a caller may give: the seed of an ensemble may be that of the run. */
type GivenValue = MatrixValue | z.output<typeof OBJECT>;

/**
 * A matrix value from what a caller gives: a MatrixValue, or one of the short forms: a number (that
 * multiple of the identity), nested rows, or the text identity, 2.5, diagonal:1,-0.5, ginibre:7, wigner:7;
 * or any of these as JSON. The seed "run" of an ensemble is `runSeed`. Throws InputError (field: name) for another
 * form, a wrong shape, a number that is not finite, and the seed "run" where there is no run.
 */
export function readMatrixValue(
  name: string,
  given: unknown,
  d: number,
  shapes: RowShapes = {},
  runSeed?: number,
): MatrixValue {
  const form = typeof given === 'string' ? fromJson(name, given.trim()) : given;
  const read = typeof form === 'string' ? fromText(name, form) : fromForm(name, form);
  const value = seeded(name, read, runSeed);
  checkShape(name, value, d, shapes);
  return value;
}

function seeded(name: string, value: GivenValue, runSeed?: number): MatrixValue {
  if (value === 'identity' || !('seed' in value)) return value;
  const { seed, ...rest } = value;
  if (seed !== RUN) return { ...rest, seed };
  if (runSeed !== undefined) return { ...rest, seed: runSeed };
  throw new InputError(
    name,
    `${name} is ${value.ensemble} with the seed of the run, and there is no run here: expected a seed, such as ${value.ensemble}:1`,
  );
}

/** What JSON stands for; other text as it is. */
function fromJson(name: string, text: string): unknown {
  if (!/^["[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(
      name,
      `${name} is ${show(text)}, which is no JSON: expected ${FORMS}; correct the brackets, commas and quotes`,
    );
  }
}

/**
 * A value as text that `readMatrixValue` takes: identity, 2.5, diagonal:1,-0.5, ginibre:7, [[1,0],[0,1]]; JSON where
 * an ensemble has a scale.
 */
export function matrixText(value: MatrixValue): string {
  if (value === 'identity') return value;
  if ('scalar' in value) return String(value.scalar);
  if ('diagonal' in value) return `diagonal:${value.diagonal.join(',')}`;
  if ('rows' in value) return JSON.stringify(value.rows);
  return value.scale === undefined ? `${value.ensemble}:${value.seed}` : JSON.stringify(value);
}

function fromText(name: string, text: string): GivenValue {
  if (text === 'identity') return text;
  const [word, rest, ...more] = text.split(':');
  if (more.length === 0) {
    const ensemble = ENSEMBLES.find((known) => known === word);
    if (ensemble && rest === RUN) return { ensemble, seed: RUN };
    if (ensemble && rest !== '') return { ensemble, seed: rest === undefined ? 1 : Number(rest) };
    if (word === 'diagonal' && rest) return { diagonal: rest.split(',').map(numberFrom) };
    if (Number.isFinite(numberFrom(text))) return { scalar: Number(text) };
  }
  const nearest = closest(word, ['identity', 'diagonal', ...ENSEMBLES]);
  throw new InputError(name, `${name} is "${text}": expected ${FORMS}; did you mean "${nearest}"?`);
}

/** NaN for blanks, which `Number` takes for 0. */
const numberFrom = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

function fromForm(name: string, given: unknown): GivenValue {
  if (typeof given === 'number') return { scalar: given };
  const { data } = OBJECT.safeParse(Array.isArray(given) ? { rows: given } : given);
  if (data) return data;
  throw new InputError(
    name,
    `${name} is ${show(given)}: expected ${FORMS}; write it as one of these`,
  );
}

function checkShape(name: string, value: MatrixValue, d: number, shapes: RowShapes): void {
  if (value === 'identity') return;
  if ('scalar' in value) checkFinite(name, [value.scalar]);
  else if ('diagonal' in value) checkDiagonal(name, value.diagonal, d);
  else if ('rows' in value) checkRows(name, value.rows, d, shapes);
  else checkDraw(name, value.seed, value.scale ?? 1);
}

function checkDiagonal(name: string, diagonal: readonly number[], d: number): void {
  checkFinite(name, diagonal);
  if (diagonal.length !== d)
    throw new InputError(
      name,
      `${name} has ${counted(diagonal.length, 'number')} on its diagonal: expected d = ${d}, give one a coordinate`,
    );
}

function checkRows(
  name: string,
  rows: readonly (readonly number[])[],
  d: number,
  { heads = 1, narrow = false }: RowShapes,
): void {
  const width = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== width);
  if (odd >= 0)
    throw new InputError(
      name,
      `${name} has ${counted(rows[odd].length, 'number')} in row ${odd + 1}: expected ${width} as in the first row, complete the row`,
    );
  const few = narrow && rows.length > 0 && rows.length < d;
  if (width !== d || (rows.length !== d && rows.length !== heads * d && !few)) {
    const blocks =
      heads > 1
        ? `, or ${heads * d} × ${d} with one block a head`
        : narrow && d > 1
          ? `, or k × ${d} with k < ${d}`
          : '';
    throw new InputError(
      name,
      `${name} is ${rows.length} × ${width}: expected a ${d} × ${d} matrix${blocks}, change it or d`,
    );
  }
  for (const row of rows) checkFinite(name, row);
}

function checkFinite(name: string, values: readonly number[]): void {
  const broken = values.find((value) => !Number.isFinite(value));
  if (broken !== undefined)
    throw new InputError(
      name,
      `${name} has an entry ${broken}: expected finite numbers, correct it`,
    );
}

function checkDraw(name: string, seed: number, scale: number): void {
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= 4_294_967_295))
    throw new InputError(
      name,
      `${name} has the seed ${seed}: expected a whole number from 0 to 4294967295, such as 1`,
    );
  checkFinite(name, [scale]);
}

/** Whether a value is the identity, whatever its form; rows and ensembles are taken not to be. */
export function isIdentity(value: MatrixValue): boolean {
  if (value === 'identity') return true;
  if ('scalar' in value) return value.scalar === 1;
  return 'diagonal' in value && value.diagonal.every((entry) => entry === 1);
}

/**
 * The d × d matrix of a checked value. Ensembles give every `name` and every head a draw of its own
 * under the same seed; other values are the same for all heads, but for stacked rows. Fewer rows than d are
 * followed by rows of zeros, which add nothing to a score.
 * Throws LimitError where d is too large for a matrix.
 */
export function resolveMatrix(value: MatrixValue, d: number, name: string, head = 0): Matrix {
  checkSize(name, d);
  if (value === 'identity') return diagonalMatrix(d, () => 1);
  if ('scalar' in value) return diagonalMatrix(d, () => value.scalar);
  if ('diagonal' in value) return diagonalMatrix(d, (i) => value.diagonal[i]);
  if ('rows' in value) return fromBlock(blockOf(value.rows, d, head), d);
  const letters = Array.from(name, (letter) => letter.charCodeAt(0));
  const { gaussian } = random(value.seed, MATRIX_STREAM, head, ...letters);
  const scale = (value.scale ?? 1) / Math.sqrt(d);
  return value.ensemble === 'ginibre' ? ginibre(d, scale, gaussian) : wigner(d, scale, gaussian);
}

/** 256 MB a parameter. */
const MOST_NUMBERS = 2 ** 25;

/** Throws LimitError (field: name) where the matrices of all heads together would not fit. */
export function checkSize(name: string, d: number, heads = 1): void {
  if (heads * d * d <= MOST_NUMBERS) return;
  const most = Math.floor(Math.sqrt(MOST_NUMBERS / heads));
  throw new LimitError(
    name,
    `${name} at d = ${d} would have ${heads * d * d} numbers: expected d up to ${most} with ${heads} heads, lower d or leave all matrices the identity in dynamics of one head`,
  );
}

/** Keeps the draws of matrices apart from those of the start and of the noise under the same seed. */
const MATRIX_STREAM = 0x3a7;

type Rows = readonly (readonly number[])[];

const blockOf = (rows: Rows, d: number, head: number): Rows =>
  rows.length <= d ? rows : rows.slice(head * d, (head + 1) * d);

function fromBlock(rows: Rows, d: number): Matrix {
  const out = matrix(d, d);
  rows.forEach((row, i) => {
    out.data.set(row, i * d);
  });
  return out;
}

/** How many rows a value has in R^d. */
export const rowCount = (value: MatrixValue, d: number): number =>
  typeof value === 'object' && 'rows' in value ? value.rows.length : d;

function diagonalMatrix(d: number, entry: (i: number) => number): Matrix {
  const out = matrix(d, d);
  for (let i = 0; i < d; i++) out.data[i * d + i] = entry(i);
  return out;
}

function ginibre(d: number, scale: number, gaussian: () => number): Matrix {
  return matrix(
    d,
    d,
    Float64Array.from({ length: d * d }, () => scale * gaussian()),
  );
}

function wigner(d: number, scale: number, gaussian: () => number): Matrix {
  const out = matrix(d, d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      const entry = scale * gaussian() * (i === j ? Math.SQRT2 : 1);
      out.data[i * d + j] = entry;
      out.data[j * d + i] = entry;
    }
  return out;
}
