/**
 * The unit sphere S^{d−1} for single points given as arrays: tangent projection, retraction, angle.
 * Not the batched versions that a layer uses: those belong to the algebra of each engine.
 */
import { atan2 } from '../numerics/elementary.ts';
import { dot, squaredNorm } from '../numerics/vectors.ts';

/** P_x v = v − ⟨x, v⟩ x: the projection of v on the tangent space at the unit vector x. */
export function tangent(x: ArrayLike<number>, v: ArrayLike<number>): Float64Array {
  const along = dot(x, v);
  return Float64Array.from(v, (value, k) => value - along * x[k]);
}

/** v / |v|: the retraction to the sphere. Throws RangeError for a vector without direction. */
export function retract(v: ArrayLike<number>): Float64Array {
  const square = squaredNorm(v);
  if (!(square > 0 && Number.isFinite(square)))
    throw new RangeError(
      `a vector of squared length ${square} has no direction; give a finite one`,
    );
  const length = Math.sqrt(square);
  return Float64Array.from(v, (value) => value / length);
}

/**
 * The angle between two unit vectors, in radians, 0 … π.
 * 2 atan2(|x − y|, |x + y|) (Kahan) keeps full relative accuracy near 0 and π, where arccos⟨x, y⟩
 * loses half of the digits: a cluster is exactly such a place.
 */
export function angle(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let difference = 0;
  let sum = 0;
  for (let k = 0; k < x.length; k++) {
    const minus = x[k] - y[k];
    const plus = x[k] + y[k];
    difference += minus * minus;
    sum += plus * plus;
  }
  return 2 * atan2(Math.sqrt(difference), Math.sqrt(sum));
}
