/** What an engine of the simulator is: it opens a field, and the field gives velocities. Not the trainer's engine. */
import { BALANCING } from '../attention/coupling.ts';
import type { Interaction } from '../attention/interaction.ts';
import type { Balancing } from '../numerics/algebra.ts';
import type { Matrix } from '../numerics/matrix.ts';

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
  /** A_ij per head [n, n]; absent where the engine never has it. */
  couplings?(positions: Float64Array, masses: Float64Array): Matrix[];
  /** Velocities of this absolute size and below are round-off (or the approximation's error). */
  readonly floor: number;
  /** What a reader of the result must know, e.g. the terms kept and the error bound; or null. */
  readonly note: string | null;
  /** Frees threads and memory. */
  close(): void;
}

/**
 * Something that computes attention fields: exactly, or within an accuracy that is asked for. It says itself
 * what it does not serve.
 */
export interface Engine {
  readonly name: string;
  /** null where the engine serves the request; otherwise one clause that says why not. */
  refusal(request: FieldRequest): string | null;
  /** Throws InputError with the refusal. */
  open(request: FieldRequest): Promise<Field>;
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
