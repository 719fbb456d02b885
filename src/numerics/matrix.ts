/** Row-major Float64 matrices: the form in which particles, couplings and tables leave an engine. */
import { multiplyFast } from './product.ts';

/** A dense real matrix; rows are particles, frames or queries, whatever its owner says. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, length rows × columns. */
  readonly data: Float64Array;
}

/** A rows × columns matrix over `data` (zeros if absent). Throws RangeError when the length differs. */
export function matrix(rows: number, columns: number, data?: Float64Array): Matrix {
  const values = data ?? new Float64Array(rows * columns);
  if (values.length !== rows * columns)
    throw new RangeError(
      `a ${rows}×${columns} matrix needs ${rows * columns} values, got ${values.length}`,
    );
  return { rows, columns, data: values };
}

/** Row `index` as a view, not a copy. */
export function row(m: Matrix, index: number): Float64Array {
  return m.data.subarray(index * m.columns, (index + 1) * m.columns);
}

/** The matrix as nested arrays, for JSON. */
export function toRows(m: Matrix): number[][] {
  return Array.from({ length: m.rows }, (_, i) => Array.from(row(m, i)));
}

/** The rows of all matrices, which are as wide as the first one, one below the other. */
export function stacked(all: readonly Matrix[]): Matrix {
  const rows = all.reduce((sum, one) => sum + one.rows, 0);
  const out = matrix(rows, all[0].columns);
  let offset = 0;
  for (const { data } of all) {
    out.data.set(data, offset);
    offset += data.length;
  }
  return out;
}

/** I [d, d] */
export function identity(d: number): Matrix {
  const out = matrix(d, d);
  for (let k = 0; k < d; k++) out.data[k * (d + 1)] = 1;
  return out;
}

/** The matrix of nested arrays, all of one length and at least one. */
export const fromRows = (rows: readonly (readonly number[])[]): Matrix =>
  matrix(rows.length, rows[0].length, Float64Array.from(rows.flat()));

/** [d, e] → [e, d] */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const out = matrix(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out.data[j * rows + i] = data[i * columns + j];
  return out;
}

/** a [n, l] · b [l, m] → [n, m] */
export function product(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, b.columns);
  if (multiplyFast(a.data, b.data, out.data, b.columns)) return out;
  for (let i = 0; i < a.rows; i++)
    for (let l = 0; l < a.columns; l++) {
      const entry = a.data[i * a.columns + l];
      if (entry === 0) continue;
      for (let j = 0; j < b.columns; j++)
        out.data[i * b.columns + j] += entry * b.data[l * b.columns + j];
    }
  return out;
}
