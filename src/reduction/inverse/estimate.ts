/** Unknowns of a simulation from data: least squares with confidence, and what it says of data that do not decide. */
import { type Confidence, confidence } from '../../numerics/confidence.ts';
import { ConvergenceError } from '../../numerics/errors.ts';
import { type Fit, type LeastSquaresProblem, leastSquares } from '../../numerics/least-squares.ts';
import { nearestFit } from '../../numerics/nearest-fit.ts';
import { squaredNorm } from '../../numerics/vectors.ts';

export interface Estimate extends Confidence {
  readonly fit: Fit;
}

/**
 * Singular values below are none: beside central differences of flows, which err by about 1e-7, and beside
 * the rounding of data and unknowns of order one.
 */
const nullBelow = (largest: number): number => Math.max(1e-5 * largest, 1e-12);

/** Of data beside unknowns, on the way to the fit nearest to the start: differences err by less over it. */
const LEAST_DEVIATION = 1e-3;
/** How near it is to be. */
const NEAR = 1e-6;

/**
 * A local minimum of |r(x)|² from `start`, unknowns of order one. Where it leaves directions open, of all x that
 * fit alike the one nearest to `centre`, to first order. Errors as `leastSquares`.
 */
export async function estimate(
  problem: LeastSquaresProblem,
  start: ArrayLike<number>,
  centre = start,
): Promise<Estimate> {
  const fit = await leastSquares(problem, start);
  const found = confidence(fit, nullBelow);
  if (found.nullSpace.length === 0) return { fit, ...found };
  // from the centre, and where that way leads into another minimum, from the fit
  for (const from of [undefined, fit.values]) {
    const near = await settled(() => nearestFit(problem, centre, LEAST_DEVIATION, NEAR, from));
    if (!near) continue;
    // a last search along what the data do feel takes back what drew it to the start
    const last = await leastSquares(problem, near);
    if (misfit(last.residuals) <= ALIKE * misfit(fit.residuals) + DIFFERENCES)
      return { fit: last, ...confidence(last, nullBelow) };
  }
  return { fit, ...found };
}

/** Two fits are alike where what is left differs by no more than this factor, beside what differences of flows err by. */
const [ALIKE, DIFFERENCES] = [1.01, 1e-7];

/** The root mean square of residuals. */
export const misfit = (residuals: Float64Array): number =>
  Math.sqrt(squaredNorm(residuals) / residuals.length);

/** What a search gives, or null where it does not settle. */
export async function settled<T>(search: () => Promise<T>): Promise<T | null> {
  try {
    return await search();
  } catch (error) {
    if (error instanceof ConvergenceError) return null;
    throw error;
  }
}

/**
 * What data leave open, in words: that they do not decide, and the directions, one a line; nothing where they
 * do. `centre`: what the answer is nearest to.
 */
export function openFindings(
  names: readonly string[],
  nullSpace: readonly (readonly number[])[],
  data: number,
  centre = 'where the search began',
): string[] {
  if (nullSpace.length === 0) return [];
  const rank = names.length - nullSpace.length;
  const few = data < names.length ? `${data} data` : `${data} data of rank ${rank}`;
  return [
    `underdetermined: ${few} for ${names.length} unknowns; of all that fit alike the answer is the one of least norm, seen from ${centre}`,
    ...nullSpace.map(
      (direction) =>
        `not identifiable: ${combinationText(names, direction)} changes nothing, to first order`,
    ),
  ];
}

/** A direction in words: its parts by name. */
const combinationText = (names: readonly string[], direction: readonly number[]): string =>
  direction
    .flatMap((part, i) =>
      Math.abs(part) > 1e-3
        ? [`${part > 0 ? '+' : '−'}${Math.abs(part).toFixed(3)} ${names[i]}`]
        : [],
    )
    .join(' ');
