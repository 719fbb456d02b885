/**
 * What an entry of the catalogue of dynamics is. The command line, the server's validation, the
 * page's sliders and the property tests are all made from the entry.
 */
import type { Interaction } from '../attention/interaction.ts';
import type { Matrix } from '../numerics/matrix.ts';

interface Described {
  /** snake_case, the key on every face. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** Empty for a pure number. */
  readonly unit: string;
}

export interface NumberParameter extends Described {
  readonly type: 'number';
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
}

export interface ChoiceParameter extends Described {
  readonly type: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
}

export interface MatrixParameter extends Described {
  readonly type: 'matrix';
  readonly default: MatrixValue;
}

/** A d × d matrix: identity, a diagonal, given rows, or a seeded random ensemble. */
export type MatrixValue =
  | 'identity'
  | { readonly diagonal: readonly number[] }
  | { readonly rows: readonly (readonly number[])[] }
  | { readonly ensemble: 'ginibre' | 'wigner'; readonly seed: number };

export type Parameter = NumberParameter | ChoiceParameter | MatrixParameter;
export type ParameterValue = number | string | MatrixValue;
/** By name; complete and checked against the entry. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** Particles as an entry sees them: rows of positions [n, d], masses [n] of sum 1. */
export interface Particles {
  readonly n: number;
  readonly d: number;
  readonly positions: Float64Array;
  readonly masses: Float64Array;
}

/** What an entry promises at its default parameters; each promise is checked by a property test. */
export interface Properties {
  /** v(Rx) = R v(x) for rotations R, where all matrices are multiples of the identity. */
  readonly rotationEquivariant: boolean;
  readonly permutationEquivariant: boolean;
  /** What E_β does along the flow without noise; null: no promise. */
  readonly energy: 'increases' | 'decreases' | null;
  /** Tokens in a cone ⟨x, w⟩ ≥ 0 stay in it. */
  readonly keepsCones: boolean;
  /** Token i does not feel the tokens after it. */
  readonly causal: boolean;
  /** Σ w_i x_i is conserved. */
  readonly conservesMean: boolean;
}

/** How the layer's normalisation acts on x_i = r_i θ_i: θ̇_i = P v_i / s_i (arXiv 2510.22026). */
export type Normalisation = 'post' | 'pre' | 'peri' | 'ngpt' | 'mixed';

export interface Dynamics {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly citation: string;
  readonly space: 'sphere' | 'euclidean';
  readonly parameters: readonly Parameter[];
  readonly properties: Properties;
  /** What couples the particles at time t; an entry has this or a velocity of its own. */
  readonly interaction?: (parameters: ParameterValues, d: number, time: number) => Interaction;
  /** Whether the interaction depends on time. */
  readonly timeDependent?: boolean;
  /** v_i, not yet projected, to out [n, d]: for what attention does not express. Float64, one thread. */
  readonly velocity?: (
    particles: Particles,
    parameters: ParameterValues,
    time: number,
    out: Float64Array,
  ) => void;
  readonly normalisation?: (parameters: ParameterValues) => Normalisation;
  /** Times where the field jumps or has a kink. */
  readonly breakpoints?: (parameters: ParameterValues) => readonly number[];
  /** √(2/κ), the strength of the noise; 0 without. */
  readonly noise?: (parameters: ParameterValues) => number;
  /** Positions as they are looked at, such as z = e^{−tV} x: [n, d] → [n, d]. */
  readonly view?: (positions: Matrix, time: number, parameters: ParameterValues) => Matrix;
}
