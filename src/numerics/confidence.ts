/** What data say about the values of a least-squares fit: intervals, and directions that they leave open. */
import { Matrix as LibraryMatrix, SVD } from 'ml-matrix';
import { hypot } from './elementary.ts';
import type { Fit } from './least-squares.ts';
import { type Matrix, row } from './matrix.ts';
import { studentQuantile } from './regression.ts';
import { squaredNorm } from './vectors.ts';

export interface Sensitivity {
  /** Falling, [columns]. */
  readonly singular: readonly number[];
  /** The unit direction of each, in the space of the values. */
  readonly directions: readonly (readonly number[])[];
  /** How many are above the floor; the directions from there on are null. */
  readonly rank: number;
}

/** Singular values and right directions of a Jacobian; `floor` of the largest one tells what counts as null. */
export function sensitivity(jacobian: Matrix, floor: (largest: number) => number): Sensitivity {
  const { rows, columns } = jacobian;
  // rows of zeros change nothing, and make room for all directions
  const square = LibraryMatrix.zeros(Math.max(rows, columns), columns);
  for (let i = 0; i < rows; i++) square.setRow(i, Array.from(row(jacobian, i)));
  const { diagonal: singular, rightSingularVectors } = new SVD(square);
  const directions = singular.map((_, k) => rightSingularVectors.getColumn(k));
  const least = floor(singular[0]);
  return { singular, directions, rank: singular.filter((value) => value > least).length };
}

export interface Interval {
  readonly value: number;
  /** 95 %; null where the data do not bound it. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface Confidence {
  readonly intervals: readonly Interval[];
  /** Deviation of one residual, √(|r|² / (residuals − rank)); null without residuals to spare. */
  readonly deviation: number | null;
  /** Directions that the residuals do not feel, to first order. */
  readonly nullSpace: readonly (readonly number[])[];
}

/** A value takes part in a null direction from here on. */
const PART = 1e-3;

/**
 * 95 % intervals of the values of a fit with independent errors of one deviation: x_i ± t s √((JᵀJ)⁻¹_ii)
 * (Seber, Wild, Nonlinear Regression, 1989). Values that take part in a null direction, told by
 * `floor` as in `sensitivity`, have no bounds.
 */
export function confidence(
  { values, residuals, jacobian }: Fit,
  floor: (largest: number) => number,
): Confidence {
  const { singular, directions, rank } = sensitivity(jacobian, floor);
  const freedom = residuals.length - rank;
  const square = squaredNorm(residuals);
  const deviation = freedom > 0 ? Math.sqrt(square / freedom) : null;
  const nullSpace = directions.slice(rank);
  const intervals = Array.from(values, (value, i): Interval => {
    const open = deviation === null || nullSpace.some((one) => Math.abs(one[i]) > PART);
    if (open) return { value, low: null, high: null };
    const seen = directions.slice(0, rank);
    const length = hypot(seen.map((one, k) => one[i] / singular[k]));
    const reach = studentQuantile(freedom) * deviation * length;
    return { value, low: value - reach, high: value + reach };
  });
  return { intervals, deviation, nullSpace };
}
