/** What an engine of the simulator is: it opens a field, and the field gives velocities. Not the trainer's engine. */
import { BALANCING, type CouplingKind, couplingOf } from '../attention/coupling.ts';
import type { Interaction } from '../attention/interaction.ts';
import type { Balancing } from '../numerics/algebra.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { MOST_THREADS } from './wasm/memory.ts';
import type { SpawnFieldThread } from './wasm/threads.ts';

/** What a run will ask of a field, known before it begins. */
export interface FieldRequest {
  readonly interaction: Interaction;
  /** Most particles that the field will be asked for. */
  readonly n: number;
  readonly d: number;
  /** Where the particles lie: unit vectors if absent. */
  readonly space?: 'sphere' | 'euclidean';
  /** What the arithmetic of the pairs runs in; positions and velocities are Float64 either way. */
  readonly precision: 'float64' | 'float32';
  /** Absolute error of a velocity that is asked for, where the engine approximates. */
  readonly accuracy: number;
  /** At most this many threads, where the engine has several. */
  readonly threads: number;
}

/** v_i = sign · Σ_h O_h Σ_j A^h_ij V_h x_j, and its tangent part on the sphere. */
export interface Field {
  /** P_{x_i} v_i for unit rows x [n, d], masses [n] of sum 1, written to out [n, d]. n may shrink between calls. */
  tangent(positions: Float64Array, masses: Float64Array, out: Float64Array): void;
  /** v_i itself, same arguments; x need not be unit vectors. */
  ambient(positions: Float64Array, masses: Float64Array, out: Float64Array): void;
  /**
   * The derivative of `tangent` on the sphere, of `ambient` elsewhere, at x along directions [k, n, d], written to
   * out [k, n, d]; only their tangent parts count. Absent where it is known by differences alone.
   */
  derivatives?(
    positions: Float64Array,
    masses: Float64Array,
    directions: Float64Array,
    out: Float64Array,
  ): void;
  /** A_ij per head [n, n]; absent where the engine never has it. */
  couplings?(positions: Float64Array, masses: Float64Array): Matrix[];
  /** Velocities of this absolute size and below are round-off (or the approximation's error). */
  readonly floor: number;
  /** What a reader of the result must know, e.g. the terms kept and the error bound; or null. */
  readonly note: string | null;
  /** Frees threads and memory. */
  close(): void;
}

/** Times in pairs of particles as the kernels sum them on one thread, about 15 ns in d = 3; of one head. */
export interface FieldCost {
  /** Once. */
  readonly opening: number;
  /** Every velocity of all particles. */
  readonly velocity: number;
}

/** What a platform hands to engines with threads. */
export interface EnginePlatform {
  /** Starts a worker thread; without it an engine runs on the caller's thread alone. */
  readonly spawn?: SpawnFieldThread;
  /** Threads of the machine that an engine may use, with the caller's; 1 if absent. */
  readonly threads?: number;
}

/**
 * Something that computes attention fields: exactly, or within an accuracy that is asked for. It says itself
 * what it does not serve.
 */
export interface Engine {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** The couplings that it computes; in those of others it serves no request. */
  readonly couplings: readonly CouplingKind[];
  /** In which it computes, or takes a request for. */
  readonly precisions: readonly FieldRequest['precision'][];
  /** Its error is absolute, as `accuracy` is: it cannot tell slow velocities from rest, as pairs can. */
  readonly absolute: boolean;
  /** Why `auto` takes it for a request, one clause. */
  reason(request: FieldRequest): string;
  /** What a request takes: `auto` takes the engine that has a velocity first. */
  cost(request: FieldRequest): FieldCost;
  /** null where the engine serves the request; otherwise one clause that says why not. */
  refusal(request: FieldRequest): string | null;
  /** Throws InputError with the refusal. */
  open(request: FieldRequest): Promise<Field>;
}

/** Why an interaction that is causal cannot be; or null. */
export function notCausal({ causal, coupling }: Interaction): string | null {
  const clause = causal && couplingOf(coupling).notCausal;
  return clause ? `${clause}: use softmax with a causal mask` : null;
}

/** How far a doubly stochastic coupling is scaled: to the accuracy asked for, unless the interaction says. */
export const balancingOf = ({ interaction, accuracy }: FieldRequest): Balancing => ({
  ...BALANCING,
  tolerance: accuracy,
  ...interaction.balancing,
});

/** The tolerance, or what round-off of scores up to `largest` and of their sums leaves of a column. */
export const reachableResidual = (tolerance: number, largest: number): number =>
  Math.max(tolerance, LEAST_RESIDUAL + 8 * 2 ** -53 * largest);

const LEAST_RESIDUAL = 1e-13;

/** A page can hand memory to its workers only where it is isolated from other origins; Node always can. */
const canShare = () => !('crossOriginIsolated' in globalThis) || globalThis.crossOriginIsolated;

/** The threads of a field, and what starts others. */
export function threadsOf(
  { spawn, threads = 1 }: EnginePlatform,
  request: FieldRequest,
): [threads: number, spawn: SpawnFieldThread | undefined] {
  const wanted = Math.min(threads, request.threads, MOST_THREADS);
  return [Math.max(1, Math.floor(wanted)), canShare() ? spawn : undefined];
}
