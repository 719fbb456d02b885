/**
 * The simulator's wasm engine: SIMD kernels that never store the n × n matrix, in float32 or float64,
 * on one memory that threads share. Softmax and exponential couplings of unit vectors with Q = K = I
 * are shifted by β, which no score exceeds; all others by the running maximum of each query.
 * Not the kernels (assembly/field.ts), nor how a platform starts a thread (handed in as `spawn`).
 */
import type { CouplingKind } from '../../attention/coupling.ts';
import {
  effectiveWeights,
  exponentialOverflow,
  scoresSymmetric,
} from '../../attention/effective.ts';
import { InputError } from '../../numerics/errors.ts';
import {
  type Engine,
  type EnginePlatform,
  type FieldRequest,
  notCausal,
  threadsOf,
} from '../field.ts';
import { jobBytes, shapeOf } from './job.ts';
import { arraysBegin, COMPILING, MEMORY_BYTES, MOST_THREADS } from './memory.ts';

/** What the kernels know: a coupling that is new is refused until it is among these, and in heads.ts. */
const COUPLINGS: readonly CouplingKind[] = [
  'softmax',
  'exponential',
  'hardmax',
  'linear',
  'sinkhorn',
];

/**
 * The engine. Its fields block the thread that asks while others compute, so in a browser it belongs
 * into a worker; where cross-origin isolation is missing, it runs on that one thread.
 */
export function wasmEngine(platform: EnginePlatform = {}): Engine {
  return {
    name: 'wasm',
    title: 'WebAssembly',
    help: 'SIMD kernels over all pairs in Float64 or Float32, never the n × n matrix; several threads, the same numbers for any count.',
    couplings: COUPLINGS,
    precisions: ['float64', 'float32'],
    absolute: false,
    reason: ({ n, d }) => `${n} particles in d = ${d}: SIMD over pairs`,
    cost: ({ n }) => ({ opening: COMPILING, velocity: n * n }),
    refusal,
    async open(request) {
      const clause = refusal(request);
      if (clause) throw new InputError('engine', `the wasm engine refuses: ${clause}`);
      // kernels are loaded by whoever uses them
      const { openField } = await import('./velocity.ts');
      return openField(request, ...threadsOf(platform, request));
    },
  };
}

function refusal(request: FieldRequest): string | null {
  const { interaction, precision } = request;
  if (!COUPLINGS.includes(interaction.coupling))
    return `${interaction.coupling} coupling has no kernel: use the reference engine`;
  const impossible = exponentialOverflow(interaction, precision) ?? notCausal(interaction);
  return impossible ?? unbalanced(request) ?? unsafeTies(request) ?? tooLarge(request);
}

/** Doubly stochastic couplings are scaled by sweeps alone, which end where scores are symmetric. */
function unbalanced({ interaction, precision }: FieldRequest): string | null {
  if (interaction.coupling !== 'sinkhorn') return null;
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
