/** The picture on the page: it follows the session, is turned, and lets a hand move particles on the circle. */
import { h, prefersStillness, setAttribute } from '../../dom.ts';
import { compact, decimal } from '../../format.ts';
import { createTurning } from '../../turning.ts';
import type { LabFrame } from '../frame.ts';
import { MOST_DOTS } from '../frame.ts';
import type { Lab } from '../lab.ts';
import { createLaws, type Laws } from '../law/laws.ts';
import { entryOf } from '../settings.ts';
import { createHand } from './hand.ts';
import { type Inks, readInks } from './inks.ts';
import { brushFor, createPainter, type Painter } from './painter.ts';

export interface Stage {
  readonly element: HTMLElement;
  readonly painter: Painter;
  readonly inks: () => Inks;
  /** The frames before the one shown that make its trail, the latest first. */
  trail(): LabFrame[];
}

/** Frames of a trail. */
const TRAIL = 24;
/** With less motion, milliseconds between two pictures while it plays. */
const STILL = 500;
const MOST_HEIGHT = 620;

export function createStage(lab: Lab): Stage {
  const { session, page, words } = lab;
  const canvas = h('canvas', { class: 'lab-canvas', tabindex: 0, role: 'img' });
  const context = canvas.getContext('2d');
  const laws = createLaws(() => redraw());
  const painter = createPainter(lab, laws);
  let inks = readInks();
  let size = { width: 0, height: 0 };
  let asked = 0;
  let painted = 0;
  const hint = h('p', { class: 'hint lab-hint' });
  const hand = createHand(lab, canvas, painter, () => redraw());
  const turned = createTurning({
    element: canvas,
    turns: () => {
      const { shown } = session.get();
      return shown !== null && painter.look(shown).space.view === 'ball';
    },
    settled: lab.settings,
    settle: lab.change,
    redraw: () => redraw(),
  });

  const trail = () => {
    const { shown } = session.get();
    if (!shown || prefersStillness()) return [];
    const before = session.film().filter(({ index }) => index < shown.index);
    return before.slice(-TRAIL).reverse();
  };

  function draw(): void {
    asked = 0;
    const { shown, playing } = session.get();
    if (!shown || !context || size.width === 0) return;
    const now = performance.now();
    if (playing && prefersStillness() && now - painted < STILL) return;
    painted = now;
    laws.follow(shown);
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const brush = brushFor(lab, context, inks, size.width, size.height);
    painter.paint(brush, shown, trail(), hand.state(shown), turned());
    describe(shown);
  }

  function redraw(): void {
    if (asked === 0) asked = requestAnimationFrame(draw);
  }

  function describe(shown: LabFrame): void {
    const { language } = page.state.get();
    const { view } = painter.look(shown).space;
    const n = compactCount(shown.positions?.rows ?? shown.of.settings.n, language);
    const time = compact(shown.time, language);
    setAttribute(canvas, 'aria-label', words.pictureLabel(words.views[view], n, time));
    const text = [hintOf(lab, shown, painter), lawHint(lab, shown, laws)].filter(Boolean).join(' ');
    if (hint.textContent !== text) hint.textContent = text;
  }

  function resize(width: number): void {
    size = { width, height: Math.min(width, MOST_HEIGHT) };
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    canvas.style.setProperty('height', `${size.height}px`);
    draw();
  }

  const holder = h('div', { class: 'lab-holder' }, canvas);
  if (context) new ResizeObserver(() => resize(holder.clientWidth)).observe(holder);
  session.subscribe((now, before) => {
    if (now.shown !== before.shown || now.playing !== before.playing) redraw();
  });
  lab.onSettings(redraw);
  page.state.subscribe((now, before) => {
    if (now.theme === before.theme) return;
    inks = readInks();
    redraw();
  });
  return {
    element: h(
      'div',
      { class: 'lab-stage' },
      context ? holder : h('p', { class: 'nothing' }, words.noCanvas),
      hint,
      hand.element,
    ),
    painter,
    trail,
    inks: () => inks,
  };
}

const compactCount = (n: number, language: 'de' | 'en') => decimal(n, language, 0);

/** How to handle the picture, what its colours mean, and what it leaves out. */
function hintOf({ words, page }: Lab, frame: LabFrame, painter: Painter): string {
  const { language } = page.state.get();
  const { space, axes, chosen } = painter.look(frame);
  const n = frame.of.settings.n;
  const count = compactCount(n, language);
  if (frame.shares) return words.counted(count);
  const { settings, labels } = frame.of;
  const { causal } = entryOf(settings).properties;
  const parts = [
    space.view === 'circle' && n <= MOST_DOTS && words.circleHint,
    space.view === 'ball' && words.ballHint,
    axes && words.projected(space.d),
    chosen && words.sampled(compactCount(chosen.length, language), count),
    !labels && (causal ? words.colours.order : words.colours.place),
  ];
  return parts.filter(Boolean).join(' ');
}

function lawHint({ words, page }: Lab, frame: LabFrame, laws: Laws): string | false {
  const until = laws.until(frame);
  if (laws.at(frame)) return words.lawHint;
  return until !== null && words.lawEnds(compact(until, page.state.get().language));
}
