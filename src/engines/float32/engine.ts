/**
 * Float32 forward passes by SIMD kernels (assembly/network.ts). Weights stay in the kernels' memory, as wide as they
 * came, and are multiplied where they lie, by one thread or several; states are copied there and back, which costs
 * one part in thousands of a product. Not training, nor other couplings: those have engines of their own.
 */
import type { Algebra } from '../../numerics/algebra.ts';
import { LimitError } from '../../numerics/errors.ts';
import { once } from '../../numerics/once.ts';
import { JOB, MOST_THREADS, SCRATCH } from '../wasm/memory.ts';
import { type BlockKernel, type SpawnFieldThread, startCrew } from '../wasm/threads.ts';
import { networkKernels } from './network-kernels.generated.ts';

export interface Float32Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Of a whole text, without a batch: shapes as in the algebra. */
export type SoftmaxAlgebra<A> = Pick<Algebra<A>, 'headScores' | 'softmax' | 'headMix'>;

const ACTIVATIONS = ['geluErf', 'geluTanh', 'silu'] as const;
type Activation = (typeof ACTIVATIONS)[number];

/** Kernels that compute blocks of a job. */
const NAMES = [
  'product',
  'headScores',
  'softmax',
  'headMix',
  'layerNorm',
  'rmsNorm',
  ...ACTIVATIONS,
] as const;
type KernelName = (typeof NAMES)[number];

interface Kernels extends Record<KernelName, BlockKernel> {
  /** x [rows, inner], laid out for products. */
  packRows(x: number, rows: number, inner: number, to: number): void;
  packedBytes(rows: number, inner: number): number;
  /** Columns in a block of a product. */
  groupSize(): number;
  /** Numbers in a block of an activation. */
  pieceSize(): number;
  /** Rows in a block of a norm. */
  normRows(): number;
  /** Work space of a thread. */
  scratchBytes(): number;
}

const compiled = once(
  () =>
    new WebAssembly.Module(
      Uint8Array.from(atob(networkKernels), (character) => character.charCodeAt(0)),
    ),
);

/** Numbers that lie in an engine's memory, by `reserve`. */
export type Held = Float32Array | Uint16Array;

/** How numbers of 16 bits are to be read; F32 those of 32. */
export type HeldType = 'F32' | 'F16' | 'BF16';

/** y = gain · (x − mean) / √(variance + ε) + bias, or for `rms` y = gain · x / √(mean of squares + ε) + bias. */
export interface Float32Norm {
  readonly kind: 'layer' | 'rms';
  readonly gain: Float32Array | Float64Array;
  readonly bias: Float32Array | Float64Array | null;
  readonly epsilon: number;
}

export interface Float32Engine extends SoftmaxAlgebra<Float32Tensor> {
  /** Bytes of the engine's memory for weights, in which they stay as long as the engine. */
  reserve(bytes: number): Uint8Array;
  /** x [rows, inner] · wᵀ + bias: [rows, outs] for w [outs, inner] in reserved bytes. */
  product(
    x: Float32Array,
    w: Held,
    type: HeldType,
    bias: Float32Array | Float64Array | null,
    inner: number,
  ): Float32Array;
  /** Of every number, in place. */
  activate(x: Float32Array, activation: Activation): void;
  /** Rows of x, as long as the gain, through a norm; sums are of doubles. */
  norm(x: Float32Array, norm: Float32Norm): Float32Array;
  /** Ends the other threads; the engine goes on with one. */
  close(): void;
}

export interface Float32Threads {
  /** With the caller's own, at most 64; default 1. They give the same bits for any number. */
  readonly threads?: number;
  /** Starts a thread of this platform; without it there is one. */
  readonly spawn?: SpawnFieldThread;
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;
/** Where v128 loads are aligned. */
const ALIGNED = 16;
/** The fewest products of numbers, or a fifth of as many exponentials, for which other threads are woken: about 50 µs. */
const WORTH_SHARING = 1e6;
const POWER = 5;

/** As the kernels read it: assembly/network-job.ts. */
interface Job {
  readonly left: number;
  readonly right?: number;
  readonly beside?: number;
  readonly out?: number;
  readonly rows?: number;
  readonly inner?: number;
  readonly columns: number;
  readonly heads?: number;
  readonly type?: HeldType;
  readonly epsilon?: number;
}

const TYPES: readonly HeldType[] = ['F32', 'BF16', 'F16'];

/**
 * An engine with a memory of its own, which its threads share. It throws LimitError where 4 GiB are not enough. It
 * blocks the caller while others compute, so in a page it belongs into a worker.
 */
export function float32Engine({ threads = 1, spawn }: Float32Threads = {}): Float32Engine {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const kernels = new WebAssembly.Instance(compiled(), { env: { memory } })
    .exports as unknown as Kernels;
  const scratchBytes = kernels.scratchBytes();
  const count = Math.max(1, Math.min(threads, MOST_THREADS));
  /** Behind the weights; the work space of an operation begins there. */
  let end = aligned(SCRATCH + count * scratchBytes);
  memory.grow(Math.ceil(end / PAGE));
  const module = { module: compiled(), names: NAMES, scratchBytes };
  let crew = startCrew(memory, count, spawn, module);

  const grownTo = (bytes: number): ArrayBufferLike => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing <= 0) return memory.buffer;
    if (bytes > PAGE * MOST_PAGES)
      throw new LimitError(
        'model',
        `weights and states need ${(bytes / 2 ** 30).toFixed(2)} GiB, the kernels address 4 GiB: take a smaller model, a shorter text, or float64`,
      );
    memory.grow(Math.ceil(missing / PAGE));
    return memory.buffer;
  };

  /** Arrays in the work space: with the numbers given, or as long as one says; null is at address 0. */
  const lay = (...parts: readonly (ArrayLike<number> | number | null)[]) => {
    const lengths = parts.map((part) => (typeof part === 'number' ? part : (part?.length ?? 0)));
    let next = end;
    const addresses = parts.map((part, i) => {
      const address = next;
      next = aligned(next + 4 * lengths[i]);
      return part === null ? 0 : address;
    });
    const buffer = grownTo(next);
    const arrays = lengths.map((length, i) => new Float32Array(buffer, addresses[i], length));
    for (const [i, part] of parts.entries())
      if (part !== null && typeof part !== 'number') arrays[i].set(part);
    return { addresses, arrays };
  };

  /** Runs a job; `work` is about how many products it takes. */
  const compute = (kernel: KernelName, blocks: number, work: number, job: Job): void => {
    const { left, right = 0, beside = 0, out = 0, rows = 0, inner = 0, columns } = job;
    const words = [left, right, beside, out, rows, inner, columns, job.heads ?? 1];
    new Uint32Array(memory.buffer, JOB).set([...words, TYPES.indexOf(job.type ?? 'F32')]);
    new Float32Array(memory.buffer, JOB)[words.length + 1] = job.epsilon ?? 0;
    crew.run(kernel, blocks, work > WORTH_SHARING);
  };

  return {
    reserve(bytes) {
      const array = new Uint8Array(grownTo(aligned(end + bytes)), end, bytes);
      end = aligned(end + bytes);
      return array;
    },
    product(x, w, type, bias, inner) {
      const rows = x.length / inner;
      const columns = w.length / inner;
      const packed = kernels.packedBytes(rows, inner) / 4;
      const { addresses, arrays } = lay(x, packed, bias, rows * columns);
      const [from, left, beside, out] = addresses;
      kernels.packRows(from, rows, inner, left);
      const blocks = Math.ceil(columns / kernels.groupSize());
      const job = { left, right: w.byteOffset, beside, out, rows, inner, columns, type };
      compute('product', blocks, rows * w.length, job);
      return arrays[3].slice();
    },
    activate(x, activation) {
      const { addresses, arrays } = lay(x);
      const blocks = Math.ceil(x.length / kernels.pieceSize());
      compute(activation, blocks, POWER * x.length, { left: addresses[0], columns: x.length });
      x.set(arrays[0]);
    },
    norm(x, { kind, gain, bias, epsilon }) {
      const columns = gain.length;
      const rows = x.length / columns;
      const { addresses, arrays } = lay(x, gain, bias, x.length);
      const [left, right, beside, out] = addresses;
      const job = { left, right, beside, out, rows, columns, epsilon };
      const kernel = kind === 'layer' ? 'layerNorm' : 'rmsNorm';
      compute(kernel, Math.ceil(rows / kernels.normRows()), POWER * x.length, job);
      return arrays[3].slice();
    },
    headScores(q, k, heads) {
      const [[rows, width], [columns]] = [q.shape, k.shape];
      const { addresses, arrays } = lay(q.data, k.data, heads * rows * columns);
      const [left, right, out] = addresses;
      const job = { left, right, out, rows, inner: width / heads, columns, heads };
      compute('headScores', heads, rows * columns * width, job);
      return { shape: [heads, rows, columns], data: arrays[2].slice() };
    },
    softmax(scores, beta, mask) {
      const [heads, rows, columns] = scores.shape;
      const { addresses, arrays } = lay(scores.data, beta, mask?.data ?? null);
      const [left, right, beside] = addresses;
      const job = { left, right, beside, rows, columns, heads };
      compute('softmax', heads, POWER * scores.data.length, job);
      return { shape: scores.shape, data: arrays[0].slice() };
    },
    headMix(coupling, v, heads) {
      const [, rows, inner] = coupling.shape;
      const [, width] = v.shape;
      const { addresses, arrays } = lay(coupling.data, v.data, rows * width);
      const [left, right, out] = addresses;
      const job = { left, right, out, rows, inner, columns: width / heads, heads };
      compute('headMix', heads, rows * inner * width, job);
      return { shape: [rows, width], data: arrays[2].slice() };
    },
    close() {
      crew.close();
      crew = startCrew(memory, 1, undefined, module);
    },
  };
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNED) * ALIGNED;
