/**
 * Matrices that are multiplied again and again lie in the memory of a SIMD kernel (assembly/multiply.ts), packed in
 * panels of eight columns, and what lies between two of them is mixed there as it is multiplied: nobody makes room for
 * it or brings it along. Where float32 holds their numbers exactly they take half the room and half the reading. Bits
 * are those of the plain loops. Not products of matrices that come and go: product.ts.
 */
import type { Matrix } from './matrix.ts';
import { type MatrixKernels, matrixModule } from './matrix-kernels.ts';

/** A kernel's memory: a panel, packed matrices, then room for states and results. */
interface Hold {
  readonly kernel: Pick<MatrixKernels, 'multiplyPacked'>;
  readonly heap: Float64Array;
  /** Whether matrices are float32. */
  readonly narrow: boolean;
  /** Where the room begins, in numbers of eight bytes. */
  readonly room: number;
}

/** Where the numbers of a matrix lie packed too, as a byte address. */
interface Held {
  readonly hold: Hold;
  readonly address: number;
}

const HELD = new WeakMap<Float64Array, Held>();
/** Columns of a panel. */
const PANEL = 8;
const PAGE = 65_536;
/** Numbers of the room: 64 rows of states and results for a width of 512. */
const ROOM = 65_536;

/**
 * Keeps the matrices packed in one kernel's memory for as long as their numbers are used, which must not change. Does
 * nothing where WebAssembly is not to be had, or columns do not come in eights.
 */
export function hold(matrices: readonly Matrix[]): void {
  const module = matrixModule();
  if (!module || matrices.some(({ columns }) => columns % PANEL !== 0)) return;
  const narrow = matrices.every(({ data }) => isFloat32(data));
  const numbers = matrices.reduce((sum, { data }) => sum + data.length, 0);
  const panel = PANEL * Math.max(...matrices.map(({ rows }) => rows));
  const room = panel + Math.ceil(narrow ? numbers / 2 : numbers);
  const least = Math.max(ROOM, ...matrices.map(({ rows, columns }) => rows + columns));
  const pages = Math.ceil((8 * (room + least)) / PAGE);
  // of a size for good: in a memory that grows, views of it would end
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const heap = new Float64Array(memory.buffer);
  const kernel = exports as unknown as MatrixKernels;
  const own = { kernel, heap, narrow, room };
  const packed = narrow ? new Float32Array(memory.buffer) : heap;
  let next = (8 * panel) / packed.BYTES_PER_ELEMENT;
  for (const matrix of matrices) {
    pack(matrix, packed.subarray(next, next + matrix.data.length));
    HELD.set(matrix.data, { hold: own, address: next * packed.BYTES_PER_ELEMENT });
    next += matrix.data.length;
  }
}

function isFloat32(x: Float64Array): boolean {
  let at = 0;
  while (at < x.length && Math.fround(x[at]) === x[at]) at++;
  return at === x.length;
}

/** Panel after panel, each [rows, eight]. */
function pack({ rows, columns, data }: Matrix, to: Float64Array | Float32Array): void {
  let at = 0;
  for (let panel = 0; panel < columns; panel += PANEL)
    for (let row = 0; row < rows; row++)
      for (let c = 0; c < PANEL; c++) to[at++] = data[row * columns + panel + c];
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
  const found = HELD.get(left.data);
  return found && found.hold === HELD.get(right)?.hold ? new Between(left, right, t) : null;
}

/** out = a · b for row-major a [rows, inner] and a b that is held, or lies between such. Else false, and nothing is done. */
export function multiplyHeld(a: Float64Array, b: Matrix, out: Float64Array): boolean {
  const found = HELD.get(b instanceof Between ? b.left : b.data);
  if (!found) return false;
  const { kernel, heap, narrow, room } = found.hold;
  const { rows: inner, columns } = b;
  const rows = a.length / inner;
  const most = Math.floor((heap.length - room) / (inner + columns));
  const other = b instanceof Between ? HELD.get(b.right) : undefined;
  for (let from = 0; from < rows; from += most) {
    const to = Math.min(rows, from + most);
    heap.set(a.subarray(from * inner, to * inner), room);
    const result = room + (to - from) * inner;
    kernel.multiplyPacked(
      8 * room,
      found.address,
      // the panel lies at 0, so no matrix does
      other?.address ?? 0,
      b instanceof Between ? b.t : 0,
      narrow ? 1 : 0,
      0,
      8 * result,
      to - from,
      inner,
      columns,
    );
    out.set(heap.subarray(result, result + (to - from) * columns), from * columns);
  }
  return true;
}
