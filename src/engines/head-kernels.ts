/**
 * Scores, softmax and mean of heads by SIMD kernels (assembly/heads.ts), with the bits of the plain loops of
 * reference.ts. Each is false, and nothing is done, where WebAssembly is not to be had. Not projections: those are
 * products of numerics/.
 */
import { once } from '../numerics/once.ts';
import { headKernels } from './head-kernels.generated.ts';

/** Addresses in bytes, sizes as counts of numbers. */
interface HeadKernels {
  /** Where memory is free. */
  firstFree(): number;
  headScores(
    q: number,
    k: number,
    panel: number,
    out: number,
    n: number,
    m: number,
    heads: number,
    size: number,
  ): void;
  softmaxRows(x: number, mask: number, beta: number, n: number, m: number): void;
  headMix(
    coupling: number,
    v: number,
    out: number,
    n: number,
    m: number,
    heads: number,
    size: number,
  ): void;
}

interface Opened {
  readonly kernels: HeadKernels;
  readonly memory: WebAssembly.Memory;
  /** The first number that is free. */
  readonly first: number;
}

const PAGE = 65_536;

/** Their memory holds anything between two calls; null where WebAssembly is not to be had. */
const opened = once((): Opened | null => {
  try {
    const bytes = Uint8Array.from(atob(headKernels), (letter) => letter.charCodeAt(0));
    const memory = new WebAssembly.Memory({ initial: 8 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    const kernels = instance.exports as unknown as HeadKernels;
    return { kernels, memory, first: Math.ceil(kernels.firstFree() / 8) };
  } catch {
    return null;
  }
});

/** The memory as numbers, room for so many behind the first free one. */
function heapOf({ memory, first }: Opened, length: number): Float64Array {
  const missing = 8 * (first + length) - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Float64Array(memory.buffer);
}

/** Of one member of a batch: n queries, m keys, heads · size numbers each. */
export interface HeadShape {
  readonly n: number;
  readonly m: number;
  readonly heads: number;
  readonly size: number;
}

/** Keys that a kernel lays side by side, and rows of sums behind them. */
const BLOCK = 8;
const SUMS = 16;

/** ⟨q_i, k_j⟩ per head, for q [n, width], k [m, width], to out [heads, n, m]. */
export function scoresByKernel(
  q: Float64Array,
  k: Float64Array,
  out: Float64Array,
  { n, m, heads, size }: HeadShape,
): boolean {
  const found = opened();
  if (!found) return false;
  const keys = found.first + q.length;
  const panel = keys + k.length;
  const result = panel + BLOCK * size + SUMS;
  const heap = heapOf(found, result + out.length - found.first);
  heap.set(q, found.first);
  heap.set(k, keys);
  found.kernels.headScores(8 * found.first, 8 * keys, 8 * panel, 8 * result, n, m, heads, size);
  out.set(heap.subarray(result, result + out.length));
  return true;
}

/** The row softmax of beta_h · x for x [heads, n, m] under masses [n, m] or null, to out. */
export function softmaxByKernel(
  x: Float64Array,
  beta: readonly number[],
  mask: Float64Array | null,
  out: Float64Array,
  { n, m }: Pick<HeadShape, 'n' | 'm'>,
): boolean {
  const found = opened();
  if (!found) return false;
  const rows = found.first + (mask?.length ?? 0);
  const heap = heapOf(found, rows + x.length - found.first);
  if (mask) heap.set(mask, found.first);
  heap.set(x, rows);
  for (const [h, own] of beta.entries())
    found.kernels.softmaxRows(8 * (rows + h * n * m), mask ? 8 * found.first : 0, own, n, m);
  out.set(heap.subarray(rows, rows + x.length));
  return true;
}

/** Σ_j A_ij v_j per head, for A [heads, n, m], v [m, width], to out [n, width]. */
export function mixByKernel(
  coupling: Float64Array,
  v: Float64Array,
  out: Float64Array,
  { n, m, heads, size }: HeadShape,
): boolean {
  const found = opened();
  if (!found) return false;
  const values = found.first + coupling.length;
  const result = values + v.length;
  const heap = heapOf(found, result + out.length - found.first);
  heap.set(coupling, found.first);
  heap.set(v, values);
  found.kernels.headMix(8 * found.first, 8 * values, 8 * result, n, m, heads, size);
  out.set(heap.subarray(result, result + out.length));
  return true;
}
