/** Rows onto the unit sphere, and back through that map. */
import { loadPart, multiplyAdd, storePart, sumLanes } from './vectors';

/** Σ_j x_j y_j */
export function dot(x: usize, y: usize, count: i32): f32 {
  let first = f32x4.splat(0);
  let second = first;
  let j = 0;
  for (; j + 8 <= count; j += 8) {
    first = multiplyAdd(first, v128.load(x), v128.load(y));
    second = multiplyAdd(second, v128.load(x, 16), v128.load(y, 16));
    x += 32;
    y += 32;
  }
  for (; j < count; j += 4) {
    first = multiplyAdd(first, loadPart(x, count - j), loadPart(y, count - j));
    x += 16;
    y += 16;
  }
  return sumLanes(f32x4.add(first, second));
}

/** out = x / |x| and norms = |x|, row by row; `out` may be x. A row of zeros gives NaN. */
export function normaliseRows(x: usize, out: usize, norms: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    const norm = sqrt<f32>(dot(x, x, columns));
    store<f32>(norms + ((<usize>i) << 2), norm);
    const factor = f32x4.splat(1 / norm);
    for (let j = 0; j < columns; j += 4) {
      const at = (<usize>j) << 2;
      storePart(out + at, f32x4.mul(factor, loadPart(x + at, columns - j)), columns - j);
    }
    x += (<usize>columns) << 2;
    out += (<usize>columns) << 2;
  }
}

/** dx = (dy − ⟨dy, y⟩ y) / |x| for y = x / |x|, row by row; `dx` may be dy. */
export function normaliseRowsGradient(
  y: usize,
  norms: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    const along = f32x4.splat(-dot(dy, y, columns));
    const factor = f32x4.splat(1 / load<f32>(norms + ((<usize>i) << 2)));
    for (let j = 0; j < columns; j += 4) {
      const at = (<usize>j) << 2;
      const left = columns - j;
      const tangent = multiplyAdd(loadPart(dy + at, left), along, loadPart(y + at, left));
      storePart(dx + at, f32x4.mul(factor, tangent), left);
    }
    y += (<usize>columns) << 2;
    dy += (<usize>columns) << 2;
    dx += (<usize>columns) << 2;
  }
}
