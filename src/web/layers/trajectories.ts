/**
 * The particles' paths in two principal axes, or in the plane of two answers, and how much of the distances they keep.
 * Between two frames the picture glides; the data are only at the frames. What is drawn: paths.ts.
 */
import type { Trace } from '../api.ts';
import { fill, h, prefersStillness, setAttribute, svg } from '../dom.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { isFlow, pinToken, tokenName } from '../page.ts';
import type { Plane } from '../state.ts';
import { ANSWERS, flatPlanes, GLOBE, planes, principalPair } from '../state.ts';
import { createVersus, inAnswers } from './contrast.ts';
import type { Point } from './geometry.ts';
import { createGlobePlace } from './globe/place.ts';
import { groupsAt, toleranceOf } from './groups.ts';
import { keptOf } from './kept.ts';
import type { Panel } from './panel.ts';
import type { Groups, Placed } from './paths.ts';
import { drawFlow } from './paths.ts';
import type { ShownProjection } from './projection.ts';
import { beside } from './projection.ts';
import type { Scene } from './scene.ts';
import { createScene, drawGrid } from './scene.ts';
import { layersWordsOf } from './words.ts';

const glide = 320; // ms from frame to frame
const reach = 20; // px from a particle within which the pointer means it

export function createTrajectories(page: Page): Panel {
  const { words, state } = page;
  const flat = createFlowPicture(
    page,
    () => null,
    (trace) => inAnswers(page, trace),
  );
  const versus = createVersus(page);
  const kept = h('p', { class: 'kept' });
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
