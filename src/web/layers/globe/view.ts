/**
 * The paths on the sphere, in WebGL: turned by a drag or the arrow keys, gliding from frame to frame
 * unless the reader wants less motion, named and selected like the flat picture. Fetched when it is opened.
 */
import { sumOf } from '../../../numerics/vectors.ts';
import type { Trace } from '../../api.ts';
import { colour } from '../../colours.ts';
import { fill, h, prefersStillness, setAttribute, svg } from '../../dom.ts';
import type { Page } from '../../page.ts';
import { layerTitle, pinToken, selectedToken, tokenName } from '../../page.ts';
import { tokenSeries } from '../../token-colours.ts';
import { createTurning } from '../../turning.ts';
import { placeLabels } from '../geometry.ts';
import type { Panel } from '../panel.ts';
import type { OnGlobe } from './projection.ts';
import { onGlobe, turnOf } from './projection.ts';
import { createWorld, type Look, type Placed } from './world.ts';

const glide = 320; // ms from frame to frame
const reach = 20; // px from a particle within which the pointer means it
const still = 4; // px that a click may move
const labelHeight = 18;

/** Throws where there is no WebGL 2. */
export function createGlobe(page: Page): Panel {
  const { words, state } = page;
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const names = svg('svg', { class: 'globe-names', 'aria-hidden': 'true' });
  const stage = h('div', { class: 'globe', tabindex: 0, role: 'application' }, canvas, names);
  const told = h('p', { class: 'hint' });
  const world = createWorld(canvas);
  const turned = createTurning({
    element: stage,
    turns: () => true,
    settled: () => (held ? turnOf(state.get(), held.of, held.globe) : { yaw: 0, pitch: 0 }),
    settle: (next) => state.set({ ...next }),
    redraw: () => draw(),
  });
  const size = { width: 0, height: 0 };
  let current: { trace: Trace; frame: number } | null = null;
  let held: Held | null = null;
  let shown = -1; // the frame in view, fractional while gliding
  let clock = 0;
  let placed: Placed[] = [];
  const places: (number | undefined)[] = [];

  function hold(trace: Trace): void {
    if (held?.of === trace) return;
    held = { of: trace, globe: onGlobe(trace.hidden_states) };
    world.hold(held.globe.points);
    places.length = 0;
    shown = -1;
    fill(told, explain(page, held.globe));
  }

  function draw(): void {
    if (!current || size.width === 0) return;
    const { trace, frame } = current;
    hold(trace);
    if (shown < 0) shown = frame;
    placed = world.draw(shown, turned(), lookOf(page, trace));
    setAttribute(stage, 'aria-label', words.globeLabel(layerTitle(page, trace, frame)));
    setAttribute(names, 'viewBox', `0 0 ${size.width} ${size.height}`);
    fill(names, ...createNames(page, trace, placed, size, places));
  }

  function step(from: number, to: number, start: number): void {
    const part = Math.min(1, (performance.now() - start) / glide);
    shown = from + (to - from) * (1 - (1 - part) ** 3);
    draw();
    if (part < 1) clock = requestAnimationFrame(() => step(from, to, start));
  }

  new ResizeObserver(() => {
    const width = stage.clientWidth;
    if (width === size.width || width === 0) return;
    Object.assign(size, { width, height: Math.round(Math.max(300, Math.min(560, width * 0.8))) });
    world.resize(size.width, size.height);
    draw();
  }).observe(stage);
  listen(page, stage, () => placed);
  return {
    element: h('div', { class: 'globe-holder' }, stage, told),
    show(trace, frame) {
      const moved = current?.trace === trace && current.frame !== frame;
      const same = current?.trace === trace && current.frame === frame;
      current = { trace, frame };
      if (same) return draw();
      cancelAnimationFrame(clock);
      if (moved && shown >= 0 && !prefersStillness()) return step(shown, frame, performance.now());
      shown = frame;
      draw();
    },
  };
}

interface Held {
  readonly of: Trace;
  readonly globe: OnGlobe;
}

/** Pointing previews, a click pins; a drag turns instead. */
function listen(page: Page, stage: HTMLElement, placed: () => Placed[]): void {
  let down: readonly [number, number] | null = null;
  const under = (event: PointerEvent): number | null => {
    const { left, top } = stage.getBoundingClientRect();
    return nearest(placed(), event.clientX - left, event.clientY - top);
  };
  stage.addEventListener('pointerdown', (event) => {
    down = [event.clientX, event.clientY];
  });
  stage.addEventListener('pointermove', (event) => {
    if (event.buttons === 0) page.hover.set({ token: under(event) });
  });
  stage.addEventListener('pointerup', (event) => {
    const moved = down ? Math.hypot(event.clientX - down[0], event.clientY - down[1]) : still;
    down = null;
    const token = moved < still ? under(event) : null;
    if (token !== null) pinToken(page, token);
  });
  stage.addEventListener('pointerleave', () => page.hover.set({ token: null }));
}

/** The particle in reach that is nearest to a place; one in front goes before one behind. */
function nearest(placed: readonly Placed[], x: number, y: number): number | null {
  const away = placed.map((one) => Math.hypot(one.x - x, one.y - y) + (one.near < 0 ? 6 : 0));
  const least = Math.min(...away);
  return least < reach ? away.indexOf(least) : null;
}

function lookOf(page: Page, trace: Trace): Look {
  const blank = trace.tokens.map(({ text }) => text === '__');
  return {
    colours: tokenSeries(trace).map((series) => colour(`--series-${series}`)),
    card: colour('--card'),
    line: colour('--line'),
    blank,
    selected: selectedToken(page),
  };
}

/** Names beside their dots, out of each other's way; those behind are pale. */
function createNames(
  page: Page,
  trace: Trace,
  placed: readonly Placed[],
  { width, height }: { width: number; height: number },
  places: (number | undefined)[],
): SVGElement[] {
  const texts = trace.tokens.map((_, i) => tokenName(trace, i, page.words));
  const sizes = texts.map((text) => ({ width: 7.4 * text.length + 4, height: labelHeight }));
  const points = placed.map(({ x, y }) => [x, y] as const);
  const bounds = { x: 2, y: 2, width: width - 4, height: height - 4 };
  const labels = placeLabels(points, sizes, bounds, places);
  const chosen = selectedToken(page);
  return labels.map(({ box, place }, i) => {
    places[i] = place;
    const kinds = ['mark'];
    if (trace.tokens[i].text === '__') kinds.push('blank');
    if (chosen === i) kinds.push('selected');
    else if (chosen !== null || placed[i].near < -0.1) kinds.push('dimmed');
    return svg(
      'g',
      { class: kinds.join(' ') },
      svg('text', { x: box.x + box.width / 2, y: box.y + 13, 'text-anchor': 'middle' }, texts[i]),
    );
  });
}

/** What one sees, and how much of it. */
function explain({ state, words }: Page, { explained }: OnGlobe): string {
  const format = new Intl.NumberFormat(state.get().language, { style: 'percent' });
  const share = (value: number) => format.format(value);
  const total = sumOf(explained);
  return words.globeHint(explained.map(share), share(total));
}
