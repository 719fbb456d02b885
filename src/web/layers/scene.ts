/** Where things lie in the trajectory picture: the scale, the frame and its grid. Not what flows in it. */
import type { Trace } from '../api.ts';
import { fill, svg } from '../dom.ts';
import { decimal } from '../format.ts';
import type { Page } from '../page.ts';
import { principalPair } from '../state.ts';
import type { Box, Point } from './geometry.ts';
import { roundTicks } from './geometry.ts';
import type { ShownProjection } from './projection.ts';

const margin = { left: 44, right: 18, top: 18, bottom: 40 };

/** What is drawn now: the trace in the chosen plane and on the present screen. */
export interface Scene {
  readonly trace: Trace;
  readonly projection: ShownProjection;
  readonly axes: readonly [number, number];
  readonly width: number;
  readonly height: number;
  readonly place: (point: number[]) => Point;
  readonly range: { readonly x: Point; readonly y: Point };
}

/** One scale for both axes, so that distances may be compared by eye. */
export function createScene(
  page: Page,
  trace: Trace,
  projection: ShownProjection,
  width: number,
): Scene {
  const axes = projection.titles ? ([0, 1] as const) : principalPair(page.state.get().plane);
  const height = Math.round(Math.max(320, Math.min(560, width * 0.66)));
  const [low, high] = [extent(projection, axes, Math.min), extent(projection, axes, Math.max)];
  const inner = {
    width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom,
  };
  const spread = [0, 1].map((i) => Math.max(high[i] - low[i], 1e-6) * 1.16);
  const scale = Math.min(inner.width / spread[0], inner.height / spread[1]);
  const middle = [0, 1].map((i) => (low[i] + high[i]) / 2);
  const centre = [margin.left + inner.width / 2, margin.top + inner.height / 2];
  const span = (i: number, length: number): Point => [
    middle[i] - length / scale / 2,
    middle[i] + length / scale / 2,
  ];
  return {
    trace,
    projection,
    axes,
    width,
    height,
    range: { x: span(0, inner.width), y: span(1, inner.height) },
    place: (point) => [
      centre[0] + (point[axes[0]] - middle[0]) * scale,
      centre[1] - (point[axes[1]] - middle[1]) * scale,
    ],
  };
}

function extent(
  { points, flow = [] }: ShownProjection,
  axes: readonly [number, number],
  pick: (...values: number[]) => number,
): [number, number] {
  const all = [...points, ...flow].flat();
  const along = (axis: number) => all.reduce((best, p) => pick(best, p[axis]), all[0][axis]);
  return [along(axes[0]), along(axes[1])];
}

export function drawGrid(page: Page, group: SVGGElement, scene: Scene): void {
  const { width, height, range, axes, place } = scene;
  const at = (x: number, y: number): Point => {
    const point = [0, 0, 0];
    point[axes[0]] = x;
    point[axes[1]] = y;
    return place(point);
  };
  const [left, right] = [margin.left, width - margin.right];
  const [top, bottom] = [margin.top, height - margin.bottom];
  const { language } = page.state.get();
  const name = (value: number) => decimal(value, language, 1);
  const upright = roundTicks(range.x[0], range.x[1], width / 110).flatMap((tick) => {
    const [x] = at(tick, 0);
    return [line(x, top, x, bottom), text(x, bottom + 15, 'middle', name(tick))];
  });
  const level = roundTicks(range.y[0], range.y[1], height / 90).flatMap((tick) => {
    const [, y] = at(0, tick);
    return [line(left, y, right, y), text(left - 7, y + 4, 'end', name(tick))];
  });
  fill(group, ...upright, ...level, ...evenLine(scene, at), ...axisTitles(page, scene));
}

/** Where two answers are equally likely, if the plane is theirs and the line is in the picture. */
function evenLine(
  { projection: { even }, range, height }: Scene,
  at: (x: number, y: number) => Point,
): SVGLineElement[] {
  if (even === undefined || even < range.x[0] || even > range.x[1]) return [];
  const [x] = at(even, 0);
  const across = line(x, margin.top, x, height - margin.bottom);
  across.setAttribute('class', 'even-line');
  return [across];
}

function line(x1: number, y1: number, x2: number, y2: number): SVGLineElement {
  return svg('line', { x1, y1, x2, y2, class: 'grid-line' });
}

function text(x: number, y: number, anchor: string, content: string): SVGTextElement {
  return svg('text', { x, y, 'text-anchor': anchor, class: 'grid-text' }, content);
}

function axisTitles(page: Page, { width, height, axes, projection }: Scene): SVGTextElement[] {
  const { language } = page.state.get();
  const share = (axis: number) =>
    new Intl.NumberFormat(language, { style: 'percent' }).format(projection.explained[axis] ?? 0);
  const name = (axis: number) =>
    projection.titles?.[axis] ?? page.words.axis(axis + 1, share(axis));
  const middle = (height - margin.bottom + margin.top) / 2;
  const upright = text(12, middle, 'middle', name(axes[1]));
  upright.setAttribute('transform', `rotate(-90 12 ${middle})`);
  return [text((width + margin.left) / 2, height - 6, 'middle', name(axes[0])), upright];
}

/** Where labels may stand. */
export function boundsOf({ width, height }: Scene): Box {
  return {
    x: margin.left,
    y: 2,
    width: width - margin.left - 2,
    height: height - margin.bottom - 2,
  };
}
