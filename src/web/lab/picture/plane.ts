/** Particles in the plane, or on a line: axes with numbers, trails, dots. */
import type { Matrix } from '../../../numerics/matrix.ts';
import { roundTicks } from '../../layers/geometry.ts';
import { type Brush, dots, FONT, names } from './brush.ts';
import { dotRadius, dotScales } from './scene.ts';

export interface PlanePicture {
  /** [n, 2] */
  readonly points: Matrix;
  readonly classes: Uint8Array | null;
  readonly masses: Float64Array | null;
  readonly trail: readonly Matrix[];
  /** Half of the side of the square that is seen. */
  readonly extent: number;
  readonly labels: readonly string[] | null;
  readonly first: boolean;
}

const MOST_SEGMENTS = 12_000;
const MARGIN = 30;

export function drawPlane(brush: Brush, picture: PlanePicture): void {
  const { context, inks, width, height } = brush;
  const { points, classes, masses, trail, extent, labels } = picture;
  const half = Math.min(width, height) / 2 - MARGIN;
  const place = (x: number, y: number): [number, number] => [
    width / 2 + (half * x) / extent,
    height / 2 - (half * y) / extent,
  ];
  drawGrid(brush, extent, place);
  drawTrails(brush, points, trail, place);
  const size = dotRadius(points.rows);
  const scales = dotScales(masses);
  const heaps: number[][] = inks.wheel.map(() => []);
  for (let i = 0; i < points.rows; i++) {
    const at = place(points.data[2 * i], points.data[2 * i + 1]);
    heaps[classes?.[i] ?? 0].push(...at, size * (scales?.[i] ?? 1));
  }
  context.globalAlpha = 0.85;
  heaps.forEach((places, k) => {
    context.fillStyle = inks.wheel[k];
    dots(context, places);
  });
  context.globalAlpha = 1;
  if (!labels) return;
  const places = Array.from({ length: points.rows }, (_, i) =>
    place(points.data[2 * i], points.data[2 * i + 1]),
  );
  names(brush, places, labels);
}

type Place = (x: number, y: number) => [number, number];

function drawGrid({ context, inks, number, width }: Brush, extent: number, place: Place): void {
  context.font = FONT;
  context.fillStyle = inks.quiet;
  context.textBaseline = 'top';
  context.lineWidth = 1;
  // Few of them where there is little room for their numbers.
  for (const tick of roundTicks(-extent, extent, width < 420 ? 3 : 5)) {
    context.strokeStyle = tick === 0 ? inks.faint : inks.line;
    context.beginPath();
    context.moveTo(...place(tick, -extent));
    context.lineTo(...place(tick, extent));
    context.moveTo(...place(-extent, tick));
    context.lineTo(...place(extent, tick));
    context.stroke();
    const [x, bottom] = place(tick, -extent);
    context.textAlign = 'center';
    context.fillText(number(tick), x, bottom + 6);
  }
}

function drawTrails(
  { context, inks }: Brush,
  points: Matrix,
  trail: readonly Matrix[],
  place: Place,
): void {
  const length = Math.min(trail.length, Math.floor(MOST_SEGMENTS / points.rows));
  context.strokeStyle = inks.wing;
  context.lineWidth = 1.4;
  let newer = points;
  for (let age = 0; age < length; age++) {
    const older = trail[age];
    context.globalAlpha = 0.4 * (1 - age / length);
    context.beginPath();
    for (let i = 0; i < older.rows; i++) {
      context.moveTo(...place(newer.data[2 * i], newer.data[2 * i + 1]));
      context.lineTo(...place(older.data[2 * i], older.data[2 * i + 1]));
    }
    context.stroke();
    newer = older;
  }
  context.globalAlpha = 1;
}

/** A round half side that holds all points; the one before, as long as it fits, so that the picture rests. */
export function extentOf(points: Matrix, before: number | null): number {
  let most = 0;
  for (const value of points.data)
    if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  if (before !== null && most <= before && most >= before / 4) return before;
  const wanted = Math.max(most, 1e-9) * 1.15;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 1.5, 2, 3, 5, 7.5, 10].find((one) => one * power >= wanted) ?? 10;
  return step * power;
}
