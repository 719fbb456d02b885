/**
 * Particles with depth: S², or three coordinates of R^d, seen from far away (orthographic) and turned by the
 * reader. What is behind is paler and smaller. A plain canvas; thousands of dots are a few strokes.
 */
import type { Matrix } from '../../../numerics/matrix.ts';
import { type Brush, dots, label, names, ring } from './brush.ts';
import { dotRadius, dotScales } from './scene.ts';

export interface BallPicture {
  /** [n, 3] */
  readonly points: Matrix;
  readonly classes: Uint8Array | null;
  readonly masses: Float64Array | null;
  /** Earlier points of the same particles, the latest first. */
  readonly trail: readonly Matrix[];
  readonly yaw: number;
  readonly pitch: number;
  /** Radius of what is seen, in the units of the points; 1 on the sphere. */
  readonly extent: number;
  /** Whether the points lie on the unit sphere itself, which then has its globe drawn. */
  readonly globe: boolean;
  /** Whether they lie in the unit ball, as a projection of a sphere does. */
  readonly inBall: boolean;
  /** Names of the axes, where they are none of the space. */
  readonly axes: readonly string[];
  readonly labels: readonly string[] | null;
  readonly first: boolean;
}

/** Layers of depth, from the back to the front. */
const LAYERS = 6;
/** Segments of all trails together. */
const MOST_SEGMENTS = 12_000;
const DEGREE = Math.PI / 180;

/** Rows of the turn: right, up, towards the reader. */
type Turn = readonly (readonly [number, number, number])[];

/** The z axis is up; yaw turns about it, pitch tips it towards the reader. */
export function turnOf(yaw: number, pitch: number): Turn {
  const [c, s] = [Math.cos(yaw * DEGREE), Math.sin(yaw * DEGREE)];
  const [p, q] = [Math.cos(pitch * DEGREE), Math.sin(pitch * DEGREE)];
  return [
    [-s, c, 0],
    [-q * c, -q * s, p],
    [p * c, p * s, q],
  ];
}

interface Seen {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly turn: Turn;
  readonly extent: number;
}

export function drawBall(brush: Brush, picture: BallPicture): void {
  const { width, height } = brush;
  const seen: Seen = {
    x: width / 2,
    y: height / 2,
    radius: Math.min(width, height) / 2 - 14,
    turn: turnOf(picture.yaw, picture.pitch),
    extent: picture.extent,
  };
  if (picture.globe) drawGlobe(brush, seen);
  else drawAxes(brush, seen, picture);
  drawTrails(brush, seen, picture);
  drawPoints(brush, seen, picture);
  drawLabels(brush, seen, picture);
}

/** Screen x and y, and depth from −1 (behind) to 1. */
function project({ x, y, radius, turn, extent }: Seen, a: number, b: number, c: number) {
  const [right, up, near] = turn;
  const scale = radius / extent;
  return [
    x + scale * (right[0] * a + right[1] * b + right[2] * c),
    y - scale * (up[0] * a + up[1] * b + up[2] * c),
    (near[0] * a + near[1] * b + near[2] * c) / extent,
  ] as const;
}

function drawGlobe(brush: Brush, seen: Seen): void {
  const { context, inks } = brush;
  const { x, y, radius } = seen;
  const light = context.createRadialGradient(
    x - radius / 3,
    y - radius / 3,
    radius / 8,
    x,
    y,
    radius,
  );
  light.addColorStop(0, inks.card);
  light.addColorStop(1, inks.sunk);
  context.fillStyle = light;
  ring(context, x, y, radius);
  context.fill();
  context.strokeStyle = inks.line;
  context.lineWidth = 1;
  context.stroke();
  for (const latitude of [-60, -30, 0, 30, 60]) parallel(brush, seen, latitude * DEGREE);
  for (let longitude = 0; longitude < 180; longitude += 30)
    meridian(brush, seen, longitude * DEGREE);
}

function parallel(brush: Brush, seen: Seen, latitude: number): void {
  const [c, s] = [Math.cos(latitude), Math.sin(latitude)];
  curve(brush, seen, (t) => [c * Math.cos(t), c * Math.sin(t), s]);
}

function meridian(brush: Brush, seen: Seen, longitude: number): void {
  const [c, s] = [Math.cos(longitude), Math.sin(longitude)];
  curve(brush, seen, (t) => [c * Math.cos(t), s * Math.cos(t), Math.sin(t)]);
}

/** The half of a closed curve that faces the reader. */
function curve(
  { context, inks }: Brush,
  seen: Seen,
  at: (t: number) => readonly [number, number, number],
): void {
  context.strokeStyle = inks.line;
  context.lineWidth = 1;
  context.beginPath();
  let down = false;
  for (let k = 0; k <= 72; k++) {
    const [x, y, near] = project(seen, ...at((k * Math.PI) / 36));
    if (near >= 0 && down) context.lineTo(x, y);
    else if (near >= 0) context.moveTo(x, y);
    down = near >= 0;
  }
  context.stroke();
}

function drawAxes(brush: Brush, seen: Seen, { axes, extent, inBall }: BallPicture): void {
  const { context, inks, number } = brush;
  if (inBall) {
    context.strokeStyle = inks.line;
    ring(context, seen.x, seen.y, seen.radius);
    context.stroke();
  }
  for (const [k, name] of axes.entries()) {
    const end = [0, 0, 0].map((_, i) => (i === k ? extent : 0)) as [number, number, number];
    const [fromX, fromY] = project(seen, ...(end.map((v) => -v) as [number, number, number]));
    const [toX, toY] = project(seen, ...end);
    context.strokeStyle = inks.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    context.stroke();
    label(brush, name, toX, toY, toX > seen.x ? 'right' : 'left');
  }
  label(brush, `± ${number(extent)}`, seen.x - seen.radius, seen.y + seen.radius, 'left');
}

/** The younger a piece, the stronger; pieces of one age are one stroke. */
function drawTrails({ context, inks }: Brush, seen: Seen, picture: BallPicture): void {
  const { points, trail, globe } = picture;
  const length = Math.min(trail.length, Math.floor(MOST_SEGMENTS / points.rows));
  context.strokeStyle = inks.wing;
  context.lineWidth = points.rows > 400 ? 1 : 1.6;
  let newer = points;
  for (let age = 0; age < length; age++) {
    const older = trail[age];
    context.globalAlpha = 0.42 * (1 - age / length);
    context.beginPath();
    for (let i = 0; i < older.rows; i++) {
      const [x, y, near] = project(seen, ...triple(newer, i));
      if (globe && near < -0.2) continue;
      const [u, v] = project(seen, ...triple(older, i));
      context.moveTo(x, y);
      context.lineTo(u, v);
    }
    context.stroke();
    newer = older;
  }
  context.globalAlpha = 1;
}

const triple = ({ data }: Matrix, i: number) =>
  [data[3 * i], data[3 * i + 1], data[3 * i + 2]] as const;

function drawPoints(brush: Brush, seen: Seen, picture: BallPicture): void {
  const { points, classes, masses, globe, first } = picture;
  const { context, inks } = brush;
  const size = dotRadius(points.rows);
  const scales = dotScales(masses);
  const colours = inks.wheel.length;
  const heaps: number[][] = Array.from({ length: LAYERS * colours }, () => []);
  for (let i = 0; i < points.rows; i++) {
    const [x, y, near] = project(seen, ...triple(points, i));
    const share = Math.min(1, Math.max(0, (near + 1) / 2));
    const layer = Math.min(LAYERS - 1, Math.floor(share * LAYERS));
    const heap = heaps[layer * colours + (classes?.[i] ?? 0)];
    heap.push(x, y, size * (scales?.[i] ?? 1) * (0.7 + 0.3 * share));
  }
  heaps.forEach((places, k) => {
    if (places.length === 0) return;
    const share = Math.floor(k / colours) / (LAYERS - 1);
    context.globalAlpha = globe ? 0.16 + 0.78 * share ** 1.2 : 0.45 + 0.5 * share;
    context.fillStyle = inks.wheel[k % colours];
    dots(context, places);
  });
  context.globalAlpha = 1;
  if (!first) return;
  const [x, y] = project(seen, ...triple(points, 0));
  context.strokeStyle = inks.ink;
  context.lineWidth = 2;
  ring(context, x, y, size + 4);
  context.stroke();
}

function drawLabels(brush: Brush, seen: Seen, { points, labels, globe }: BallPicture): void {
  if (!labels) return;
  const places = Array.from({ length: points.rows }, (_, i) => {
    const [x, y, near] = project(seen, ...triple(points, i));
    return globe && near < -0.15 ? null : ([x, y] as const);
  });
  names(brush, places, labels);
}
