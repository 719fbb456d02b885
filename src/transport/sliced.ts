/** Sliced Wasserstein distance: the mean over directions of the distances of the shadows on a line. */
import { hypot } from '../numerics/elementary.ts';
import { InputError } from '../numerics/errors.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { random } from '../numerics/random.ts';
import { mean } from '../numerics/statistics.ts';
import { wassersteinOnLine } from './line.ts';
import { checkFinite, checkSameSpace, type Measure } from './measure.ts';

export interface SlicedSettings {
  /** Directions drawn; default 100. */
  readonly directions?: number;
  readonly seed?: number;
}

export interface SlicedDistance {
  readonly value: number;
  /** Of `value`, from the spread over the directions. */
  readonly standardError: number;
}

/**
 * SW_2 = (E_θ W_2²(⟨θ, x⟩, ⟨θ, y⟩))^{1/2} over uniform θ ∈ S^{d−1} (Bonneel, Rabin, Peyré, Pfister, J. Math.
 * Imaging Vis. 51, 2015), estimated. Throws InputError for masses or dimensions that do not fit, and for no
 * directions.
 */
export function slicedWasserstein(
  x: Measure,
  y: Measure,
  { directions = 100, seed = 1 }: SlicedSettings = {},
): SlicedDistance {
  checkSameSpace(x.points, y.points);
  for (const { points } of [x, y]) checkFinite(points);
  if (!(Number.isInteger(directions) && directions >= 1))
    throw new InputError(
      'directions',
      `directions is ${directions}: expected a whole number of at least 1`,
    );
  const { gaussian } = random(seed);
  // far from the origin shadows would lose what the points differ by
  const origin = row(x.points, 0).slice();
  const squares = Array.from({ length: directions }, () => {
    const direction = Float64Array.from({ length: x.points.columns }, gaussian);
    const shadow = ({ points, masses }: Measure) => ({
      values: along(points, origin, direction),
      masses,
    });
    return wassersteinOnLine(shadow(x), shadow(y), 2) ** 2;
  });
  const average = mean(squares);
  const variance = mean(squares.map((square) => (square - average) ** 2));
  const value = Math.sqrt(average);
  const error = Math.sqrt(variance / Math.max(1, directions - 1));
  return { value, standardError: value > 0 ? error / (2 * value) : 0 };
}

/** ⟨x_i − o, θ⟩ / |θ| */
function along(points: Matrix, origin: Float64Array, direction: Float64Array): Float64Array {
  const length = hypot(direction);
  return Float64Array.from(
    { length: points.rows },
    (_, i) =>
      row(points, i).reduce((sum, value, c) => sum + (value - origin[c]) * direction[c], 0) /
      length,
  );
}
