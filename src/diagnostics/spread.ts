/** How wide a cloud of points is. */
import { type Matrix, row } from '../numerics/matrix.ts';
import { distance } from '../numerics/vectors.ts';

/** The root mean square distance of points [n, d] from their mean. */
export function spread(points: Matrix): number {
  const mean = new Float64Array(points.columns);
  for (let at = 0; at < points.data.length; at++)
    mean[at % points.columns] += points.data[at] / points.rows;
  let square = 0;
  for (let i = 0; i < points.rows; i++) square += distance(row(points, i), mean) ** 2;
  return Math.sqrt(square / points.rows);
}
