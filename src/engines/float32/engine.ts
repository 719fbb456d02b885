/**
 * Float32 forward passes by SIMD kernels (assembly/network.ts). Weights stay in the kernels' memory, as wide as they
 * came, and are multiplied where they lie; states are copied there and back, which costs one part in thousands of a
 * product. Not training, nor other couplings: those have engines of their own.
 */
import type { Algebra } from '../../numerics/algebra.ts';
import { LimitError } from '../../numerics/errors.ts';
import { once } from '../../numerics/once.ts';
import { networkKernels } from './network-kernels.generated.ts';

export interface Float32Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Of a whole text, without a batch: shapes as in the algebra. */
export type SoftmaxAlgebra<A> = Pick<Algebra<A>, 'headScores' | 'softmax' | 'headMix'>;

type Product = 'productF32' | 'productF16' | 'productBF16';
type Activation = 'geluErf' | 'geluTanh' | 'silu';

interface Kernels
  extends Record<
      Product,
      (
        x: number,
        w: number,
        bias: number,
        out: number,
        rows: number,
        inner: number,
        outs: number,
      ) => void
    >,
    Record<Activation, (x: number, length: number) => void> {
  gemm(...sizesAndAddresses: number[]): void;
  gemmScratchBytes(transA: number, transB: number, m: number, n: number, k: number): number;
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
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;
/** Where v128 loads are aligned. */
const ALIGNED = 16;
const FIRST = ALIGNED;

/** An engine with a memory of its own, which threads may share. It throws LimitError where 4 GiB are not enough. */
export function float32Engine(): Float32Engine {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const kernels = new WebAssembly.Instance(compiled(), { env: { memory } })
    .exports as unknown as Kernels;
  /** Behind the weights; the work space of an operation begins there. */
  let end = FIRST;

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
  const lay = (...parts: readonly (Float32Array | Float64Array | number | null)[]) => {
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

  return {
    reserve(bytes) {
      const array = new Uint8Array(grownTo(aligned(end + bytes)), end, bytes);
      end = aligned(end + bytes);
      return array;
    },
    product(x, w, type, bias, inner) {
      const rows = x.length / inner;
      const outs = w.length / inner;
      const { addresses, arrays } = lay(x, bias, rows * outs);
      const [from, shift, to] = addresses;
      kernels[`product${type}`](from, w.byteOffset, shift, to, rows, inner, outs);
      return Float32Array.from(arrays[2]);
    },
    activate(x, activation) {
      const { addresses, arrays } = lay(x);
      kernels[activation](addresses[0], x.length);
      x.set(arrays[0]);
    },
    headScores(q, k, heads) {
      const [[n, width], [m]] = [q.shape, k.shape];
      const size = width / heads;
      const scratch = kernels.gemmScratchBytes(0, 1, n, m, size) / 4;
      const { addresses, arrays } = lay(q.data, k.data, heads * n * m, scratch);
      const [a, b, c, s] = addresses;
      const left = [a, width, 0, size];
      const right = [b, width, 0, size];
      kernels.gemm(0, 1, n, m, size, 1, heads, ...left, ...right, c, m, 0, n * m, 0, s);
      return { shape: [heads, n, m], data: Float32Array.from(arrays[2]) };
    },
    softmax(scores, beta, mask) {
      const [heads, n, m] = scores.shape;
      const { addresses, arrays } = lay(scores.data, mask?.data ?? null);
      const [from, shown] = addresses;
      for (let h = 0; h < heads; h++) {
        const own = from + 4 * h * n * m;
        kernels.softmaxRows(own, shown, own, 1, 1, n, m, 0, beta[h]);
      }
      return { shape: scores.shape, data: Float32Array.from(arrays[0]) };
    },
    headMix(coupling, v, heads) {
      const [, n, m] = coupling.shape;
      const [, width] = v.shape;
      const size = width / heads;
      const scratch = kernels.gemmScratchBytes(0, 0, n, size, m) / 4;
      const { addresses, arrays } = lay(coupling.data, v.data, n * width, scratch);
      const [a, b, c, s] = addresses;
      const left = [a, m, 0, n * m];
      const right = [b, width, 0, size];
      kernels.gemm(0, 0, n, size, m, 1, heads, ...left, ...right, c, width, 0, size, 0, s);
      return { shape: [n, width], data: Float32Array.from(arrays[2]) };
    },
  };
}

const aligned = (bytes: number) => Math.ceil(bytes / ALIGNED) * ALIGNED;
