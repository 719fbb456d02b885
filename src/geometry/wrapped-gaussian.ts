/** Starts in several round clouds: a mixture of Gaussians of tangent spaces, wrapped on the sphere. */
import { cos, sin } from '../numerics/elementary.ts';
import type { Random } from '../numerics/random.ts';
import { norm } from '../numerics/vectors.ts';
import { retract, tangent } from './sphere.ts';
import { fromRows, numberIn, type Start } from './start.ts';
import { uniformDirection } from './uniform.ts';

/** exp_m(u) = cos|u| m + sin|u| u/|u| for a tangent vector u at the unit vector m. */
export function exponentialMap(m: Float64Array, u: Float64Array): Float64Array {
  const length = norm(u);
  const ratio = length > 0 ? sin(length) / length : 1;
  return retract(m.map((value, k) => cos(length) * value + ratio * u[k]));
}

function cloudPoint(centre: Float64Array, spread: number, random: Random): Float64Array {
  const draw = Float64Array.from(centre, () => spread * random.gaussian());
  return exponentialMap(centre, tangent(centre, draw));
}

export const wrappedGaussianMixture: Start = {
  name: 'wrapped_gaussian_mixture',
  title: 'Wrapped Gaussian mixture',
  help: 'Clouds around uniform centres: point i belongs to centre i modulo their number, and is the exponential map of a tangent Gaussian.',
  citation: 'Mardia, Jupp: Directional Statistics (2000)',
  space: 'sphere',
  parameters: [
    {
      type: 'number',
      name: 'components',
      title: 'Clouds',
      help: 'How many centres are drawn.',
      unit: '',
      default: 3,
      minimum: 1,
      maximum: 10_000,
      integer: true,
    },
    {
      type: 'number',
      name: 'spread',
      title: 'Spread',
      help: 'Standard deviation of the tangent Gaussian in every direction.',
      unit: 'rad',
      default: 0.2,
      minimum: 0,
      maximum: 10,
      integer: false,
    },
  ],
  seeded: true,
  positions: ({ n, d, values, random }) => {
    // Of more centres than points the rest would hold no point.
    const components = Math.min(n, numberIn(values, 'components'));
    const centres = Array.from({ length: components }, () => uniformDirection(d, random));
    return fromRows(n, d, (i) =>
      cloudPoint(centres[i % components], numberIn(values, 'spread'), random),
    );
  },
};
