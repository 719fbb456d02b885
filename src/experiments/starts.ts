/** Starts that experiments share. */
import { drawStart } from '../geometry/catalogue.ts';
import { uniform } from '../geometry/uniform.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { spanOf } from '../numerics/span.ts';

/**
 * n uniform points of the sphere in R^d, where d > n rotated into the n dimensions of their span: attention with
 * Q, K and V multiples of the identity knows no others, and costs no more than d = n.
 */
export function uniformInSpan(n: number, d: number, seed: number): Matrix {
  const { positions } = drawStart(uniform, {}, { n, d, seed });
  return d > n ? spanOf(positions).coordinates : positions;
}
