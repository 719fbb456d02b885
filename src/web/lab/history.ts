/**
 * The angles of all particles on a circle over the time of the run: lines that meet are clusters that merge.
 * Drawn on as frames come; a run of very many particles has none.
 */
import { colour } from '../colours.ts';
import { h, setAttribute } from '../dom.ts';
import type { LabFrame } from './frame.ts';
import type { Lab } from './lab.ts';
import { framePlan } from './options.ts';
import { readInks } from './picture/inks.ts';
import { colourClasses } from './picture/scene.ts';
import { entryOf } from './settings.ts';

const HEIGHT = 220;
/** More lines than this are a blur; the first particles stand for all. */
const MOST_LINES = 300;
/** A particle that moves further than this between frames went around the back, or jumped. */
const WRAP = Math.PI;

export function createHistory(lab: Lab): HTMLElement {
  const { session, words, page } = lab;
  const canvas = h('canvas', { class: 'lab-history', role: 'img' });
  const marker = h('i', { class: 'lab-marker' });
  const holder = h('div', { class: 'lab-history-holder' }, canvas, marker);
  const context = canvas.getContext('2d');
  const element = h(
    'section',
    { class: 'card lab-over-time', hidden: true },
    h('h2', {}, words.history),
    h('p', { class: 'hint' }, words.historyHint),
    holder,
  );
  let width = 0;
  let inks = readInks();
  let of: LabFrame['of'] | null = null;
  let classes: Uint8Array | null = null;
  /** The frame up to which it is drawn. */
  let until: LabFrame | null = null;

  const placeOf = ({ of: { settings }, time }: LabFrame) => {
    const { end } = framePlan(settings);
    if (settings.pace !== 'log') return (width * time) / end;
    const least = Math.log(settings.step);
    const share = time > 0 ? (Math.log(time) - least) / (Math.log(end) - least) : 0;
    return width * Math.max(0, share);
  };

  function restart(): void {
    if (!context) return;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(HEIGHT * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    until = null;
    grid(context, width);
  }

  /** Draws the frames that came since. */
  function draw(): void {
    const { shown } = session.get();
    element.hidden = !shown || !isCircle(shown);
    if (!shown || element.hidden || !context) return;
    if (holder.clientWidth !== width) {
      width = holder.clientWidth;
      restart();
    }
    if (shown.of !== of) {
      of = shown.of;
      classes = classesOf(session.film().find((frame) => frame.of === of) ?? shown);
      restart();
    }
    for (const frame of session.film()) {
      if (frame.of !== of || (until && frame.index <= until.index)) continue;
      if (until) segments(context, until, frame);
      until = frame;
    }
    marker.style.setProperty('left', `${placeOf(shown)}px`);
    setAttribute(canvas, 'aria-label', words.history);
  }

  function segments(on: CanvasRenderingContext2D, from: LabFrame, to: LabFrame): void {
    if (!from.positions || !to.positions) return;
    const [a, b] = [from.positions.data, to.positions.data];
    const [x, u] = [placeOf(from), placeOf(to)];
    const n = Math.min(to.positions.rows, MOST_LINES);
    const y = (angle: number) => HEIGHT / 2 - (angle / (2 * Math.PI)) * (HEIGHT - 8);
    on.lineWidth = n > 100 ? 0.8 : 1.4;
    on.globalAlpha = n > 100 ? 0.6 : 0.85;
    inks.wheel.forEach((ink, k) => {
      on.strokeStyle = ink;
      on.beginPath();
      for (let i = 0; i < n; i++) {
        if (classes?.[i] !== k) continue;
        const before = Math.atan2(a[2 * i + 1], a[2 * i]);
        const after = Math.atan2(b[2 * i + 1], b[2 * i]);
        if (Math.abs(after - before) > WRAP) continue;
        on.moveTo(x, y(before));
        on.lineTo(u, y(after));
      }
      on.stroke();
    });
    on.globalAlpha = 1;
  }

  new ResizeObserver(() => draw()).observe(holder);
  let asked = 0;
  session.subscribe((now, before) => {
    if (now.shown === before.shown) return;
    if (asked === 0)
      asked = requestAnimationFrame(() => {
        asked = 0;
        draw();
      });
  });
  page.state.subscribe((now, before) => {
    if (now.theme === before.theme) return;
    inks = readInks();
    restart();
    draw();
  });
  return element;
}

function grid(context: CanvasRenderingContext2D, width: number): void {
  context.strokeStyle = colour('--line');
  context.lineWidth = 1;
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const y = 4 + share * (HEIGHT - 8);
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
  }
}

const isCircle = ({ of: { settings }, shares }: LabFrame) =>
  settings.d === 2 && entryOf(settings).space === 'sphere' && !shares;

function classesOf(first: LabFrame): Uint8Array | null {
  const { causal } = entryOf(first.of.settings).properties;
  const byOrder = causal || first.of.labels !== null;
  return first.positions && colourClasses(first.positions, 7, byOrder);
}
