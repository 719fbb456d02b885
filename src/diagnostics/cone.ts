/** The cone that holds all particles, around their mean direction. */
import { row } from '../numerics/matrix.ts';
import { norm } from '../numerics/vectors.ts';
import type { PreparedFrame, ScalarDiagnostic } from './diagnostic.ts';

/** A mean this short, in unit lengths, is rounding and has no direction. */
const ROUNDING = 1e-12;

export const coneMin: ScalarDiagnostic = {
  name: 'cone_min',
  title: 'Least cosine to the mean',
  unit: '',
  help: 'Least ⟨x_i, m⟩ for m = Σ w_i x_i / |Σ w_i x_i|, the cosine of the half-angle of the cone around the mean direction that holds all tokens; above 0 they are in an open hemisphere, from which the flow with V = I ends in one point. Off the sphere of x_i/|x_i|; undefined when the tokens balance.',
  citation: 'arXiv 2312.10794, the collapse in a hemisphere',
  kind: 'scalar',
  compute: leastCosine,
};

function leastCosine({ positions, mean, weights, space }: PreparedFrame): number | null {
  const length = norm(mean);
  let [least, size] = [1, 0];
  for (let i = 0; i < positions.rows; i++) {
    const x = row(positions, i);
    const radius = space === 'sphere' ? 1 : norm(x);
    size += weights[i] * radius;
    let along = 0;
    for (let k = 0; k < x.length; k++) along += x[k] * mean[k];
    if (radius > 0) least = Math.min(least, along / (length * radius));
  }
  return length > ROUNDING * size ? least : null;
}
