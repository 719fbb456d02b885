/** The drawing of each kind of series into a plot area. Not axes, legends or the page around them. */
import type { Bars, HeatMap, Line, Path, Point, Scatter, Series } from './figure.ts';
import { colourOf, dashOf, rampColour, type Theme } from './palette.ts';
import { heatArea, linearScale } from './scale.ts';
import { element, type Shape, short, text, textWidth } from './svg.ts';

/** Steps of a heat map's ramp: finer ones no eye tells apart. */
const SHADES = 100;

/** The area inside the axes, in pixels, with the maps from values to places. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

interface Ink {
  readonly colour: string;
  readonly dash: string;
  readonly theme: Theme;
}

/** One series; `index` is its place in the panel, which gives the colour if it has none. */
export function drawSeries(series: Series, index: number, plot: Plot, theme: Theme): Shape[] {
  const choice = series.colour ?? index;
  const ink = { colour: colourOf(theme, choice), dash: dashOf(theme, choice), theme };
  switch (series.kind) {
    case 'line':
      return drawLine(series, plot, ink);
    case 'scatter':
      return drawScatter(series, plot, ink);
    case 'path':
      return drawPath(series, plot, ink);
    case 'bars':
      return drawBars(series, plot, ink);
    case 'heat':
      return drawHeat(series, plot, theme);
  }
}

/** Least and greatest value of a heat map's colours. */
export function heatRange({ range, values }: HeatMap): readonly [number, number] {
  if (range) return range;
  const finite = values.flat().filter(Number.isFinite);
  return finite.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [finite[0] ?? 0, finite[0] ?? 1],
  );
}

/** Names at the ends of paths, moved up or down until none covers another. */
export function drawPathNames(
  series: readonly Series[],
  plot: Plot,
  theme: Theme,
  fontSize: number,
): Shape[] {
  const placed: Box[] = [];
  const names = series.filter((one): one is Path => one.kind === 'path' && Boolean(one.name));
  return names.flatMap((path) => drawPathName(path, plot, theme, fontSize, placed));
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly middle: number;
}

function drawPathName(
  { name = '', points }: Path,
  plot: Plot,
  theme: Theme,
  fontSize: number,
  placed: Box[],
): Shape[] {
  const end = points.findLast(isFinitePoint);
  if (!end) return [];
  const [x, y] = [plot.x(end[0]), plot.y(end[1])];
  const width = textWidth(name, fontSize);
  const toLeft = x + width + 8 > plot.left + plot.width;
  const left = toLeft ? x - 8 - width : x + 8;
  const middle = freeMiddle({ left, right: left + width, middle: y }, plot, fontSize, placed);
  placed.push({ left, right: left + width, middle });
  const label = text(toLeft ? left + width : left, middle + 0.35 * fontSize, name, {
    fill: theme.ink,
    'font-size': fontSize,
    'text-anchor': toLeft ? 'end' : 'start',
    stroke: theme.background,
    'stroke-width': 3,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  });
  return [...leader(x, y, toLeft ? x - 7 : x + 7, middle, theme), label];
}

/** The nearest free height for a name, trying below and above in turn; its own height if all are taken. */
function freeMiddle(wish: Box, plot: Plot, fontSize: number, placed: readonly Box[]): number {
  const overlaps = (middle: number) =>
    placed.some(
      (box) =>
        box.left < wish.right &&
        wish.left < box.right &&
        Math.abs(box.middle - middle) < fontSize * 1.1,
    );
  for (let step = 0; step < 2 * plot.height; step++) {
    const middle = wish.middle + (step % 2 === 0 ? 1 : -1) * Math.ceil(step / 2) * 2;
    const inside =
      middle > plot.top + fontSize / 2 && middle < plot.top + plot.height - fontSize / 2;
    if (inside && !overlaps(middle)) return middle;
  }
  return wish.middle;
}

/** A thin line from an end to a name that had to move away from it. */
function leader(x: number, y: number, toX: number, toY: number, theme: Theme): Shape[] {
  if (Math.abs(toY - y) < 6) return [];
  const look = { stroke: theme.faintInk, 'stroke-width': 0.6 };
  return [element('line', { x1: x, y1: y, x2: toX, y2: toY, ...look })];
}

function drawLine({ points }: Line, plot: Plot, ink: Ink): Shape[] {
  return [stroke(points, plot, ink, 1.8)];
}

function drawScatter({ points }: Scatter, plot: Plot, { colour }: Ink): Shape[] {
  return points.filter(isFinitePoint).map(([x, y]) =>
    element('circle', {
      cx: plot.x(x),
      cy: plot.y(y),
      r: 2.6,
      fill: colour,
      'fill-opacity': 0.8,
    }),
  );
}

function drawPath({ points }: Path, plot: Plot, ink: Ink): Shape[] {
  const finite = points.filter(isFinitePoint);
  const dot = ([x, y]: Point, r: number, fill: string) =>
    element('circle', { cx: plot.x(x), cy: plot.y(y), r, fill, stroke: ink.colour });
  const between = finite.slice(1, -1).map((point) => dot(point, 1.2, ink.colour));
  const ends = [
    ...finite.slice(0, 1).map((point) => dot(point, 3.2, ink.theme.background)),
    ...finite.slice(-1).map((point) => dot(point, 3.6, ink.colour)),
  ];
  return [element('g', {}, [stroke(points, plot, ink, 1.4), ...between, ...ends])];
}

function drawBars({ points, width }: Bars, plot: Plot, { colour }: Ink): Shape[] {
  return points.filter(isFinitePoint).map(([x, y]) => {
    const [left, right] = [plot.x(x - width / 2), plot.x(x + width / 2)];
    const [top, bottom] = [plot.y(Math.max(0, y)), plot.y(Math.min(0, y))];
    const gap = Math.min(0.5, (right - left) * 0.1);
    const box = { x: left + gap, y: top, width: right - left - 2 * gap, height: bottom - top };
    return element('rect', { ...box, fill: colour });
  });
}

/** Cells of one shade are one path: a diagram has thousands of them. */
function drawHeat(heat: HeatMap, plot: Plot, theme: Theme): Shape[] {
  const { x, y } = heatArea(heat);
  const columns = heat.values[0]?.length ?? 0;
  const left = linearScale([0, columns], plot.x(x[0]), plot.x(x[1]));
  const top = linearScale([0, heat.values.length], plot.y(y[0]), plot.y(y[1]));
  const shapes = new Map<string, string>();
  for (const { column, from, to, colour } of shadedRuns(heat, theme)) {
    const begin = `M${short(left(column))} ${short(top(from))}`;
    const shape = `${begin}H${short(left(column + 1))}V${short(top(to))}H${short(left(column))}Z`;
    shapes.set(colour, (shapes.get(colour) ?? '') + shape);
  }
  const paths = Array.from(shapes, ([fill, d]) => element('path', { d, fill }));
  return [element('g', { 'shape-rendering': 'crispEdges' }, paths)];
}

/** Rows `from` to `to` (exclusive) of a column. */
interface ShadedRun {
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly colour: string;
}

/** Neighbours in a column that have one shade; cells that are not finite are left out. */
function shadedRuns(heat: HeatMap, theme: Theme): ShadedRun[] {
  const [low, high] = heatRange(heat);
  const shade = (value: number) => {
    if (!Number.isFinite(value)) return '';
    const share = high > low ? (value - low) / (high - low) : 1;
    return rampColour(theme, Math.round(share * SHADES) / SHADES);
  };
  const columns = heat.values[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) => {
    const colours = heat.values.map((line) => shade(line[column]));
    const starts = colours.flatMap((colour, i) => (colour === colours[i - 1] ? [] : [i]));
    return starts
      .map((from, k) => ({
        column,
        from,
        to: starts[k + 1] ?? colours.length,
        colour: colours[from],
      }))
      .filter(({ colour }) => colour !== '');
  }).flat();
}

/** A polyline that leaves out what is not finite. */
function stroke(points: readonly Point[], plot: Plot, { colour, dash }: Ink, width: number): Shape {
  let pen = 'M';
  let d = '';
  for (const point of points) {
    const drawn = isFinitePoint(point);
    if (drawn) d += `${pen}${short(plot.x(point[0]))} ${short(plot.y(point[1]))}`;
    pen = drawn ? 'L' : 'M';
  }
  return element('path', {
    d,
    fill: 'none',
    stroke: colour,
    'stroke-width': width,
    'stroke-dasharray': dash,
    'stroke-linejoin': 'round',
  });
}

function isFinitePoint([x, y]: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}
