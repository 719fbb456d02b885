/**
 * What a start of a simulation is: a recipe for n particles, with its parameters as data.
 * Not the list of them (catalogue.ts), and not positions that the caller brings (given.ts).
 */
import { type Matrix, matrix } from '../numerics/matrix.ts';
import type { SimpleParameter } from '../numerics/parameters.ts';
import type { Random } from '../numerics/random.ts';

export type Space = 'sphere' | 'euclidean';

export type StartValues = Readonly<Record<string, number | string>>;

export interface StartRequest {
  readonly n: number;
  readonly d: number;
  /** Complete and checked. */
  readonly values: StartValues;
  readonly random: Random;
}

export interface Start {
  /** snake_case, the key on every face. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly citation: string;
  readonly space: Space;
  readonly parameters: readonly SimpleParameter[];
  /** The only d that it is made for; any if absent. */
  readonly dimension?: number;
  /** Whether two seeds give two samples. */
  readonly seeded: boolean;
  /** Positions [n, d]. Throws InputError where n, d and the values do not fit together. */
  readonly positions: (request: StartRequest) => Matrix;
}

/** [n, d], row by row. */
export function fromRows(n: number, d: number, make: (i: number) => ArrayLike<number>): Matrix {
  const out = matrix(n, d);
  for (let i = 0; i < n; i++) out.data.set(make(i), i * d);
  return out;
}

/** A parameter's value as a number, which the catalogue has checked that it is. */
export const numberIn = (values: StartValues, name: string): number => Number(values[name]);
