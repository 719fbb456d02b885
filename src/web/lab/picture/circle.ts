/**
 * Particles on the circle: dots where they are, around them how many there are in each direction, and an
 * arrow that is their mean. A law of infinitely many lies over the bars as a line.
 */
import type { Matrix } from '../../../numerics/matrix.ts';
import { SECTORS } from '../frame.ts';
import { sectorShares } from '../measure/shares.ts';
import { type Brush, dots, names, ring } from './brush.ts';
import { dotRadius, dotScales } from './scene.ts';

export interface CirclePicture {
  /** [n, 2]; null where there are too many to draw. */
  readonly points: Matrix | null;
  readonly classes: Uint8Array | null;
  readonly masses: Float64Array | null;
  /** Share of the particles by sector, from −π on; null: to be counted from the points. */
  readonly shares: Float64Array | null;
  /** Density of the mean field per radian at equal angles from −π on, or null. */
  readonly law: ArrayLike<number> | null;
  readonly labels: readonly string[] | null;
  /** The particle that a hand is on. */
  readonly chosen: number | null;
  /** The first token of causal attention, which all others listen to. */
  readonly first: boolean;
}

const TURN = 2 * Math.PI;
/** The circle's share of the picture, so that bars have room around it. */
const INNER = 0.72;
/** Sectors of the bars while particles are drawn one by one. */
const FEW_SECTORS = 120;

export interface CircleLayout {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Room for the bars. */
  readonly room: number;
}

export function circleLayout({ width, height }: Pick<Brush, 'width' | 'height'>): CircleLayout {
  const half = Math.min(width, height) / 2 - 6;
  return { x: width / 2, y: height / 2, radius: INNER * half, room: (1 - INNER) * half };
}

export function drawCircle(brush: Brush, picture: CirclePicture): void {
  const { context, inks } = brush;
  const at = circleLayout(brush);
  const shares = picture.shares ?? countShares(picture);
  const density = shares.map((share) => (share * shares.length) / TURN);
  const most = Math.max(maximum(density), picture.law ? maximum(picture.law) : 0);
  context.lineWidth = 1.5;
  context.strokeStyle = inks.line;
  ring(context, at.x, at.y, at.radius);
  context.stroke();
  drawBars(brush, at, density, most, shares === picture.shares);
  if (picture.law) drawLaw(brush, at, picture.law, most);
  if (picture.points) {
    drawMean(brush, at, picture);
    drawDots(brush, at, picture);
    drawLabels(brush, at, picture);
  }
}

function countShares({ points, masses }: CirclePicture): Float64Array {
  return points ? sectorShares(points, masses, FEW_SECTORS) : new Float64Array(SECTORS);
}

const maximum = (values: ArrayLike<number>) => {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  return most;
};

/** Upright on the circle; y points up, as angles are drawn. */
function drawBars(
  { context, inks }: Brush,
  { x, y, radius, room }: CircleLayout,
  density: Float64Array,
  most: number,
  strong: boolean,
): void {
  const foot = radius + 11;
  const sector = TURN / density.length;
  context.beginPath();
  density.forEach((value, g) => {
    if (value === 0) return;
    const top = foot + Math.max(1.5, (value / most) * (room - 14));
    const [from, to] = [Math.PI - g * sector, Math.PI - (g + 0.86) * sector];
    context.moveTo(x + foot * Math.cos(from), y + foot * Math.sin(from));
    context.arc(x, y, foot, from, to, true);
    context.arc(x, y, top, to, from);
  });
  context.globalAlpha = strong ? 0.8 : 0.35;
  context.fillStyle = inks.wing;
  context.fill();
  context.globalAlpha = 1;
}

function drawLaw(
  { context, inks }: Brush,
  { x, y, radius, room }: CircleLayout,
  law: ArrayLike<number>,
  most: number,
): void {
  context.beginPath();
  for (let g = 0; g <= law.length; g++) {
    const angle = Math.PI - (TURN * g) / law.length;
    const reach = radius + 11 + (law[g % law.length] / most) * (room - 14);
    context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  context.lineWidth = 2;
  context.strokeStyle = inks.spark;
  context.stroke();
}

/** Σ w_i x_i as an arrow: its length is the order parameter. */
function drawMean(
  { context, inks }: Brush,
  { x, y, radius }: CircleLayout,
  picture: CirclePicture,
) {
  const { points, masses } = picture;
  if (!points) return;
  let [a, b] = [0, 0];
  for (let i = 0; i < points.rows; i++) {
    const weight = masses ? masses[i] : 1 / points.rows;
    a += weight * points.data[2 * i];
    b += weight * points.data[2 * i + 1];
  }
  context.strokeStyle = inks.faint;
  context.fillStyle = inks.faint;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + radius * a, y - radius * b);
  context.stroke();
  dots(context, [x, y, 2, x + radius * a, y - radius * b, 4]);
}

function drawDots(brush: Brush, at: CircleLayout, picture: CirclePicture): void {
  const { points, classes, masses, chosen, first } = picture;
  if (!points) return;
  const { context, inks } = brush;
  const size = dotRadius(points.rows);
  const scales = dotScales(masses);
  const byColour: number[][] = inks.wheel.map(() => []);
  for (let i = 0; i < points.rows; i++) {
    const place = placeOf(at, points, i);
    byColour[classes?.[i] ?? 0].push(...place, size * (scales?.[i] ?? 1));
  }
  context.globalAlpha = points.rows > 200 ? 0.75 : 0.9;
  byColour.forEach((places, k) => {
    context.fillStyle = inks.wheel[k];
    dots(context, places);
  });
  context.globalAlpha = 1;
  if (first) mark(brush, placeOf(at, points, 0), size + 4);
  if (chosen !== null && chosen < points.rows) mark(brush, placeOf(at, points, chosen), size + 5);
}

function mark({ context, inks }: Brush, [x, y]: readonly [number, number], radius: number): void {
  context.strokeStyle = inks.ink;
  context.lineWidth = 2;
  ring(context, x, y, radius);
  context.stroke();
}

function placeOf(at: CircleLayout, { data }: Matrix, i: number): [number, number] {
  return [at.x + at.radius * data[2 * i], at.y - at.radius * data[2 * i + 1]];
}

function drawLabels(brush: Brush, at: CircleLayout, { points, labels }: CirclePicture): void {
  if (!points || !labels) return;
  const places = Array.from({ length: points.rows }, (_, i) => placeOf(at, points, i));
  names(brush, places, labels);
}

/** The angle of a place on the screen, as seen from the middle. */
export function angleAt({ x, y }: CircleLayout, px: number, py: number): number {
  return Math.atan2(y - py, px - x);
}

/** The particle within `reach` pixels of a place, the nearest; null for none. */
export function particleAt(
  at: CircleLayout,
  points: Matrix,
  px: number,
  py: number,
  reach: number,
): number | null {
  let [best, nearest]: [number | null, number] = [null, reach];
  for (let i = 0; i < points.rows; i++) {
    const [x, y] = placeOf(at, points, i);
    const distance = Math.hypot(px - x, py - y);
    if (distance < nearest) [best, nearest] = [i, distance];
  }
  return best;
}
