/** How far the particles moved in the layer that led to a frame. */
import { angle } from '../geometry/sphere.ts';
import { type Matrix, row } from '../numerics/matrix.ts';
import type { ScalarDiagnostic } from './diagnostic.ts';

export const displacement: ScalarDiagnostic = {
  name: 'displacement',
  title: 'Displacement',
  unit: 'rad',
  help: 'Mean angle between a token’s position here and one frame earlier.',
  citation: 'the geodesic distance of the sphere',
  kind: 'scalar',
  compute: ({ positions, previous }) => (previous ? meanAngle(positions, previous) : null),
};

function meanAngle(a: Matrix, b: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += angle(row(a, i), row(b, i));
  return sum / a.rows;
}
