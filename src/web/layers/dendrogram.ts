/**
 * The single-linkage tree of the particles of one frame: a row a particle, a joint where the least
 * angle between two groups is. The tolerance is a line across it, which a hand or the arrow keys move;
 * what joins before the line is one cluster. The line is a slider of the browser's own, laid over the tree.
 */
import type { Dendrogram } from '../../diagnostics/clusters.ts';
import type { Trace } from '../api.ts';
import { fill, h, setAttribute, setVariable, svg } from '../dom.ts';
import { decimal } from '../format.ts';
import { controlsOf } from '../locks.ts';
import type { Page } from '../page.ts';
import { pinToken, selectedToken, tokenName } from '../page.ts';
import { tokenColours } from '../token-colours.ts';
import { roundTicks } from './geometry.ts';
import { largestTolerance, toleranceOf, treeAt } from './groups.ts';
import type { Panel } from './panel.ts';

const top = 10;
const foot = 38;
/** px between two rows, for few particles and for many. */
const rows = { few: 26, many: 17 };
const several = 24;

/** A joint: its two arms begin where their groups were joined, at 0 for a particle. */
export interface Joint {
  readonly height: number;
  readonly arms: readonly { readonly height: number; readonly row: number }[];
  /** Any particle of the group. */
  readonly member: number;
}

export interface TreeLayout {
  /** Particles from the top row down. */
  readonly order: readonly number[];
  readonly joints: readonly Joint[];
}

/** Rows such that no arms cross; of two groups the one with the earlier particle is above. */
export function layOutTree({ size, merges }: Dendrogram): TreeLayout {
  const members: number[][] = Array.from({ length: size }, (_, i) => [i]);
  for (const { a, b } of merges) {
    const [upper, lower] = first(members[a]) < first(members[b]) ? [a, b] : [b, a];
    members.push([...members[upper], ...members[lower]]);
  }
  const order = members[members.length - 1] ?? [];
  const row: number[] = [];
  for (const [k, particle] of order.entries()) row[particle] = k;
  const joints = merges.map(({ height, a, b }, k): Joint => {
    const arms = [a, b].map((cluster) => ({
      height: cluster < size ? 0 : merges[cluster - size].height,
      row: row[cluster],
    }));
    row[size + k] = (row[a] + row[b]) / 2;
    return { height, arms, member: members[size + k][0] };
  });
  return { order, joints };
}

const first = (members: readonly number[]) => Math.min(...members);

/** `id` is that of the slider. */
export function createDendrogram(page: Page, id: string): Panel {
  const picture = svg('svg', { class: 'tree', role: 'img' });
  const slider = h('input', { type: 'range', id, class: 'tree-line', min: 0, step: 0.01 });
  const element = h('div', { class: 'dendrogram' }, picture, controlsOf(page, 'tolerance', slider));
  let width = 0;
  let latest: { trace: Trace; layer: number } | null = null;
  const draw = () => {
    if (!latest || width === 0) return;
    const scene = sceneOf(page, latest.trace, latest.layer, width);
    drawTree(page, picture, scene);
    showLine(page, element, slider, scene);
  };
  slider.addEventListener('input', () => page.state.set({ tolerance: Number(slider.value) }));
  picture.addEventListener('pointerleave', () => page.hover.set({ token: null }));
  new ResizeObserver(() => {
    width = element.clientWidth;
    draw();
  }).observe(element);
  return {
    element,
    show(trace, layer) {
      latest = { trace, layer };
      draw();
    },
  };
}

interface Scene extends TreeLayout {
  readonly trace: Trace;
  readonly layer: number;
  readonly tolerance: number;
  readonly largest: number;
  readonly width: number;
  readonly height: number;
  readonly names: readonly string[];
  readonly x: (angle: number) => number;
  readonly y: (row: number) => number;
}

function sceneOf(page: Page, trace: Trace, layer: number, width: number): Scene {
  const names = trace.tokens.map((_, i) => tokenName(trace, i, page.words));
  const from = Math.min(width * 0.4, 18 + 7.4 * Math.max(...names.map(({ length }) => length)));
  const row = names.length > several ? rows.many : rows.few;
  const largest = largestTolerance(trace);
  return {
    ...layOutTree(treeAt(trace, layer)),
    trace,
    layer,
    width,
    names,
    largest,
    tolerance: toleranceOf(page.state.get(), trace),
    height: top + names.length * row + foot,
    x: (angle) => from + ((width - 14 - from) * angle) / largest,
    y: (at) => top + (at + 0.5) * row,
  };
}

function drawTree(page: Page, picture: SVGSVGElement, scene: Scene): void {
  const { width, height } = scene;
  const colours = tokenColours(scene.trace);
  setAttribute(picture, 'viewBox', `0 0 ${width} ${height}`);
  setAttribute(picture, 'aria-label', describe(page, scene));
  fill(
    picture,
    ...scale(page, scene),
    ...scene.joints.map((joint) => drawJoint(scene, joint)),
    ...scene.order.map((particle, row) => drawLeaf(page, scene, particle, row, colours)),
  );
}

function drawJoint({ x, y, tolerance }: Scene, joint: Joint) {
  const [upper, lower] = joint.arms;
  const [across, from, to] = [x(joint.height), y(upper.row), y(lower.row)].map((v) => v.toFixed(1));
  const d = `M${x(upper.height).toFixed(1)} ${from}H${across}V${to}H${x(lower.height).toFixed(1)}`;
  const joined = joint.height <= tolerance;
  return svg('path', { class: joined ? 'joint joined' : 'joint', d });
}

function drawLeaf(
  page: Page,
  { x, y, names }: Scene,
  particle: number,
  row: number,
  colours: readonly string[],
): SVGElement {
  const chosen = selectedToken(page);
  const state = chosen === particle ? ' selected' : chosen === null ? '' : ' dimmed';
  const preview = () => page.hover.set({ token: particle });
  const leaf = svg(
    'g',
    { class: `leaf${state}`, click: () => pinToken(page, particle), pointerenter: preview },
    svg('circle', { cx: x(0), cy: y(row), r: 4 }),
    svg('text', { class: 'leaf-name', x: x(0) - 10, y: y(row) + 4.5 }, names[particle]),
  );
  setVariable(leaf, '--colour', colours[particle]);
  return leaf;
}

/** Angles along the foot. */
function scale(page: Page, { x, width, height, largest }: Scene): SVGElement[] {
  const { language } = page.state.get();
  const bottom = height - foot;
  const ticks = roundTicks(0, largest, Math.max(2, (x(largest) - x(0)) / 70));
  const title = { class: 'grid-text', x: (x(0) + width - 14) / 2, y: height - 5 };
  return [
    ...ticks.flatMap((tick) => [
      svg('line', { class: 'grid-line', x1: x(tick), x2: x(tick), y1: top, y2: bottom }),
      svg(
        'text',
        { class: 'grid-text', x: x(tick), y: bottom + 15, 'text-anchor': 'middle' },
        decimal(tick, language, 1),
      ),
    ]),
    svg('text', { ...title, 'text-anchor': 'middle' }, page.words.treeAxis),
  ];
}

/** Joints in words, the closest first. */
function describe(page: Page, { joints, order, names, layer, trace }: Scene): string {
  const { language } = page.state.get();
  const told = joints.map(({ height, arms }) => {
    const ends = arms.map(({ row }) => names[order[Math.round(row)]]);
    return page.words.treeJoint(ends[0], ends[1], decimal(height, language, 2));
  });
  return page.words.treeLabel(trace.layers[layer], told.join('; '));
}

/** The slider lies where the angles are, and its thumb is as high as the tree. */
function showLine(page: Page, element: HTMLElement, slider: HTMLInputElement, scene: Scene): void {
  const { x, largest, height, tolerance } = scene;
  setVariable(element, '--from', `${x(0)}px`);
  setVariable(element, '--span', `${x(largest) - x(0)}px`);
  setVariable(element, '--height', `${height - foot}px`);
  slider.max = String(largest);
  slider.value = String(tolerance);
  setAttribute(slider, 'aria-valuetext', toleranceText(page, tolerance));
}

/** "0.50 rad (29°)" */
export function toleranceText({ state, words }: Page, tolerance: number): string {
  const { language } = state.get();
  const degrees = decimal((tolerance * 180) / Math.PI, language, 0);
  return words.toleranceValue(decimal(tolerance, language, 2), degrees);
}
