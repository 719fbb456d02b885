/** Polygons of the plane: the convex hull of points, and how far a point is from an outline. Not their drawing. */
import { hypot } from '../numerics/elementary.ts';

/** x and y. */
export type Point = readonly [number, number];

/** The convex hull, counter-clockwise (Andrew's monotone chain); fewer than three points as they are. */
export function hull(points: Point[]): Point[] {
  if (points.length < 3) return points;
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const lower = chain(sorted);
  const upper = chain(sorted.reverse());
  return [...lower.slice(0, -1), ...upper.slice(0, -1)];
}

function chain(sorted: Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of sorted) {
    while (kept.length > 1 && turn(kept[kept.length - 2], kept[kept.length - 1], point) <= 0)
      kept.pop();
    kept.push(point);
  }
  return kept;
}

function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** The distance of a point to the closed outline of a polygon with these corners, one or more. */
export function outlineDistance(point: Point, corners: readonly Point[]): number {
  const edges = corners.map((corner, k) =>
    segmentDistance(point, corner, corners[(k + 1) % corners.length]),
  );
  return Math.min(...edges);
}

function segmentDistance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const along = square > 0 ? ((x - ax) * dx + (y - ay) * dy) / square : 0;
  const share = Math.min(1, Math.max(0, along));
  return hypot([x - ax - share * dx, y - ay - share * dy]);
}
