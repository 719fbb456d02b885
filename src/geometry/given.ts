/** Checks positions that the caller brings, as rows or as a matrix. Reading files is the host's. */
import { counted } from '../numerics/counted.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, matrix, row } from '../numerics/matrix.ts';
import { show } from '../numerics/parameters.ts';
import { argmax, norm } from '../numerics/vectors.ts';
import { checkDimension } from './catalogue.ts';
import { retract } from './sphere.ts';
import type { Space } from './start.ts';

export interface GivenSettings {
  readonly space: Space;
  /** Brings every point to the sphere instead of refusing those that are off it. */
  readonly normalise: boolean;
  /** What a message calls the positions, such as the name of their file. Default "init". */
  readonly source?: string;
}

/** Off the sphere by more than this is refused: float32 files are off by about 1e-7. */
const TOLERANCE = 1e-6;
/** Points this close to the sphere are kept bit for bit, so that a recording continues exactly. */
const ROUND_OFF = 1e-14;

/**
 * Positions [n, d] of points given as n rows of d numbers. On the sphere, points within 1e-6 of it
 * are brought onto it. Throws InputError (field `init`) for no points, rows of different lengths,
 * numbers that are not finite, and points off the sphere, saying by how much.
 */
export function checkPositions(
  given: Matrix | readonly (readonly number[])[],
  { space, normalise, source = 'init' }: GivenSettings,
): Matrix {
  const positions = 'data' in given ? copyOf(given, source) : fromRagged(given, source);
  checkFinite(positions, source);
  checkDimension(space, positions.columns);
  if (space === 'sphere') bringToSphere(positions, normalise, source);
  return positions;
}

const fault = (source: string, what: string) => new InputError('init', `${source} ${what}`);

const empty = (source: string) =>
  fault(source, 'is empty: expected one particle a row, give at least one');

function copyOf(given: Matrix, source: string): Matrix {
  if (given.rows === 0 || given.columns === 0) throw empty(source);
  return matrix(given.rows, given.columns, Float64Array.from(given.data));
}

function fromRagged(rows: readonly (readonly number[])[], source: string): Matrix {
  const d = rows[0]?.length ?? 0;
  if (d === 0) throw empty(source);
  const odd = rows.findIndex((values) => values.length !== d);
  if (odd >= 0)
    throw fault(
      source,
      `has ${counted(rows[odd].length, 'number')} in row ${odd + 1}: expected ${d} as in the first row, complete the row`,
    );
  const values: unknown[] = rows.flat();
  const stranger = values.findIndex((value) => typeof value !== 'number');
  if (stranger >= 0)
    throw fault(
      source,
      `has ${show(values[stranger])} in row ${Math.floor(stranger / d) + 1}: expected numbers, correct it`,
    );
  return matrix(rows.length, d, Float64Array.from(rows.flat()));
}

function checkFinite({ columns, data }: Matrix, source: string): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const [i, k] = [Math.floor(at / columns) + 1, (at % columns) + 1];
  throw fault(
    source,
    `has ${data[at]} in row ${i}, column ${k}: expected a finite number, correct it`,
  );
}

/** In place. */
function bringToSphere(positions: Matrix, normalise: boolean, source: string): void {
  const lengths = Array.from({ length: positions.rows }, (_, i) => norm(row(positions, i)));
  if (!normalise) checkOnSphere(lengths, source);
  lengths.forEach((length, i) => {
    if (!(length > 1e-150 && length < 1e150))
      throw fault(
        source,
        `has a point of length ${length} in row ${i + 1}: expected one with a direction, between 1e-150 and 1e150, correct it`,
      );
    if (Math.abs(length - 1) > ROUND_OFF) row(positions, i).set(retract(row(positions, i)));
  });
}

function checkOnSphere(lengths: readonly number[], source: string): void {
  const off = lengths.map((length) => Math.abs(length - 1));
  const worst = argmax(off);
  if (off[worst] <= TOLERANCE) return;
  const count = off.filter((value) => value > TOLERANCE).length;
  throw fault(
    source,
    `is off the unit sphere by up to ${off[worst].toPrecision(3)} (row ${worst + 1}, length ${lengths[worst].toPrecision(6)}; ${count} of ${lengths.length} rows): expected lengths within ${TOLERANCE} of 1, pass --normalise to bring every point onto it`,
  );
}
