/** Row-major Float64 matrices: the form in which particles, couplings and tables leave an engine. */

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
