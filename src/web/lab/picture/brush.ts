/** Strokes that the pictures share. Not the pictures. */
import { type Point, placeLabels } from '../../layers/geometry.ts';
import type { Inks } from './inks.ts';

export interface Brush {
  readonly context: CanvasRenderingContext2D;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly inks: Inks;
  /** Of a text, for axes and labels. */
  readonly number: (value: number) => string;
}

const TURN = 2 * Math.PI;

export function clear({ context, width, height }: Brush): void {
  context.clearRect(0, 0, width, height);
}

/** Full circles of one colour in one stroke: `places` is x, y, radius after each other. */
export function dots(context: CanvasRenderingContext2D, places: ArrayLike<number>): void {
  context.beginPath();
  for (let i = 0; i < places.length; i += 3) {
    context.moveTo(places[i] + places[i + 2], places[i + 1]);
    context.arc(places[i], places[i + 1], places[i + 2], 0, TURN);
  }
  context.fill();
}

export function ring(context: CanvasRenderingContext2D, x: number, y: number, radius: number) {
  context.beginPath();
  context.arc(x, y, radius, 0, TURN);
}

export const FONT = '12px system-ui, -apple-system, "Segoe UI", sans-serif';

/** Text with a soft ground, so that it can be read over anything. */
export function label(
  { context, inks }: Brush,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign = 'left',
): void {
  context.font = FONT;
  context.textAlign = align;
  context.textBaseline = 'middle';
  context.lineWidth = 4;
  context.lineJoin = 'round';
  context.strokeStyle = inks.card;
  context.strokeText(text, x, y);
  context.fillStyle = inks.ink;
  context.fillText(text, x, y);
}

const LABEL_HEIGHT = 16;

/** The names of dots beside them, out of each other's way; those of dots that are not seen are left out. */
export function names(brush: Brush, places: readonly (Point | null)[], texts: readonly string[]) {
  const { context, width, height } = brush;
  const seen = texts.flatMap((text, i) => {
    const at = places[i];
    return at ? [{ text, at }] : [];
  });
  context.font = FONT;
  const sizes = seen.map(({ text }) => ({
    width: context.measureText(text).width,
    height: LABEL_HEIGHT,
  }));
  const bounds = { x: 0, y: 0, width, height };
  const labels = placeLabels(
    seen.map(({ at }) => at),
    sizes,
    bounds,
    [],
  );
  labels.forEach(({ box }, i) => {
    label(brush, seen[i].text, box.x + box.width / 2, box.y + box.height / 2, 'center');
  });
}
