/** Configurations of particles with exact answers, and the symmetries that the diagnostics must respect. */
import { type Matrix, matrix } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';

export function fromRows(rows: readonly (readonly number[])[]): Matrix {
  return matrix(rows.length, rows[0].length, Float64Array.from(rows.flat()));
}

/** n unit vectors in R^(n+1) with all pairwise cosines ρ ≥ 0: √ρ e_0 + √(1−ρ) e_i. */
export function equiangular(n: number, cosine: number): Matrix {
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n + 1 }, (_, k) =>
      k === 0 ? Math.sqrt(cosine) : k === i + 1 ? Math.sqrt(1 - cosine) : 0,
    ),
  );
  return fromRows(rows);
}

/** n unit vectors in R^d, gathered around the first axis when `spread` is small. */
export function scattered(n: number, d: number, seed: number, spread = 1): Matrix {
  const { gaussian } = random(seed);
  const rows = Array.from({ length: n }, () => {
    const v = Array.from({ length: d }, (_, k) => (k === 0 ? 1 - spread : 0) + spread * gaussian());
    return v.map((value) => value / Math.hypot(...v));
  });
  return fromRows(rows);
}

/** Unit vectors of the plane at the given angles, in radians. */
export function onCircle(angles: readonly number[]): Matrix {
  return fromRows(angles.map((angle) => [Math.cos(angle), Math.sin(angle)]));
}

/** Every point reflected at a random hyperplane, then at another: a rotation. */
export function rotated(points: Matrix, seed: number): Matrix {
  return reflected(reflected(points, seed), seed + 1);
}

/** Row i of the result is row order[i]. */
export function permuted({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const result = matrix(rows, columns);
  order.forEach((from, to) => {
    result.data.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  });
  return result;
}

function reflected({ rows, columns, data }: Matrix, seed: number): Matrix {
  const normal = scattered(1, columns, seed).data;
  const result = matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    let along = 0;
    for (let k = 0; k < columns; k++) along += data[i * columns + k] * normal[k];
    for (let k = 0; k < columns; k++)
      result.data[i * columns + k] = data[i * columns + k] - 2 * along * normal[k];
  }
  return result;
}
