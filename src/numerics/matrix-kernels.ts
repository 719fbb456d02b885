/**
 * The SIMD kernels of float64 matrices (assembly/matrices.ts) and their memory. They have the bits of the plain loops,
 * which serve where WebAssembly is not to be had: WebAssembly's arithmetic is IEEE's.
 */
import { matrixKernels } from './matrix-kernels.generated.ts';
import { once } from './once.ts';

/** Arrays are byte addresses in the kernels' memory, sizes counts of numbers. */
export interface MatrixKernels {
  readonly memory: WebAssembly.Memory;
  multiply(a: number, b: number, out: number, rows: number, inner: number, columns: number): void;
  multiplyByPanels(
    a: number,
    b: number,
    panel: number,
    out: number,
    rows: number,
    inner: number,
    columns: number,
  ): void;
  multiplyPacked(
    a: number,
    left: number,
    right: number,
    t: number,
    narrow: number,
    panel: number,
    out: number,
    rows: number,
    inner: number,
    columns: number,
  ): void;
  stepDown(
    a: number,
    v: number,
    u: number,
    w: number,
    p: number,
    first: number,
    width: number,
  ): void;
  linkageHeights(
    a: number,
    n: number,
    width: number,
    x: number,
    y: number,
    b: number,
    mean: number,
    scales: number,
    nearest: number,
    inside: number,
    heights: number,
  ): void;
  turnRows(
    x: number,
    out: number,
    width: number,
    places: number,
    angles: number,
    count: number,
    room: number,
  ): void;
}

const PAGE = 65_536;

/** The kernels, each to be given a memory. */
export const matrixModule = once((): WebAssembly.Module | null => {
  try {
    const bytes = Uint8Array.from(atob(matrixKernels), (letter) => letter.charCodeAt(0));
    return new WebAssembly.Module(bytes);
  } catch {
    return null;
  }
});

/** Kernels with a memory of their own; null where WebAssembly is not to be had. */
export function ownKernels(): MatrixKernels | null {
  const module = matrixModule();
  if (!module) return null;
  const memory = new WebAssembly.Memory({ initial: 8 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, ...exports } as unknown as MatrixKernels;
}

/** Those of whoever needs them for one call: their memory holds anything afterwards. */
export const sharedKernels = once(ownKernels);

/** The memory as numbers, at least so many. */
export function heapOf({ memory }: MatrixKernels, length: number): Float64Array<ArrayBuffer> {
  const missing = 8 * length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Float64Array(memory.buffer);
}
