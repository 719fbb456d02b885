/**
 * The particles' paths in two principal axes: the whole path pale, the way behind strong, clusters
 * as soft islands. Between two frames the picture glides; the data are only at the frames.
 */
import { hull } from '../../geometry/plane.ts';
import type { Trace } from '../api.ts';
import { fill, h, prefersStillness, setAttribute, setVariable, svg } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { isFlow, pinToken, selectedToken, tokenName } from '../page.ts';
import type { Plane } from '../state.ts';
import { ANSWERS, flatPlanes, GLOBE, planes, principalPair } from '../state.ts';
import { tokenColours } from '../token-colours.ts';
import { createVersus, inAnswers } from './contrast.ts';
import type { Label, Point } from './geometry.ts';
import { placeLabels } from './geometry.ts';
import { createGlobePlace } from './globe/place.ts';
import { groupsAt, toleranceOf } from './groups.ts';
import { keptFrom, keptOf } from './kept.ts';
import type { Panel } from './panel.ts';
import type { ShownProjection } from './projection.ts';
import { beside } from './projection.ts';
import type { Scene } from './scene.ts';
import { boundsOf, createScene, drawGrid } from './scene.ts';
import { layersWordsOf } from './words.ts';

const glide = 320; // ms from frame to frame
const labelHeight = 18;
const reach = 20; // px from a particle within which the pointer means it

export function createTrajectories(page: Page): Panel {
  const { words, state } = page;
  const flat = createFlowPicture(
    page,
    () => null,
    (trace) => inAnswers(page, trace),
  );
  const versus = createVersus(page);
  const kept = h('p', { class: 'hint', 'aria-live': 'off' });
  let latest: Parameters<Panel['show']> | null = null;
  let told: readonly unknown[] = [];
  const tellKept = (now: Parameters<Panel['show']>) => {
    const about = [...now, state.get().plane, page.contrasts.get().value];
    if (about.every((one, i) => one === told[i])) return;
    told = about;
    fill(kept, keptText(page, ...now));
  };
  const place = createGlobePlace(page, () => latest && show(...latest));
  const show: Panel['show'] = (...now) => {
    latest = now;
    const globe = state.get().plane === GLOBE ? place.panel() : null;
    if (state.get().plane !== GLOBE) place.leave();
    flat.element.hidden = kept.hidden = globe !== null;
    versus.show();
    (globe ?? flat).show(...now);
    if (!kept.hidden) tellKept(now);
  };
  return {
    element: h(
      'section',
      { class: 'card trajectories' },
      h('div', { class: 'card-head' }, h('h2', {}, words.trajectories), createPlanes(page, planes)),
      h('p', { class: 'hint' }, words.trajectoriesHint),
      versus.element,
      place.element,
      flat.element,
      kept,
    ),
    show,
  };
}

/**
 * The picture alone; `flowOf` gives the flow that a trace is drawn over, and seen from, `seenIn` another plane than its
 * principal axes.
 */
export function createFlowPicture(
  page: Page,
  flowOf: (trace: Trace) => Trace | null = () => null,
  seenIn: (trace: Trace) => ShownProjection | null = () => null,
): Panel {
  const picture = svg('svg', { class: 'flow', role: 'img' });
  const layers = {
    grid: svg('g'),
    islands: svg('g'),
    ties: svg('g'),
    paths: svg('g'),
    marks: svg('g'),
  };
  picture.append(...Object.values(layers));
  const holder = h('div', { class: 'flow-holder' }, picture);
  const stage = createStage(page, picture, layers, (trace) => {
    const over = flowOf(trace);
    return { over, seen: seenIn(trace) };
  });
  new ResizeObserver(() => stage.resize(holder.clientWidth)).observe(holder);
  return { element: holder, show: stage.show };
}

/** The choice of the two axes, or of all three on the globe, where that is offered. */
export function createPlanes(page: Page, offered: readonly Plane[] = flatPlanes): HTMLElement {
  const { state, models, words } = page;
  const buttons = offered.map((plane) =>
    h('button', { type: 'button', click: () => state.set({ plane }) }, planeName(page, plane)),
  );
  const show = () => {
    const { plane } = state.get();
    const chosen = offered.includes(plane) ? plane : flatPlanes[0];
    for (const [i, button] of buttons.entries()) {
      setAttribute(button, 'aria-pressed', String(offered[i] === chosen));
      button.hidden = offered[i] === ANSWERS && !isFlow(state.get(), page);
    }
  };
  models.subscribe(show);
  state.subscribe(show);
  show();
  const named = { class: 'segments', role: 'group', 'aria-label': words.plane };
  return controlsOf(page, 'plane', h('div', named, ...buttons));
}

function planeName({ state, words }: Page, plane: Plane): string {
  if (plane === GLOBE) return words.globe;
  if (plane === ANSWERS) return layersWordsOf(state.get().language).versus.plane;
  return `${plane[0]} · ${plane[1]}`;
}

/** What the picture keeps of the distances at a frame. */
function keptText(page: Page, trace: Trace, frame: number): string {
  const { language, plane } = page.state.get();
  const seen = inAnswers(page, trace);
  const axes = principalPair(plane);
  const shown = (seen ?? trace.projection).points[frame].map((point) =>
    (seen ? [0, 1] : axes).map((axis) => point[axis]),
  );
  const { mean, least } = keptOf(trace.hidden_states[frame], shown);
  if (!least) return '';
  const [one, other] = least.pair.map((i) => tokenName(trace, i, page.words));
  const share = (value: number) =>
    new Intl.NumberFormat(language, { style: 'percent' }).format(value);
  return layersWordsOf(language).kept(share(mean), one, other, share(least.share));
}

interface Groups {
  readonly grid: SVGGElement;
  readonly islands: SVGGElement;
  /** From the selected particle to the others. */
  readonly ties: SVGGElement;
  readonly paths: SVGGElement;
  readonly marks: SVGGElement;
}

/** A flow that a trace is drawn over, another plane. */
interface Looked {
  readonly over: Trace | null;
  readonly seen: ShownProjection | null;
}

function createStage(
  page: Page,
  picture: SVGSVGElement,
  groups: Groups,
  lookAt: (trace: Trace) => Looked,
) {
  let width = 0;
  let current: { trace: Trace; layer: number } | null = null;
  let projection: ({ of: Trace; is: ShownProjection } & Looked) | null = null;
  let shown = -1; // the frame in view, fractional while gliding
  let frame = 0;
  let points: Point[] = [];
  const placed: Placed = { at: [], labels: [] };
  listen(page, picture, () => points);

  function scene(trace: Trace): Scene {
    const { over, seen } = lookAt(trace);
    if (projection?.of !== trace || projection.over !== over || projection.seen !== seen) {
      const is = seen ?? (over ? beside(trace, over) : trace.projection);
      projection = { of: trace, over, seen, is };
      Object.assign(placed, { at: [], labels: [] });
      shown = -1;
    }
    return createScene(page, trace, projection.is, width);
  }

  function draw(): void {
    if (!current || width === 0) return;
    const { trace, layer } = current;
    const now = scene(trace);
    if (shown < 0) shown = layer;
    setAttribute(picture, 'viewBox', `0 0 ${now.width} ${now.height}`);
    setAttribute(picture, 'aria-label', describe(page, trace, layer));
    drawGrid(page, groups.grid, now);
    points = drawFlow(page, groups, now, shown, placed);
  }

  function step(from: number, to: number, start: number): void {
    const part = Math.min(1, (performance.now() - start) / glide);
    shown = from + (to - from) * (1 - (1 - part) ** 3);
    draw();
    if (part < 1) frame = requestAnimationFrame(() => step(from, to, start));
  }

  return {
    resize(to: number) {
      if (to === width) return;
      width = to;
      draw();
    },
    show(trace: Trace, layer: number) {
      const moved = current?.trace === trace && current.layer !== layer;
      const same = current?.trace === trace && current.layer === layer;
      current = { trace, layer };
      if (same) return draw();
      cancelAnimationFrame(frame);
      if (moved && !prefersStillness()) return step(shown, layer, performance.now());
      shown = layer;
      draw();
    },
  };
}

/** The picture listens, not its marks, which are drawn anew while the pointer is over them. */
function listen(page: Page, picture: SVGSVGElement, points: () => Point[]): void {
  const under = (event: PointerEvent | MouseEvent) => {
    const { left, top } = picture.getBoundingClientRect();
    return nearest(points(), [event.clientX - left, event.clientY - top]);
  };
  picture.addEventListener('pointermove', (event) => {
    const token = under(event);
    picture.classList.toggle('over', token !== null);
    page.hover.set({ token });
  });
  picture.addEventListener('pointerleave', () => page.hover.set({ token: null }));
  picture.addEventListener('click', (event) => {
    const token = under(event);
    if (token !== null) pinToken(page, token);
  });
}

/** The index of the point nearest to `at`, if one is in reach. */
function nearest(points: Point[], at: Point): number | null {
  const distances = points.map(([x, y]) => Math.hypot(x - at[0], y - at[1]));
  const least = Math.min(...distances);
  return least < reach ? distances.indexOf(least) : null;
}

function describe(page: Page, trace: Trace, layer: number): string {
  const groups = groupsAt(trace, layer, toleranceOf(page.state.get(), trace)).map((members) =>
    members.map((i) => tokenName(trace, i, page.words)).join(' + '),
  );
  return page.words.trajectoriesLabel(layer, groups.join('; '));
}

function drawFlow(
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
interface Placed {
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
