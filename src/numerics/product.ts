/**
 * Products of float64 matrices by a SIMD kernel (assembly/multiply.ts), three times as fast as the plain
 * loop, with the same bits: each entry is one sum in the same order, and WebAssembly's arithmetic is IEEE's.
 */
import { multiplyKernel } from './multiply-kernel.generated.ts';
import { once } from './once.ts';

interface Kernel {
  readonly memory: WebAssembly.Memory;
  multiply(a: number, b: number, out: number, rows: number, inner: number, columns: number): void;
}

/** Fewer rows cost less than bringing b to the kernel. */
const FEWEST_ROWS = 4;
const BLOCK = 8;
const PAGE = 65_536;

/** The kernels, each to be given a memory; null where WebAssembly is not to be had: the plain loop gives the same numbers. */
export const multiplyModule = once((): WebAssembly.Module | null => {
  try {
    const bytes = Uint8Array.from(atob(multiplyKernel), (letter) => letter.charCodeAt(0));
    return new WebAssembly.Module(bytes);
  } catch {
    return null;
  }
});

/** A kernel with a memory of its own. */
function instance(module: WebAssembly.Module): Kernel {
  const memory = new WebAssembly.Memory({ initial: 8 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, multiply: exports.multiply as Kernel['multiply'] };
}

const shared = once(() => {
  const module = multiplyModule();
  return module && instance(module);
});

/** The memory as numbers, at least so many. */
function heapOf({ memory }: Kernel, length: number): Float64Array {
  const missing = 8 * length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Float64Array(memory.buffer);
}

/**
 * out = a · b for row-major a [rows, inner], b [inner, columns]. False, and nothing is done, where the
 * kernel does not serve or would not pay.
 */
export function multiplyFast(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  columns: number,
): boolean {
  const inner = b.length / columns;
  const rows = a.length / inner;
  if (rows < FEWEST_ROWS || columns % BLOCK !== 0 || columns === 0) return false;
  const found = shared();
  if (!found) return false;
  const heap = heapOf(found, a.length + b.length + out.length);
  heap.set(b);
  heap.set(a, b.length);
  const result = b.length + a.length;
  found.multiply(8 * b.length, 0, 8 * result, rows, inner, columns);
  out.set(heap.subarray(result, result + out.length));
  return true;
}

/**
 * x ↦ x · wᵀ for x [rows, inner] and a w [columns, inner] that is used again and again: it stays in a kernel's
 * memory, in panels of eight rows of w, so that every number is read once and in order. Any number of rows.
 * null where the kernel does not serve. Each entry is one sum in the order of `inner`.
 */
export function residentProduct(
  w: Float64Array,
  inner: number,
): ((x: Float64Array) => Float64Array<ArrayBuffer>) | null {
  const module = multiplyModule();
  if (!module) return null;
  const kernel = instance(module);
  const columns = w.length / inner;
  const panels = Math.ceil(columns / BLOCK);
  const held = panels * BLOCK * inner;
  layPanels(w, inner, heapOf(kernel, held));
  return (x) => {
    const rows = x.length / inner;
    const heap = heapOf(kernel, held + x.length + rows * BLOCK);
    const result = held + x.length;
    heap.set(x, held);
    const out = new Float64Array(rows * columns);
    for (let panel = 0; panel < panels; panel++) {
      kernel.multiply(8 * held, 8 * panel * BLOCK * inner, 8 * result, rows, inner, BLOCK);
      const from = panel * BLOCK;
      const width = Math.min(BLOCK, columns - from);
      for (let i = 0; i < rows; i++)
        for (let c = 0; c < width; c++) out[i * columns + from + c] = heap[result + i * BLOCK + c];
    }
    return out;
  };
}

/** Panel after panel, each [inner, eight]; behind the last row of w are zeros. */
function layPanels(w: Float64Array, inner: number, heap: Float64Array): void {
  const columns = w.length / inner;
  for (let j = 0; j < columns; j++) {
    const start = Math.floor(j / BLOCK) * BLOCK * inner + (j % BLOCK);
    for (let l = 0; l < inner; l++) heap[start + l * BLOCK] = w[j * inner + l];
  }
}
