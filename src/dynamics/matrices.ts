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
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix } from '../numerics/matrix.ts';
import { show } from '../numerics/parameters.ts';
import { random } from '../numerics/random.ts';
import type { Ensemble, MatrixValue } from './dynamics.ts';

const ENSEMBLES: readonly Ensemble[] = ['ginibre', 'wigner'];
const FORMS =
  '"identity", a number, "diagonal:1,-0.5", rows, "ginibre:SEED" or "wigner:SEED" (or their objects)';

/**
 * A matrix value from what a caller gives: a MatrixValue, or one of the short forms: a number (that
 * multiple of the identity), nested rows, or the text identity, 2.5, diagonal:1,-0.5, ginibre:7, wigner:7.
 * Rows are d × d; where there are heads also heads · d × d, one block a head.
 * Throws InputError (field: name) for another form, a wrong shape or a number that is not finite.
 */
export function readMatrixValue(name: string, given: unknown, d: number, heads = 1): MatrixValue {
  const value = typeof given === 'string' ? fromText(name, given) : fromForm(given);
  if (value === null) throw wrongForm(name, given);
  checkShape(name, value, d, heads);
  return value;
}

const wrongForm = (name: string, given: unknown) =>
  new InputError(name, `${name} is ${show(given)}: expected ${FORMS}; write it as one of these`);

function fromText(name: string, text: string): MatrixValue {
  if (text === 'identity') return text;
  const [word, rest] = text.split(':');
  if (text !== '' && Number.isFinite(Number(text))) return { scalar: Number(text) };
  if (word === 'diagonal' && rest) return { diagonal: rest.split(',').map(Number) };
  const ensemble = ENSEMBLES.find((known) => known === word);
  if (ensemble) return { ensemble, seed: rest ? Number(rest) : 1 };
  const nearest = closest(word, ['identity', 'diagonal', ...ENSEMBLES]);
  throw new InputError(name, `${name} is "${text}": expected ${FORMS}; did you mean "${nearest}"?`);
}

/** null where the form is none of those known. */
function fromForm(given: unknown): MatrixValue | null {
  if (typeof given === 'number') return { scalar: given };
  if (Array.isArray(given)) return given.every(isNumbers) ? { rows: given } : null;
  if (typeof given !== 'object' || given === null) return null;
  if ('scalar' in given && typeof given.scalar === 'number') return { scalar: given.scalar };
  if ('diagonal' in given && isNumbers(given.diagonal)) return { diagonal: given.diagonal };
  if ('rows' in given && Array.isArray(given.rows)) return fromForm(given.rows);
  return fromEnsemble(given);
}

function fromEnsemble(given: object): MatrixValue | null {
  if (!('ensemble' in given)) return null;
  const ensemble = ENSEMBLES.find((known) => known === given.ensemble);
  const seed = 'seed' in given ? given.seed : 1;
  const scale = 'scale' in given ? given.scale : 1;
  if (!ensemble || typeof seed !== 'number' || typeof scale !== 'number') return null;
  return { ensemble, seed, scale };
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'number');

function checkShape(name: string, value: MatrixValue, d: number, heads: number): void {
  if (value === 'identity') return;
  if ('scalar' in value) checkFinite(name, [value.scalar]);
  else if ('diagonal' in value) checkDiagonal(name, value.diagonal, d);
  else if ('rows' in value) checkRows(name, value.rows, d, heads);
  else checkDraw(name, value.seed, value.scale ?? 1);
}

function checkDiagonal(name: string, diagonal: readonly number[], d: number): void {
  checkFinite(name, diagonal);
  if (diagonal.length !== d)
    throw new InputError(
      name,
      `${name} has ${diagonal.length} numbers on its diagonal: expected d = ${d}, give one a coordinate`,
    );
}

function checkRows(
  name: string,
  rows: readonly (readonly number[])[],
  d: number,
  heads: number,
): void {
  const odd = rows.find((row) => row.length !== d);
  if (odd || (rows.length !== d && rows.length !== heads * d)) {
    const stacked = heads > 1 ? `, or ${heads * d} × ${d} with one block a head` : '';
    const found = `${rows.length} rows of ${(odd ?? rows[0])?.length ?? 0} numbers`;
    throw new InputError(
      name,
      `${name} has ${found}: expected a ${d} × ${d} matrix${stacked}, change it or d`,
    );
  }
  checkFinite(name, rows.flat());
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
 * under the same seed; other values are the same for all heads, but for stacked rows.
 */
export function resolveMatrix(value: MatrixValue, d: number, name: string, head = 0): Matrix {
  if (value === 'identity') return diagonalMatrix(d, () => 1);
  if ('scalar' in value) return diagonalMatrix(d, () => value.scalar);
  if ('diagonal' in value) return diagonalMatrix(d, (i) => value.diagonal[i]);
  if ('rows' in value) return matrix(d, d, Float64Array.from(blockOf(value.rows, d, head).flat()));
  const letters = Array.from(name, (letter) => letter.charCodeAt(0));
  const { gaussian } = random(value.seed, MATRIX_STREAM, head, ...letters);
  const scale = (value.scale ?? 1) / Math.sqrt(d);
  return value.ensemble === 'ginibre' ? ginibre(d, scale, gaussian) : wigner(d, scale, gaussian);
}

/** Keeps the draws of matrices apart from those of the start and of the noise under the same seed. */
const MATRIX_STREAM = 0x3a7;

function blockOf(rows: readonly (readonly number[])[], d: number, head: number) {
  return rows.length === d ? rows : rows.slice(head * d, (head + 1) * d);
}

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

/** [d, e] → [e, d] */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const out = matrix(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out.data[j * rows + i] = data[i * columns + j];
  return out;
}
