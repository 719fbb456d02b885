/** What flows in the trajectory picture: islands of clusters, paths with their direction and layers, dots with names. */
import { hull } from '../../geometry/plane.ts';
import type { Trace } from '../api.ts';
import { fill, setVariable, svg } from '../dom.ts';
import type { Page } from '../page.ts';
import { selectedToken, tokenName } from '../page.ts';
import { tokenColours } from '../token-colours.ts';
import type { Label, Point } from './geometry.ts';
import { placeLabels } from './geometry.ts';
import { groupsAt, toleranceOf } from './groups.ts';
import { keptFrom } from './kept.ts';
import type { Scene } from './scene.ts';
import { boundsOf } from './scene.ts';

const labelHeight = 18;

/** What is drawn into, from the ground up. */
export interface Groups {
  readonly grid: SVGGElement;
  readonly islands: SVGGElement;
  /** From the selected particle to the others. */
  readonly ties: SVGGElement;
  readonly paths: SVGGElement;
  readonly marks: SVGGElement;
}

/** Draws the paths at a frame, which may lie between two, and says where the particles are. */
export function drawFlow(
  page: Page,
  groups: Groups,
  scene: Scene,
  shown: number,
  placed: Placed,
): Point[] {
  const { trace, projection, place } = scene;
  const layer = Math.round(shown);
  const tolerance = toleranceOf(page.state.get(), trace);
  const colours = tokenColours(trace);
  const paths = trace.tokens.map((_, i) => projection.points.map((frame) => place(frame[i])));
  const now = paths.map((path) => between(path, shown));
  const selected = selectedToken(page);
  fill(groups.islands, ...islands(groupsAt(trace, layer, tolerance), now));
  fill(groups.ties, ...ties(scene, layer, now, selected));
  fill(
    groups.paths,
    ...flowPaths(scene, selected),
    ...paths.flatMap((path, i) => drawPath(path, shown, now[i], i === selected, colours[i])),
    ...(selected === null ? [] : layerNumbers(scene, paths[selected], layer)),
  );
  fill(groups.marks, ...drawMarks(page, scene, now, colours, placed));
  return now;
}

/** Where names stand now: they are placed anew when a particle has moved, not when one is pointed at. */
export interface Placed {
  at: readonly Point[];
  labels: readonly Label[];
}

/** Dots with their names, the selected one on top; who finds no place has its name only while it is selected. */
function drawMarks(
  page: Page,
  scene: Scene,
  now: Point[],
  colours: readonly string[],
  placed: Placed,
): SVGElement[] {
  const { trace } = scene;
  const selected = selectedToken(page);
  const moved = now.some(([x, y], i) => x !== placed.at[i]?.[0] || y !== placed.at[i]?.[1]);
  if (moved)
    Object.assign(placed, { at: now, labels: placeNames(page, scene, now, placed.labels) });
  const marks = now.map((point, i) =>
    drawMark(page, trace, i, point, placed.labels[i], colours[i]),
  );
  if (selected !== null && marks[selected]) marks.push(...marks.splice(selected, 1));
  return marks;
}

/** The blank is named first. */
function placeNames(
  page: Page,
  scene: Scene,
  now: Point[],
  before: readonly Label[],
): readonly Label[] {
  const { trace } = scene;
  const rank = (i: number) => (trace.tokens[i].text === '__' ? 0 : 1);
  const order = [...now.keys()].sort((a, b) => rank(a) - rank(b));
  const sizes = sizesOf(page, trace);
  const labels = placeLabels(
    order.map((i) => now[i]),
    order.map((i) => sizes[i]),
    boundsOf(scene),
    order.map((i) => before[i]?.place),
  );
  return now.map((_, i) => labels[order.indexOf(i)]);
}

/** From the selected particle to every other: the fuller the line, the more of the distance the picture keeps. */
function ties(
  { trace, projection, axes }: Scene,
  layer: number,
  now: Point[],
  selected: number | null,
): SVGElement[] {
  if (selected === null || !now[selected]) return [];
  const shown = projection.points[layer].map((point) => axes.map((axis) => point[axis]));
  const shares = keptFrom(trace.hidden_states[layer], shown, selected);
  const [x1, y1] = now[selected];
  return now.flatMap(([x2, y2], i) =>
    i === selected
      ? []
      : [svg('line', { class: 'tie', x1, y1, x2, y2, opacity: shares[i].toFixed(3) })],
  );
}

/** The layers' numbers along the selected path, as far apart as they can be read. */
function layerNumbers({ trace }: Scene, path: Point[], layer: number): SVGElement[] {
  let last: Point | null = null;
  return path.flatMap(([x, y], k) => {
    if (k === layer || (last && Math.hypot(x - last[0], y - last[1]) < 24)) return [];
    last = [x, y];
    const place = { class: 'layer-number', x: x + 6, y: y - 6 };
    return [svg('text', place, String(trace.layers[k]))];
  });
}

/** The flow behind the layers, if it is known. */
function flowPaths({ trace, projection, place }: Scene, selected: number | null): SVGElement[] {
  const { flow } = projection;
  if (!flow) return [];
  return trace.tokens.map((_, i) => {
    const d = pathData(flow.map((frame) => place(frame[i])));
    return svg('path', { class: i === selected ? 'flow-line selected' : 'flow-line', d });
  });
}

function between(path: Point[], shown: number): Point {
  const from = Math.min(Math.floor(shown), path.length - 1);
  const to = Math.min(from + 1, path.length - 1);
  const part = shown - from;
  return [
    path[from][0] + part * (path[to][0] - path[from][0]),
    path[from][1] + part * (path[to][1] - path[from][1]),
  ];
}

function islands(groups: number[][], now: Point[]): SVGElement[] {
  return groups
    .filter(({ length }) => length > 1)
    .map((members) => {
      const outline = hull(members.map((i) => now[i]));
      return svg('path', { class: 'island', d: `${pathData(outline)}Z` });
    });
}

function drawPath(
  path: Point[],
  shown: number,
  now: Point,
  selected: boolean,
  colour: string,
): SVGElement[] {
  const behind = [...path.slice(0, Math.floor(shown) + 1), now];
  const parts = [
    svg('path', { class: 'path whole', d: pathData(path) }),
    svg('path', {
      class: selected ? 'path outline selected' : 'path outline',
      d: pathData(behind),
    }),
    svg('path', { class: selected ? 'path behind selected' : 'path behind', d: pathData(behind) }),
    ...layerMarks(behind.slice(1, -1)),
    ...arrows(behind),
    svg('circle', { class: 'origin', cx: path[0][0], cy: path[0][1], r: 3.5 }),
  ];
  for (const part of parts) setVariable(part, '--colour', colour);
  return parts;
}

/** A dot for every layer behind, unless they are so many that they would be a line. */
const mostMarks = 33;
const layerMarks = (points: Point[]): SVGElement[] =>
  points.length > mostMarks
    ? []
    : points.map(([cx, cy]) => svg('circle', { class: 'layer-mark', cx, cy, r: 2.2 }));

/** px of a segment that is long enough to carry an arrowhead. */
const arrowed = 26;

/** Which way a path goes: heads in the middle of its long segments. */
function arrows(points: Point[]): SVGElement[] {
  return points.slice(1).flatMap(([x, y], k) => {
    const [fromX, fromY] = points[k];
    const length = Math.hypot(x - fromX, y - fromY);
    if (length < arrowed) return [];
    const degrees = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
    const place = `translate(${((x + fromX) / 2).toFixed(1)} ${((y + fromY) / 2).toFixed(1)}) rotate(${degrees.toFixed(1)})`;
    return [svg('path', { class: 'heading', d: 'M-4 -4L4.5 0L-4 4Z', transform: place })];
  });
}

function pathData(points: Point[]): string {
  return `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`;
}

/** Rough sizes: measuring text forces a layout in every frame. */
function sizesOf(page: Page, trace: Trace): { width: number; height: number }[] {
  return trace.tokens.map((_, i) => ({
    width: 7.4 * tokenName(trace, i, page.words).length + 4,
    height: labelHeight,
  }));
}

function drawMark(
  page: Page,
  trace: Trace,
  index: number,
  [x, y]: Point,
  { box, free }: Label,
  colour: string,
): SVGElement {
  const middle: Point = [box.x + box.width / 2, box.y + box.height / 2];
  const edge: Point = [Math.max(box.x, Math.min(x, box.x + box.width)), middle[1]];
  const far = Math.hypot(edge[0] - x, edge[1] - y) > 15;
  const named = free || selectedToken(page) === index;
  const mark = svg(
    'g',
    {
      class: markClass(page, trace, index),
    },
    far && named && svg('line', { class: 'leader', x1: x, y1: y, x2: edge[0], y2: edge[1] }),
    svg('circle', { class: 'particle-dot', cx: x, cy: y, r: 6 }),
    named &&
      svg(
        'text',
        { x: middle[0], y: middle[1] + 4.5, 'text-anchor': 'middle' },
        tokenName(trace, index, page.words),
      ),
  );
  setVariable(mark, '--colour', colour);
  return mark;
}

function markClass(page: Page, trace: Trace, index: number): string {
  const chosen = selectedToken(page);
  const { text: name } = trace.tokens[index];
  const kinds = ['mark'];
  if (name === '__') kinds.push('blank');
  if (chosen === index) kinds.push('selected');
  else if (chosen !== null) kinds.push('dimmed');
  return kinds.join(' ');
}
