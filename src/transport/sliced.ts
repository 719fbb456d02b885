/** Sliced Wasserstein distance: the mean over directions of the distances of the shadows on a line. */
import { type Matrix, row } from '../numerics/matrix.ts';
import { random } from '../numerics/random.ts';
import { mean } from '../numerics/statistics.ts';
import { wassersteinOnLine } from './line.ts';
import { checkSameSpace, type Measure } from './measure.ts';

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
 * Imaging Vis. 51, 2015), estimated. Throws InputError for masses or dimensions that do not fit.
 */
export function slicedWasserstein(
  x: Measure,
  y: Measure,
  { directions = 100, seed = 1 }: SlicedSettings = {},
): SlicedDistance {
  checkSameSpace(x.points, y.points);
  const { gaussian } = random(seed);
  const squares = Array.from({ length: directions }, () => {
    const direction = Float64Array.from({ length: x.points.columns }, gaussian);
    const shadow = ({ points, masses }: Measure) => ({ values: along(points, direction), masses });
    return wassersteinOnLine(shadow(x), shadow(y), 2) ** 2;
  });
  const average = mean(squares);
  const variance = mean(squares.map((square) => (square - average) ** 2));
  const value = Math.sqrt(average);
  const error = Math.sqrt(variance / Math.max(1, directions - 1));
  return { value, standardError: value > 0 ? error / (2 * value) : 0 };
}

/** ⟨x_i, θ⟩ / |θ| */
function along(points: Matrix, direction: Float64Array): Float64Array {
  const length = Math.hypot(...direction);
  return Float64Array.from(
    { length: points.rows },
    (_, i) => row(points, i).reduce((sum, value, c) => sum + value * direction[c], 0) / length,
  );
}
