/** How long the vectors are whose directions the particles are. */
import { row } from '../numerics/matrix.ts';
import { norm } from '../numerics/vectors.ts';
import type { PreparedFrame, ScalarDiagnostic } from './diagnostic.ts';

export const radiusMean: ScalarDiagnostic = {
  name: 'radius_mean',
  title: 'Mean radius',
  unit: '',
  help: 'Σ w_i r_i, the mean length of the vectors before they were brought to the sphere, or of the positions where there is no sphere; undefined on the sphere without radii.',
  citation: 'arXiv 2510.22026',
  kind: 'scalar',
  headline: true,
  compute: meanRadius,
};

function meanRadius({ positions, weights, radii, space }: PreparedFrame): number | null {
  if (!radii && space === 'sphere') return null;
  let sum = 0;
  for (let i = 0; i < positions.rows; i++)
    sum += weights[i] * (radii ? radii[i] : norm(row(positions, i)));
  return sum;
}
