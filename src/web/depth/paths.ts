/** The particles' paths through L layers and along the flow of infinitely many, one over the other in one basis. */
import type { Trace } from '../api.ts';
import { seriesColour } from '../colours.ts';
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { decimal } from '../format.ts';
import type { Point } from '../layers/geometry.ts';
import { project } from '../layers/projection.ts';
import { createScene, drawGrid, pathData } from '../layers/scene.ts';
import type { Page } from '../page.ts';
import { tokenName } from '../page.ts';

/** What is compared: the frames of the layers, then those of the flow, projected together. */
interface Pair {
  readonly layers: Trace;
  readonly flow: Trace;
  readonly projection: ReturnType<typeof project>;
}

export function createPaths(page: Page): { element: HTMLElement; show(): void } {
  const { words } = page;
  const picture = svg('svg', { class: 'flow', role: 'img' });
  const parts = { grid: svg('g'), flow: svg('g'), layers: svg('g'), names: svg('g') };
  picture.append(...Object.values(parts));
  const holder = h('div', { class: 'flow-holder' }, picture);
  const told = h('p', { class: 'hint', role: 'status' });
  let pair: Pair | null = null;

  const draw = () => {
    const width = holder.clientWidth;
    pair = pairOf(page, pair);
    setAttribute(picture, 'hidden', pair === null);
    if (!pair || width === 0) return fill(told, words.limit.pathsWaiting);
    const scene = createScene(page, pair.projection, width);
    setAttribute(picture, 'viewBox', `0 0 ${scene.width} ${scene.height}`);
    drawGrid(page, parts.grid, scene);
    const placed = pair.projection.points.map((frame) => frame.map(scene.place));
    drawPair(page, pair, placed, parts);
    const sentence = gapSentence(page, pair);
    setAttribute(picture, 'aria-label', `${words.limit.paths}. ${sentence}`);
    return fill(told, sentence);
  };
  new ResizeObserver(draw).observe(holder);
  for (const source of [page.traces, page.flows]) source.subscribe(draw);
  return {
    element: h(
      'section',
      { class: 'card' },
      h('h2', {}, words.limit.paths),
      h('p', { class: 'hint' }, words.limit.pathsHint),
      holder,
      told,
    ),
    show: draw,
  };
}

/** The pair of traces that are there, of one sentence; the old projection where both are the same as before. */
function pairOf({ traces, flows }: Page, before: Pair | null): Pair | null {
  const [layers, flow] = [traces.get().value, flows.get().value];
  if (!layers || !flow || layers.tokens.length !== flow.tokens.length) return null;
  if (before?.layers === layers && before.flow === flow) return before;
  return { layers, flow, projection: project([...layers.hidden_states, ...flow.hidden_states]) };
}

function drawPair(
  page: Page,
  { layers, flow }: Pair,
  placed: Point[][],
  parts: Readonly<Record<'flow' | 'layers' | 'names', SVGGElement>>,
): void {
  const count = layers.hidden_states.length;
  const pathOf = (frames: Point[][], i: number) => frames.map((frame) => frame[i]);
  const tokens = flow.tokens.map((_, i) => ({
    stepped: pathOf(placed.slice(0, count), i),
    smooth: pathOf(placed.slice(count), i),
    colour: seriesColour(i),
  }));
  fill(
    parts.flow,
    ...tokens.map(({ smooth, colour }) => pathOn(curve(smooth), 'path smooth', colour)),
  );
  fill(parts.layers, ...tokens.flatMap(({ stepped, colour }) => steps(stepped, colour)));
  fill(
    parts.names,
    ...tokens.map(({ smooth }, i) =>
      nameAt(smooth[smooth.length - 1], tokenName(flow, i, page.words)),
    ),
  );
}

function pathOn(points: Point[], name: string, colour: string): SVGElement {
  const path = svg('path', { class: name, d: pathData(points) });
  setVariable(path, '--colour', colour);
  return path;
}

/** Points on a smooth curve through all (Catmull–Rom), since the flow is known at some moments only. */
function curve(points: Point[]): Point[] {
  const at = (i: number) => points[Math.max(0, Math.min(points.length - 1, i))];
  const between = points.slice(1).flatMap((_, i) => {
    const near = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    return Array.from({ length: PARTS }, (_part, k) => spline(near, (k + 1) / PARTS));
  });
  return [points[0], ...between];
}

const PARTS = 8;

function spline([a, b, c, d]: Point[], t: number): Point {
  const along = (i: 0 | 1) =>
    b[i] +
    (t / 2) *
      (c[i] -
        a[i] +
        t * (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i] + t * (3 * (b[i] - c[i]) + d[i] - a[i])));
  return [along(0), along(1)];
}

/** A broken line with a dot at every layer. */
function steps(points: Point[], colour: string): SVGElement[] {
  const dots = points.map(([cx, cy]) => {
    const dot = svg('circle', { class: 'step-dot', cx, cy, r: 2.5 });
    setVariable(dot, '--colour', colour);
    return dot;
  });
  return [pathOn(points, 'path stepped', colour), ...dots];
}

function nameAt([x, y]: Point, name: string): SVGElement {
  return svg('g', { class: 'mark' }, svg('text', { x: x + 6, y: y - 6 }, name));
}

/** How far apart they end, at most, and whose end it is. */
function gapSentence(page: Page, { layers, flow }: Pair): string {
  const [stepped, smooth] = [layers, flow].map(
    (trace) => trace.hidden_states[trace.hidden_states.length - 1],
  );
  const gaps = smooth.map((point, i) =>
    Math.hypot(...point.map((value, k) => value - stepped[i][k])),
  );
  const most = gaps.indexOf(Math.max(...gaps));
  const { language } = page.state.get();
  return page.words.limit.pathsGap(
    layers.hidden_states.length - 1,
    decimal(gaps[most], language, 3),
    tokenName(flow, most, page.words),
  );
}
