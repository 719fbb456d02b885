/**
 * Matrices that are multiplied again and again lie in the memory of a SIMD kernel (assembly/multiply.ts), and what lies
 * between two of them is mixed there as it is multiplied, eight columns at a time: nobody makes room for it or brings
 * it along. Bits are those of the plain loops. Not products of matrices that come and go: product.ts.
 */
import type { Matrix } from './matrix.ts';
import { type MatrixKernels, matrixModule } from './matrix-kernels.ts';

/** A kernel's memory: matrices, a panel, then room for states and results. */
interface Hold {
  readonly kernel: Pick<MatrixKernels, 'multiplyBetween'>;
  readonly heap: Float64Array;
  /** Where panel and room begin, in numbers. */
  readonly panel: number;
  readonly room: number;
}

const HOLDS = new WeakMap<ArrayBufferLike, Hold>();
/** Columns that are mixed at a time. */
const PANEL = 8;
const PAGE = 65_536;
/** Numbers of the room: 64 rows of states and results for a width of 512. */
const ROOM = 65_536;

/**
 * Copies of the numbers of matrices, in one kernel's memory for as long as any of them is used. The same arrays
 * where WebAssembly is not to be had, or columns do not come in eights.
 */
export function hold(matrices: readonly Matrix[]): readonly Float64Array[] {
  const module = matrixModule();
  if (!module || matrices.some(({ columns }) => columns % PANEL !== 0))
    return matrices.map(({ data }) => data);
  const panel = matrices.reduce((sum, { data }) => sum + data.length, 0);
  const room = panel + PANEL * Math.max(...matrices.map(({ rows }) => rows));
  const least = Math.max(ROOM, ...matrices.map(({ rows, columns }) => rows + columns));
  const pages = Math.ceil((8 * (room + least)) / PAGE);
  // of a size for good: in a memory that grows, views of it would end
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const heap = new Float64Array(memory.buffer);
  HOLDS.set(memory.buffer, { kernel: exports as unknown as MatrixKernels, heap, panel, room });
  let next = 0;
  return matrices.map(({ data }) => {
    const held = heap.subarray(next, next + data.length);
    held.set(data);
    next += data.length;
    return held;
  });
}

/** (1 − t) · left + t · right for matrices that are held together. Its numbers are made when somebody looks at them. */
export class Between implements Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly t: number;
  #data: Float64Array | null = null;

  constructor(left: Matrix, right: Float64Array, t: number) {
    this.rows = left.rows;
    this.columns = left.columns;
    this.left = left.data;
    this.right = right;
    this.t = t;
  }

  /** As a tensor's. */
  get shape(): readonly number[] {
    return [this.rows, this.columns];
  }

  get data(): Float64Array {
    this.#data ??= this.left.map((_, at) => this.entry(at));
    return this.#data;
  }

  entry(at: number): number {
    return (1 - this.t) * this.left[at] + this.t * this.right[at];
  }
}

/** An entry, without making all of them. */
export const entryOf = (matrix: Matrix, at: number): number =>
  matrix instanceof Between ? matrix.entry(at) : matrix.data[at];

/** (1 − t) · left + t · right, or null where they are not held together. */
export function between(left: Matrix, right: Float64Array, t: number): Between | null {
  const together = left.data.buffer === right.buffer && HOLDS.has(right.buffer);
  return together ? new Between(left, right, t) : null;
}

/** out = a · b for row-major a [rows, inner] and a b that is held, or lies between such. Else false, and nothing is done. */
export function multiplyHeld(a: Float64Array, b: Matrix, out: Float64Array): boolean {
  const near = b instanceof Between ? b.left : b.data;
  const found = HOLDS.get(near.buffer);
  if (!found) return false;
  const { kernel, heap, panel, room } = found;
  const { rows: inner, columns } = b;
  const rows = a.length / inner;
  const most = Math.floor((heap.length - room) / (inner + columns));
  const [right, t] = b instanceof Between ? [b.right.byteOffset, b.t] : [0, 0];
  for (let from = 0; from < rows; from += most) {
    const to = Math.min(rows, from + most);
    heap.set(a.subarray(from * inner, to * inner), room);
    const result = room + (to - from) * inner;
    kernel.multiplyBetween(
      8 * room,
      near.byteOffset,
      right,
      t,
      8 * panel,
      8 * result,
      to - from,
      inner,
      columns,
    );
    out.set(heap.subarray(result, result + (to - from) * columns), from * columns);
  }
  return true;
}
