/**
 * Loads the kernels of assembly/ onto a heap. They allocate nothing: every array argument is a byte
 * address in that heap, every size and stride a count of elements. The heap may grow at any time
 * (its views go stale then, the kernels do not).
 */
import { trainingKernels } from './training-kernels.generated.ts';

export interface TrainingKernels {
  /** Bytes of work space for `gemm` of these sizes. */
  gemmScratchBytes(transA: number, transB: number, m: number, n: number, k: number): number;
  /**
   * C = op(A) · op(B), or C += with `accumulate`, for outer × inner batches: op(A) [m × k], op(B)
   * [k × n], C [m × n], row-major, rows `lda`, `ldb`, `ldc` apart, batches the other strides apart.
   */
  gemm(
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    outer: number,
    inner: number,
    a: number,
    lda: number,
    aOuter: number,
    aInner: number,
    b: number,
    ldb: number,
    bOuter: number,
    bInner: number,
    c: number,
    ldc: number,
    cOuter: number,
    cInner: number,
    accumulate: number,
    scratch: number,
  ): void;
  /**
   * out = softmax over columns of scale · scores [batch, heads, rows, columns]. `mask`: 0, or zeros
   * and ones [rows, columns] per batch, `maskStride` apart. Hidden entries come out exactly 0.
   */
  softmaxRows(
    scores: number,
    mask: number,
    out: number,
    batch: number,
    heads: number,
    rows: number,
    columns: number,
    maskStride: number,
    scale: number,
  ): void;
  /** dx = scale · y (dy − Σ y dy), for y = softmax(scale · x), over `count` rows. */
  softmaxRowsGradient(
    y: number,
    dy: number,
    dx: number,
    count: number,
    columns: number,
    scale: number,
  ): void;
  /** out = x / |x|, norms [rows] = |x|. */
  normaliseRows(x: number, out: number, norms: number, rows: number, columns: number): void;
  /** dx = (dy − ⟨dy, y⟩ y) / |x|, for y = x / |x|. */
  normaliseRowsGradient(
    y: number,
    norms: number,
    dy: number,
    dx: number,
    rows: number,
    columns: number,
  ): void;
  /**
   * losses [rows] = w (log Σ e^z − z_target), gradient [rows, columns] = w (softmax z − onehot), with
   * z = logits + bias (`bias` 0: none), int32 targets, and a weight w per row. In place is allowed.
   */
  softmaxCrossEntropy(
    logits: number,
    bias: number,
    targets: number,
    weights: number,
    gradient: number,
    losses: number,
    rows: number,
    columns: number,
  ): void;
  /** out [columns] = Σ over rows of x. */
  columnSums(x: number, out: number, rows: number, columns: number): void;
  /** out[i] = table[indices[i]]; int32 indices, each a row of the table. */
  gatherRows(table: number, indices: number, out: number, count: number, columns: number): void;
  /** out[indices[i]] += rows[i]; the caller has filled `out`. */
  scatterAddRows(out: number, indices: number, rows: number, count: number, columns: number): void;
  /** out = x + scale · y. */
  addScaled(out: number, x: number, y: number, scale: number, count: number): void;
  /** out = (1 − t) a + t b. */
  lerp(out: number, a: number, b: number, t: number, count: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** The kernels on this memory. Compiles at once (9 kB), the first time in a process. */
export function instantiateKernels(memory: WebAssembly.Memory): TrainingKernels {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(trainingKernels), (character) => character.charCodeAt(0)),
  );
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as TrainingKernels;
}

/**
 * The memory of an emscripten module such as tfjs's `backend.wasm`.
 * @throws Error when it holds none of its own, or one shared by threads, which the kernels cannot import
 */
export function wasmMemory(module: unknown): WebAssembly.Memory {
  const { asm } = module as { asm?: Record<string, unknown> };
  const memory = Object.values(asm ?? {}).find((entry) => entry instanceof WebAssembly.Memory);
  if (!memory) throw new Error('the WASM backend of tfjs exports no memory for our kernels');
  if (!(memory.buffer instanceof ArrayBuffer))
    throw new Error('the WASM backend of tfjs shares its memory: use its single-threaded binary');
  return memory;
}
