/**
 * The simulator's wasm engine: SIMD kernels that never store the n × n matrix, in float32 or float64,
 * on one memory that threads share. Softmax and exponential couplings of unit vectors with Q = K = I
 * are shifted by β, which no score exceeds; all others by the running maximum of each query.
 * Not the kernels (assembly/field.ts), nor how a platform starts a thread (handed in as `spawn`).
 */
import { couplings } from '../../attention/coupling.ts';
import {
  effectiveWeights,
  exponentialOverflow,
  scoresSymmetric,
} from '../../attention/effective.ts';
import { InputError } from '../../numerics/errors.ts';
import type { Engine, FieldRequest } from '../field.ts';
import { jobBytes } from './job.ts';
import { arraysBegin, canShare, MOST_THREADS, type SpawnFieldThread } from './threads.ts';
import { openField, shapeOf } from './velocity.ts';

export interface WasmEngineOptions {
  /** Starts a worker thread; without it the engine runs on the caller's thread alone. */
  readonly spawn?: SpawnFieldThread;
  /** Threads of the machine that the engine may use, with the caller's; 1 if absent. */
  readonly threads?: number;
}

const MEMORY_BYTES = 2 ** 32 - 2 ** 16;

/**
 * The engine. Its fields block the thread that asks while others compute, so in a browser it belongs
 * into a worker; where cross-origin isolation is missing, it runs on that one thread.
 */
export function wasmEngine({ spawn, threads = 1 }: WasmEngineOptions = {}): Engine {
  return {
    name: 'wasm',
    refusal,
    async open(request) {
      const clause = refusal(request);
      if (clause) throw new InputError('engine', `the wasm engine refuses: ${clause}`);
      const wanted = Math.min(threads, request.threads, MOST_THREADS);
      return openField(request, Math.max(1, Math.floor(wanted)), canShare() ? spawn : undefined);
    },
  };
}

function refusal(request: FieldRequest): string | null {
  const overflow = exponentialOverflow(request.interaction, request.precision);
  return overflow ?? unbalanced(request) ?? unsafeTies(request) ?? tooLarge(request);
}

/** Doubly stochastic couplings are scaled by sweeps alone, which end where scores are symmetric. */
function unbalanced({ interaction, precision }: FieldRequest): string | null {
  if (interaction.coupling !== 'sinkhorn') return null;
  if (interaction.causal) return `${couplings.sinkhorn.notCausal}: use softmax with a causal mask`;
  if (precision === 'float32')
    return 'a doubly stochastic scaling goes on until round-off of float64: use float64';
  if (scoresSymmetric(effectiveWeights(interaction))) return null;
  return 'with Q other than K a doubly stochastic scaling needs all couplings at once, which it never has: use the reference engine';
}

function unsafeTies({ interaction, precision }: FieldRequest): string | null {
  if (interaction.coupling !== 'hardmax' || precision === 'float64') return null;
  return 'hardmax in float32 would mistake round-off for ties: use float64';
}

function tooLarge(request: FieldRequest): string | null {
  const bytes = arraysBegin(MOST_THREADS) + jobBytes(shapeOf(request));
  if (bytes <= MEMORY_BYTES) return null;
  const gigabytes = (bytes / 2 ** 30).toFixed(1);
  return `n = ${request.n} and d = ${request.d} need ${gigabytes} GB of WebAssembly memory, which holds 4 GB: use fewer particles`;
}
