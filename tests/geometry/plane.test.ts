/** Polygons of the plane: exact answers. */
import { expect, test } from 'vitest';
import { hull, outlineDistance, type Point } from '../../src/geometry/plane.ts';

const square: Point[] = [
  [0, 0],
  [2, 0],
  [2, 2],
  [0, 2],
];

test('the hull of a square leaves out what is inside', () => {
  const corners = hull([...square, [1, 1]]);
  expect(corners).toHaveLength(4);
  expect(corners).not.toContainEqual([1, 1]);
});

test.each([
  [[1, 0.25], 0.25],
  [[1, 1], 1],
  [[2, 2], 0],
  [[5, 6], 5],
  [[-3, 1], 3],
] as const)('of %o the distance to the outline of a square is %d', (point, distance) => {
  expect(outlineDistance(point, square)).toBe(distance);
});

test('an outline may be a segment or a point', () => {
  expect(outlineDistance([1, 1], square.slice(0, 2))).toBe(1);
  expect(outlineDistance([3, 4], square.slice(0, 1))).toBe(5);
});
