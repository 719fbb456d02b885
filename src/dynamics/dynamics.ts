/**
 * What an entry of the catalogue of dynamics is. The command line, the server's validation, the
 * page's sliders and the property tests are all made from the entry.
 */
import type { Interaction } from '../attention/interaction.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { Described, SimpleParameter } from '../numerics/parameters.ts';
import type { NormalisationSettings } from './normalisation.ts';

/** Matrices act on columns as in the papers: Qx, Kx, Vx, Ox. */
export interface MatrixParameter extends Described {
  readonly type: 'matrix';
  readonly default: MatrixValue;
  /** The number parameter that counts heads: rows may then be stacked, one d × d block a head. */
  readonly blocks?: string;
  /** The matrix parameter that has as many rows: those of both may then be fewer than d, as in ⟨Qx, Ky⟩ in R^k. */
  readonly pairedWith?: string;
}

/**
 * A d × d matrix: identity, a multiple of it, a diagonal, given rows (k × d in a pair), or a seeded random ensemble
 * times `scale` (1 if absent). matrices.ts says how the ensembles are scaled.
 */
export type MatrixValue =
  | 'identity'
  | { readonly scalar: number }
  | { readonly diagonal: readonly number[] }
  | { readonly rows: readonly (readonly number[])[] }
  | { readonly ensemble: Ensemble; readonly seed: number; readonly scale?: number };

export type Ensemble = 'ginibre' | 'wigner';

export type Parameter = SimpleParameter | MatrixParameter;
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

/**
 * What an entry promises: one of the catalogue at its default matrices, checked by a property test; a user's own
 * at the parameters of every run, which begins with that check (flow/examine.ts).
 * It is about ẋ_i: on the sphere the tangent part of v_i, divided by s_i where there is a normalisation.
 */
export interface Properties {
  /** v(Rx) = R v(x) for rotations R, where all matrices are multiples of the identity. */
  readonly rotationEquivariant: boolean;
  readonly permutationEquivariant: boolean;
  /** What its energy does along the flow without noise; null: no promise. */
  readonly energy: 'increases' | 'decreases' | null;
  /** Tokens in a cone ⟨x, w⟩ ≥ 0 stay in it. */
  readonly keepsCones: boolean;
  /** Token i does not feel the tokens after it. */
  readonly causal: boolean;
  /** Σ w_i x_i is conserved. */
  readonly conservesMean: boolean;
}

/**
 * An entry of the catalogue: ẋ_i = P_{x_i} v_i on the sphere, ẋ_i = v_i in R^d, with parameters as data and
 * the properties that it promises. Complete; what a user writes is a `DynamicsDefinition`.
 */
export interface Dynamics {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly citation: string;
  readonly space: 'sphere' | 'euclidean';
  /** The only d that it is made for; any if absent. */
  readonly dimension?: number;
  readonly parameters: readonly Parameter[];
  readonly properties: Properties;
  /** The scheme of runs that name none, where the usual one does not serve. */
  readonly scheme?: string;
  /** β of the E_β that is its energy, in promises and in diagnostics; 1 where absent. */
  readonly energyBeta?: (parameters: ParameterValues) => number;
  /** What couples the particles at time t; an entry has this or a velocity of its own. */
  readonly interaction?: (parameters: ParameterValues, d: number, time: number) => Interaction;
  /** Whether the interaction depends on time. */
  readonly timeDependent?: boolean;
  /** v_i, not yet projected, to out [n, d], which holds zeros: for what attention does not express. */
  readonly velocity?: (
    particles: Particles,
    parameters: ParameterValues,
    time: number,
    out: Float64Array,
  ) => void;
  /**
   * Growth rates g_i to out [n], which holds zeros: ẇ_i = w_i (g_i − Σ_k w_k g_k), birth and death at
   * constant total mass. Absent: masses stay. Not with a normalisation.
   */
  readonly reaction?: (
    particles: Particles,
    parameters: ParameterValues,
    time: number,
    out: Float64Array,
  ) => void;
  /** Radii as part of the state, and speeds that depend on them; absent: all radii stay 1. */
  readonly normalisation?: (parameters: ParameterValues) => NormalisationSettings;
  /** Times where the field jumps or has a kink. */
  readonly breakpoints?: (parameters: ParameterValues) => readonly number[];
  /** Throws InputError for a start that the dynamics cannot begin from. */
  readonly checkStart?: (particles: Particles, parameters: ParameterValues) => void;
  /** √(2/κ), the strength of the noise; 0 without. */
  readonly noise?: (parameters: ParameterValues) => number;
  /** Positions as they are looked at, such as z = e^{−tV} x: [n, d] → [n, d]. */
  readonly view?: (positions: Matrix, time: number, parameters: ParameterValues) => Matrix;
}

/** β of the energy of an entry at such parameters. */
export const energyBetaOf = ({ energyBeta }: Dynamics, parameters: ParameterValues): number =>
  energyBeta?.(parameters) ?? 1;
