/**
 * Rotations of pairs of axes, one after the other, on both sides of a symmetric matrix: what a random walk on all
 * rotations is made of. Not who draws them.
 */
import type { Matrix } from './matrix.ts';
import { heapOf, sharedKernels } from './matrix-kernels.ts';

/** Rotations in their order: (x_p, x_q) becomes (c x_p − s x_q, s x_p + c x_q). */
export interface Turns {
  /** p, q of each. */
  readonly places: Int32Array;
  /** c, s of each. */
  readonly angles: Float64Array;
}

/** Columns that the kernel turns together. */
const TOGETHER = 4;

/** out = R A Rᵀ for a symmetric A [n, n], R the turns one after the other. */
export function turnBothSides(symmetric: Matrix, turns: Turns, out: Matrix): void {
  if (turnFast(symmetric, turns, out)) return;
  turnRows(symmetric.data, turns, out.data);
  turnRows(out.data.slice(), turns, out.data);
}

/** The same of a vector, in place. */
export function turnVector(x: Float64Array, { places, angles }: Turns): void {
  for (let k = 0; k < places.length; k += 2) {
    const [p, q, c, s] = [places[k], places[k + 1], angles[k], angles[k + 1]];
    const [a, b] = [x[p], x[q]];
    x[p] = c * a - s * b;
    x[q] = s * a + c * b;
  }
}

/** out = (R x)ᵀ for x [n, n]. */
export function turnRows(x: Float64Array, turns: Turns, out: Float64Array): void {
  const n = Math.sqrt(x.length);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) column[i] = x[i * n + j];
    turnVector(column, turns);
    out.set(column, j * n);
  }
}

/** By the SIMD kernel, with the same bits; false where it is not to be had. */
function turnFast({ rows: n, data }: Matrix, { places, angles }: Turns, out: Matrix): boolean {
  const kernels = sharedKernels();
  if (!kernels) return false;
  const width = Math.ceil(n / TOGETHER) * TOGETHER;
  const size = width * width;
  const count = places.length / 2;
  const room = 2 * size;
  const angled = room + TOGETHER * width;
  const placed = angled + 2 * count;
  const heap = heapOf(kernels, placed + count);
  if (width > n) heap.fill(0, 0, size);
  for (let i = 0; i < n; i++) heap.set(data.subarray(i * n, (i + 1) * n), i * width);
  heap.set(angles, angled);
  new Int32Array(heap.buffer).set(places, 2 * placed);
  const turned = (x: number, to: number) =>
    kernels.turnRows(8 * x, 8 * to, width, 8 * placed, 8 * angled, count, 8 * room);
  turned(0, size);
  turned(size, 0);
  for (let i = 0; i < n; i++) out.data.set(heap.subarray(i * width, i * width + n), i * n);
  return true;
}
