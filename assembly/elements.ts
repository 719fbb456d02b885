/** Sums of arrays and of rows picked by index. */
import { loadPart, multiplyAdd, storePart } from './vectors';

/** out = x + scale · y; `out` may be x or y. */
export function addScaled(out: usize, x: usize, y: usize, scale: f32, count: i32): void {
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, multiplyAdd(v128.load(x), factor, v128.load(y)));
    out += 16;
    x += 16;
    y += 16;
  }
  const left = count - i;
  if (left) storePart(out, multiplyAdd(loadPart(x, left), factor, loadPart(y, left)), left);
}

/** out = (1 − t) · a + t · b; `out` may be a or b. */
export function lerp(out: usize, a: usize, b: usize, t: f32, count: i32): void {
  const from = f32x4.splat(1 - t);
  const to = f32x4.splat(t);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, multiplyAdd(f32x4.mul(from, v128.load(a)), to, v128.load(b)));
    out += 16;
    a += 16;
    b += 16;
  }
  const left = count - i;
  if (left) {
    const sum = multiplyAdd(f32x4.mul(from, loadPart(a, left)), to, loadPart(b, left));
    storePart(out, sum, left);
  }
}

/** out[j] = Σ_i x[i, j]. */
export function columnSums(x: usize, out: usize, rows: i32, columns: i32): void {
  const bytes = (<usize>columns) << 2;
  memory.fill(out, 0, bytes);
  let i = 0;
  // Four rows at a time, so that out is read and written a quarter as often.
  for (; i + 4 <= rows; i += 4) addFourRows(out, x + <usize>i * bytes, columns);
  for (; i < rows; i++) addScaled(out, out, x + <usize>i * bytes, 1, columns);
}

function addFourRows(out: usize, x: usize, columns: i32): void {
  const step = (<usize>columns) << 2;
  for (let j = 0; j < columns; j += 4) {
    const left = columns - j;
    const first = f32x4.add(loadPart(x, left), loadPart(x + step, left));
    const second = f32x4.add(loadPart(x + 2 * step, left), loadPart(x + 3 * step, left));
    storePart(out, f32x4.add(loadPart(out, left), f32x4.add(first, second)), left);
    out += 16;
    x += 16;
  }
}

/** out[i] = table[indices[i]], rows of `columns`; each index must be a row of the table. */
export function gatherRows(
  table: usize,
  indices: usize,
  out: usize,
  count: i32,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let i = 0; i < count; i++) {
    const index = load<i32>(indices + ((<usize>i) << 2));
    memory.copy(out + <usize>i * bytes, table + <usize>index * bytes, bytes);
  }
}

/** out[indices[i]] += rows[i], in order of i; the caller has filled `out`. */
export function scatterAddRows(
  out: usize,
  indices: usize,
  rows: usize,
  count: i32,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  for (let i = 0; i < count; i++) {
    const to = out + <usize>load<i32>(indices + ((<usize>i) << 2)) * bytes;
    addScaled(to, to, rows + <usize>i * bytes, 1, columns);
  }
}
