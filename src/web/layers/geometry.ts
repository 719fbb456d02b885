/** Plane geometry of the trajectory picture: ticks, and labels that keep out of each other's way. */
import type { Point } from '../../geometry/plane.ts';

export type { Point };

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Round numbers (1, 2 or 5 times a power of ten) within low … high, about `count` of them. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? rough;
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) ticks.push(k * step);
  return ticks;
}

/** Directions and distances (px) at which a label may stand, the best liked first. */
const places: readonly Point[] = [11, 24, 40, 60, 84].flatMap((distance) =>
  [0, 180, -40, 40, -140, 140, -90, 90].map((degrees): Point => {
    const angle = (degrees * Math.PI) / 180;
    return [distance * Math.cos(angle), distance * Math.sin(angle)];
  }),
);

export interface Label {
  readonly box: Box;
  /** Index of the place, so that the next picture can begin with it. */
  readonly place: number;
  /** Whether nothing is under it: no label that was placed before. */
  readonly free: boolean;
}

/**
 * A place for each label, greedily: no box over another, over a point, or out of `bounds` where
 * that can be had. `before` are the places of the picture before, which are kept if they do.
 */
export function placeLabels(
  points: Point[],
  sizes: { width: number; height: number }[],
  bounds: Box,
  before: (number | undefined)[],
): Label[] {
  const placed: Label[] = [];
  for (const [i, point] of points.entries()) {
    const preferred = before[i];
    let best: Label | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const place of places.keys()) {
      const box = boxAt(point, places[place], sizes[i]);
      const kept = place === preferred ? 0.8 : 1;
      const cost = kept * (costOf(box, placed, points, bounds) + place * 0.5);
      if (cost >= least) continue;
      least = cost;
      best = {
        box,
        place,
        free: !placed.some((other) => other.free && overlap(box, other.box) > 0),
      };
    }
    if (best) placed.push(best);
  }
  return placed;
}

function boxAt([x, y]: Point, [dx, dy]: Point, size: { width: number; height: number }): Box {
  const { width, height } = size;
  const lean = Math.abs(dx) > Math.abs(dy) / 2 ? Math.sign(dx) : 0; // beside the point, or centred
  return { x: x + dx + (lean - 1) * 0.5 * width, y: y + dy - height / 2, width, height };
}

function costOf(box: Box, placed: Label[], points: Point[], bounds: Box): number {
  const covered = placed.reduce((sum, other) => sum + overlap(box, other.box), 0);
  const hidden = points.filter((point) => contains(box, point, 4)).length;
  const outside = box.width * box.height - overlap(box, bounds);
  return covered * 4 + hidden * 60 + outside * 8;
}

function overlap(a: Box, b: Box): number {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return wide > 0 && high > 0 ? wide * high : 0;
}

function contains({ x, y, width, height }: Box, [px, py]: Point, margin: number): boolean {
  return px > x - margin && px < x + width + margin && py > y - margin && py < y + height + margin;
}
