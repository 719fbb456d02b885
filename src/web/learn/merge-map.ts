/**
 * Which particles are one cluster, over the layers: a line a particle, at the height of the first
 * member of its cluster, so that lines come together where clusters merge. Not where particles are.
 */
import type { Trace } from '../api.ts';
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { decimal } from '../format.ts';
import { groupsAt, toleranceOf } from '../layers/groups.ts';
import type { Panel } from '../layers/panel.ts';
import type { Page } from '../page.ts';
import { goToFrame, isContinuous, pinToken, selectedToken, tokenName } from '../page.ts';
import { tokenColours } from '../token-colours.ts';
import type { LearnWords } from './words.ts';

const row = 26; // px between two words
const strand = 3.4; // px between two lines of one cluster
const foot = 24;

export function createMergeMap(page: Page, words: LearnWords): Panel {
  const picture = svg('svg', { class: 'merge-map', role: 'img' });
  const holder = h('div', { class: 'merge-holder' }, picture);
  let width = 0;
  let latest: { trace: Trace; layer: number } | null = null;
  const draw = () => {
    if (latest && width > 0) drawMap(page, words, picture, { ...latest, width });
  };
  new ResizeObserver(() => {
    width = holder.clientWidth;
    draw();
  }).observe(holder);
  picture.addEventListener('click', (event) => {
    if (!latest || (event.target as Element).closest('.merge-name')) return;
    const { left } = picture.getBoundingClientRect();
    const frames = latest.trace.hidden_states.length - 1;
    const { from, to } = columnOf(namesOf(page, latest.trace), width);
    goToFrame(page, ((event.clientX - left - from) / (to - from)) * frames);
  });
  return {
    element: holder,
    show(trace, layer) {
      latest = { trace, layer };
      draw();
    },
  };
}

const namesOf = (page: Page, trace: Trace) =>
  trace.tokens.map((_, i) => tokenName(trace, i, page.words));

/** Where the lines run: right of the longest name. */
function columnOf(names: readonly string[], width: number) {
  const longest = Math.max(...names.map(({ length }) => length));
  return { from: Math.min(width * 0.4, 16 + 7.6 * longest), to: width - 14 };
}

/** The height of each particle in each frame, in rows: where its cluster's first member stands, and its place there. */
export function strands(trace: Trace, tolerance: number): { row: number; place: number }[][] {
  return trace.hidden_states.map((_, frame) => {
    const found = trace.tokens.map((__, i) => ({ row: i, place: 0 }));
    for (const members of groupsAt(trace, frame, tolerance)) {
      const sorted = [...members].sort((a, b) => a - b);
      for (const [k, i] of sorted.entries())
        found[i] = { row: sorted[0], place: k - (sorted.length - 1) / 2 };
    }
    return found;
  });
}

interface Scene {
  readonly trace: Trace;
  readonly layer: number;
  readonly width: number;
}

function drawMap(page: Page, words: LearnWords, picture: SVGSVGElement, scene: Scene): void {
  const { trace, layer, width } = scene;
  const names = namesOf(page, trace);
  const frames = trace.hidden_states.length - 1;
  const { from, to } = columnOf(names, width);
  const height = names.length * row + foot;
  const tolerance = toleranceOf(page.state.get(), trace);
  const x = (frame: number) => from + ((to - from) * frame) / Math.max(1, frames);
  const y = ({ row: at, place }: { row: number; place: number }) =>
    (at + 0.5) * row + place * strand;
  const heights = strands(trace, tolerance).map((frame) => frame.map(y));
  const count = groupsAt(trace, layer, tolerance).length;
  setAttribute(picture, 'viewBox', `0 0 ${width} ${height}`);
  setAttribute(picture, 'aria-label', words.mergeMap(count, trace.layers[layer]));
  const colours = tokenColours(trace);
  const lines = names.flatMap((name, i) => {
    const path = heights.map((frame, k) => [x(k), frame[i]] as const);
    return drawStrand(page, { name, i, path, layer, colour: colours[i] });
  });
  const marker = svg('line', {
    class: 'merge-now',
    x1: x(layer),
    x2: x(layer),
    y1: 2,
    y2: height - foot,
  });
  fill(picture, ...scale(page, trace, x, height), marker, ...lines);
}

interface Strand {
  readonly name: string;
  readonly i: number;
  readonly path: readonly (readonly [number, number])[];
  readonly layer: number;
  readonly colour: string;
}

function drawStrand(page: Page, { name, i, path, layer, colour }: Strand): SVGElement[] {
  const chosen = selectedToken(page);
  const state = chosen === i ? ' selected' : chosen === null ? '' : ' dimmed';
  const [x, y] = path[layer];
  const parts = [
    svg('path', { class: `strand${state}`, d: curve(path) }),
    svg('circle', { class: `strand-dot${state}`, cx: x, cy: y, r: 4 }),
    svg(
      'text',
      {
        class: `merge-name${state}`,
        x: path[0][0] - 10,
        y: (i + 0.5) * row + 4.5,
        click: () => pinToken(page, i),
      },
      name,
    ),
  ];
  for (const part of parts) setVariable(part, '--colour', colour);
  return parts;
}

/** Level at each frame, with an S between two. */
function curve(path: Strand['path']): string {
  const [start, ...rest] = path;
  let [before] = [start];
  let d = `M${start[0].toFixed(1)} ${start[1].toFixed(1)}`;
  for (const [x, y] of rest) {
    const middle = ((before[0] + x) / 2).toFixed(1);
    d += `C${middle} ${before[1].toFixed(1)} ${middle} ${y.toFixed(1)} ${x.toFixed(1)} ${y.toFixed(1)}`;
    before = [x, y];
  }
  return d;
}

/** Frames along the foot: their number, or their time in the flow; as many as fit. */
function scale(
  page: Page,
  trace: Trace,
  x: (frame: number) => number,
  height: number,
): SVGElement[] {
  const { language } = page.state.get();
  const frames = trace.hidden_states.length - 1;
  const every = Math.max(1, Math.ceil((frames * 34) / Math.max(1, x(frames) - x(0))));
  const name = (k: number) =>
    isContinuous(page) ? decimal(trace.times[k], language, 1) : String(trace.layers[k]);
  return [...trace.hidden_states.keys()]
    .filter((k) => k % every === 0)
    .flatMap((k) => [
      svg('line', { class: 'grid-line', x1: x(k), x2: x(k), y1: 4, y2: height - foot }),
      svg('text', { class: 'grid-text', x: x(k), y: height - 6, 'text-anchor': 'middle' }, name(k)),
    ]);
}
