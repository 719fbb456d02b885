/** What the parameters of a model in training are called, and which belong together. */
import type { AttentionWeights } from '../../attention/scores.ts';

/** Of a standard transformer. */
export interface StandardShape {
  readonly layers: number;
  /** Width of the MLPs between their two matrices. */
  readonly hidden: number;
}

export interface Architecture {
  /** Tokens in the vocabulary, the special ones included. */
  readonly vocabularySize: number;
  readonly dimension: number;
  readonly heads: number;
  readonly knots: number;
  readonly maximumPositions: number;
  /** The embedding reads out too, through a matrix [d, d]. */
  readonly tied?: boolean;
  /** A standard transformer instead of the flow: `knots` is not used. */
  readonly standard?: StandardShape;
}

export interface ParameterPart {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  /** Standard deviation at the start. */
  readonly standardDeviation: number;
  /** Whether it starts as sinusoids of the row's number instead of at random. */
  readonly sinusoidal?: boolean;
  /** Its learning rate, as a share of the run's. */
  readonly pace: number;
  /** Whether weight decay acts on it. */
  readonly decays: boolean;
  /** Of a matrix whose heads are matrices of their own. */
  readonly heads?: HeadLayout;
}

/** Head h owns columns h·k … (h+1)·k of the matrix (Q, K, V), or such rows (O). */
export interface HeadLayout {
  readonly count: number;
  readonly axis: 'columns' | 'rows';
}

/** A part without its place. */
export type PartDraft = Omit<ParameterPart, 'offset' | 'size'>;

/** Parameters by name, as arrays of an engine. */
export type Named<A> = Map<string, A>;

export const ROLES = ['query', 'key', 'value', 'output'] as const;

/** Which part of a matrix is a head's. */
export const headLayout = (role: (typeof ROLES)[number], count: number): HeadLayout => ({
  count,
  axis: role === 'output' ? 'rows' : 'columns',
});

/** Q, K, V, O of each knot, or of each layer of a standard transformer. */
export function knotWeights<A>(named: Named<A>, count: number): AttentionWeights<A>[] {
  return Array.from({ length: count }, (_, knot) => {
    const [query, key, value, output] = ROLES.map(
      (role) => named.get(`attention.${knot}.${role}`)!,
    );
    return { query, key, value, output };
  });
}
