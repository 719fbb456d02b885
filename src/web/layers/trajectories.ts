/**
 * The particles' paths in two principal axes: the whole path pale, the way behind strong, clusters
 * as soft islands. Between two frames the picture glides; the data are only at the frames.
 */
import { hull } from '../../geometry/plane.ts';
import type { Trace } from '../api.ts';
import { fill, h, prefersStillness, setAttribute, setVariable, svg } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { pinToken, selectedToken, tokenName } from '../page.ts';
import type { Plane } from '../state.ts';
import { flatPlanes, GLOBE, planes } from '../state.ts';
import { tokenColours } from '../token-colours.ts';
import type { Point } from './geometry.ts';
import { placeLabels } from './geometry.ts';
import { createGlobePlace } from './globe/place.ts';
import { groupsAt, toleranceOf } from './groups.ts';
import type { Panel } from './panel.ts';
import type { ShownProjection } from './projection.ts';
import { beside } from './projection.ts';
import type { Scene } from './scene.ts';
import { boundsOf, createScene, drawGrid } from './scene.ts';

const glide = 320; // ms from frame to frame
const labelHeight = 18;
const reach = 20; // px from a particle within which the pointer means it

export function createTrajectories(page: Page): Panel {
  const { words, state } = page;
  const flat = createFlowPicture(page);
  let latest: Parameters<Panel['show']> | null = null;
  const place = createGlobePlace(page, () => latest && show(...latest));
  const show: Panel['show'] = (...now) => {
    latest = now;
    const globe = state.get().plane === GLOBE ? place.panel() : null;
    if (state.get().plane !== GLOBE) place.leave();
    flat.element.hidden = globe !== null;
    (globe ?? flat).show(...now);
  };
  return {
    element: h(
      'section',
      { class: 'card trajectories' },
      h('div', { class: 'card-head' }, h('h2', {}, words.trajectories), createPlanes(page, planes)),
      h('p', { class: 'hint' }, words.trajectoriesHint),
      place.element,
      flat.element,
    ),
    show,
  };
}

/** The picture alone; `flowOf` gives the flow that a trace is drawn over, and seen from. */
export function createFlowPicture(
  page: Page,
  flowOf: (trace: Trace) => Trace | null = () => null,
): Panel {
  const picture = svg('svg', { class: 'flow', role: 'img' });
  const layers = { grid: svg('g'), islands: svg('g'), paths: svg('g'), marks: svg('g') };
  picture.append(...Object.values(layers));
  const holder = h('div', { class: 'flow-holder' }, picture);
  const stage = createStage(page, picture, layers, flowOf);
  new ResizeObserver(() => stage.resize(holder.clientWidth)).observe(holder);
  return { element: holder, show: stage.show };
}

/** The choice of the two axes, or of all three on the globe, where that is offered. */
export function createPlanes(page: Page, offered: readonly Plane[] = flatPlanes): HTMLElement {
  const { state, words } = page;
  const buttons = offered.map((plane) =>
    h(
      'button',
      { type: 'button', click: () => state.set({ plane }) },
      plane === GLOBE ? words.globe : `${plane[0]} · ${plane[1]}`,
    ),
  );
  const show = () => {
    const { plane } = state.get();
    const chosen = offered.includes(plane) ? plane : flatPlanes[0];
    for (const [i, button] of buttons.entries())
      setAttribute(button, 'aria-pressed', String(offered[i] === chosen));
  };
  state.subscribe(show);
  show();
  const named = { class: 'segments', role: 'group', 'aria-label': words.plane };
  return controlsOf(page, 'plane', h('div', named, ...buttons));
}

interface Groups {
  readonly grid: SVGGElement;
  readonly islands: SVGGElement;
  readonly paths: SVGGElement;
  readonly marks: SVGGElement;
}

function createStage(
  page: Page,
  picture: SVGSVGElement,
  groups: Groups,
  flowOf: (trace: Trace) => Trace | null,
) {
  let width = 0;
  let current: { trace: Trace; layer: number } | null = null;
  let projection: { of: Trace; over: Trace | null; is: ShownProjection } | null = null;
  let shown = -1; // the frame in view, fractional while gliding
  let frame = 0;
  let points: Point[] = [];
  const places: (number | undefined)[] = [];
  listen(page, picture, () => points);

  function scene(trace: Trace): Scene {
    const over = flowOf(trace);
    if (projection?.of !== trace || projection.over !== over) {
      projection = { of: trace, over, is: over ? beside(trace, over) : trace.projection };
      places.length = 0;
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
    points = drawFlow(page, groups, now, shown, places);
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
  places: (number | undefined)[],
): Point[] {
  const { trace, projection, place } = scene;
  const layer = Math.round(shown);
  const tolerance = toleranceOf(page.state.get(), trace);
  const colours = tokenColours(trace);
  const paths = trace.tokens.map((_, i) => projection.points.map((frame) => place(frame[i])));
  const now = paths.map((path) => between(path, shown));
  const selected = selectedToken(page);
  fill(groups.islands, ...islands(groupsAt(trace, layer, tolerance), now));
  fill(
    groups.paths,
    ...flowPaths(scene, selected),
    ...paths.flatMap((path, i) => drawPath(path, shown, now[i], i === selected, colours[i])),
  );
  const labels = placeLabels(now, sizesOf(page, trace), boundsOf(scene), places);
  for (const [i, { place: index }] of labels.entries()) places[i] = index;
  const marks = now.map((point, i) => drawMark(page, trace, i, point, labels[i].box, colours[i]));
  if (selected !== null && marks[selected]) marks.push(...marks.splice(selected, 1));
  fill(groups.marks, ...marks);
  return now;
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
    svg('path', { class: selected ? 'path behind selected' : 'path behind', d: pathData(behind) }),
    svg('circle', { class: 'origin', cx: path[0][0], cy: path[0][1], r: 3.5 }),
  ];
  for (const part of parts) setVariable(part, '--colour', colour);
  return parts;
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
  box: { x: number; y: number; width: number; height: number },
  colour: string,
): SVGElement {
  const middle: Point = [box.x + box.width / 2, box.y + box.height / 2];
  const edge: Point = [Math.max(box.x, Math.min(x, box.x + box.width)), middle[1]];
  const far = Math.hypot(edge[0] - x, edge[1] - y) > 15;
  const mark = svg(
    'g',
    {
      class: markClass(page, trace, index),
    },
    far && svg('line', { class: 'leader', x1: x, y1: y, x2: edge[0], y2: edge[1] }),
    svg('circle', { class: 'particle-dot', cx: x, cy: y, r: 6 }),
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
