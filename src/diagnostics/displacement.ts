/** How far the particles moved since the frame before. */
import { angle } from '../geometry/sphere.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import { distance } from '../numerics/vectors.ts';
import type { PreparedFrame, ScalarDiagnostic } from './diagnostic.ts';

export const displacement: ScalarDiagnostic = {
  name: 'displacement',
  title: 'Displacement',
  unit: 'rad',
  help: 'Mean angle between a token’s position here and one frame earlier, weighted by the masses; off the sphere the mean distance, in the unit of the positions.',
  citation: 'the geodesic distance of the sphere',
  kind: 'scalar',
  headline: true,
  // Tokens that were merged since the frame before have no position there.
  compute: (frame) =>
    frame.previous?.rows === frame.positions.rows ? meanStep(frame, frame.previous) : null,
};

function meanStep({ positions, weights, space }: PreparedFrame, previous: Matrix): number {
  const between = space === 'sphere' ? angle : distance;
  let sum = 0;
  for (let i = 0; i < positions.rows; i++)
    sum += weights[i] * between(row(positions, i), row(previous, i));
  return sum;
}
