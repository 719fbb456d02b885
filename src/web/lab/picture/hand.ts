/**
 * A hand on the particles of a circle: by pointer on the picture, or by two fields below it. A moved particle
 * makes the positions the start of a new run, at time 0.
 */
import { type Matrix, matrix } from '../../../numerics/matrix.ts';
import { fillTrack, h, setAttribute } from '../../dom.ts';
import { decimal } from '../../format.ts';
import { rested } from '../controls/field.ts';
import type { LabFrame } from '../frame.ts';
import { fitsLink, readGiven } from '../given.ts';
import type { Lab } from '../lab.ts';
import { angleAt, circleLayout, particleAt } from './circle.ts';
import type { Hand, Painter } from './painter.ts';

/** Milliseconds that a slider rests before its particle is let go. */
const REST = 80;
/** Pixels within which a finger means a particle. */
const REACH = 18;

export interface HandOnCircle {
  readonly element: HTMLElement;
  state(shown: LabFrame): Hand;
}

export function createHand(
  lab: Lab,
  canvas: HTMLCanvasElement,
  painter: Painter,
  redraw: () => void,
): HandOnCircle {
  const { session, words } = lab;
  let held: { particle: number; moved: Matrix; frame: LabFrame } | null = null;
  let chosen: number | null = null;

  /** The frame, if there are particles on a circle that can be moved, and may be. */
  const open = (): { frame: LabFrame; points: Matrix } | null => {
    const { shown } = session.get();
    if (!shown || lab.locked() || painter.look(shown).space.view !== 'circle') return null;
    // A run that is about to begin has positions, but no frame yet.
    const { given, start } = lab.settings();
    const coming = start === 'given' && given !== shown.of.settings.given;
    const points = coming ? readGiven(given, 2) : painter.places(shown);
    return points && { frame: shown, points };
  };

  function grasp(event: PointerEvent): void {
    const place = open();
    if (!place || event.button !== 0) return;
    const particle = particleAt(layoutOf(canvas), place.points, ...within(canvas, event), REACH);
    if (particle === null) return;
    session.pause();
    canvas.setPointerCapture(event.pointerId);
    chosen = particle;
    held = { particle, moved: place.points, frame: place.frame };
    showFields();
    redraw();
  }

  function move(event: PointerEvent): void {
    if (!held) {
      const place = open();
      const over =
        place && particleAt(layoutOf(canvas), place.points, ...within(canvas, event), REACH);
      return void canvas.classList.toggle('over', over !== null);
    }
    const angle = angleAt(layoutOf(canvas), ...within(canvas, event));
    held.moved = withAngle(held.moved, held.particle, angle);
    showFields();
    redraw();
  }

  /** A slider on its way moves the particle; where it rests the run begins. */
  const letGo = rested(() => drop(), REST);

  function drop(): void {
    const before = held;
    held = null;
    if (before && before.moved !== before.frame.positions) lab.begin(before.moved);
  }

  const which = h('input', {
    type: 'number',
    id: 'lab-hand',
    class: 'entry lab-box',
    min: 1,
    step: 1,
  });
  const angle = h('input', { type: 'range', id: 'lab-hand-angle', min: -180, max: 180, step: 1 });
  const shownAngle = h('output', { for: 'lab-hand-angle' });
  const note = h('p', { class: 'hint', hidden: true }, words.tooMany);
  const element = h(
    'fieldset',
    { class: 'lab-hand' },
    h('legend', {}, words.hand),
    h('label', { for: 'lab-hand' }, words.handWhich),
    which,
    h('label', { for: 'lab-hand-angle' }, words.handAngle),
    angle,
    shownAngle,
    note,
  );

  function showFields(): void {
    const place = open();
    element.hidden = !place;
    if (!place) return;
    const points = held?.moved ?? place.points;
    const particle = Math.min(chosen ?? 0, points.rows - 1);
    setAttribute(which, 'max', points.rows);
    if (document.activeElement !== which) which.value = String(particle + 1);
    const degrees = Math.round((180 / Math.PI) * angleOf(points, particle));
    if (document.activeElement !== angle || held) angle.value = String(degrees);
    shownAngle.textContent = `${decimal(Number(angle.value), lab.page.state.get().language, 0)}${words.degrees}`;
    setAttribute(angle, 'aria-valuetext', shownAngle.textContent);
    fillTrack(angle);
    note.hidden = lab.settings().start !== 'given' || fitsLink(points);
  }

  which.addEventListener('input', () => {
    const wanted = Number(which.value);
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > Number(which.max)) return;
    chosen = wanted - 1;
    showFields();
    redraw();
  });
  angle.addEventListener('input', () => {
    const place = open();
    if (!place) return;
    session.pause();
    chosen ??= 0;
    const moved = withAngle(
      held?.moved ?? place.points,
      chosen,
      (Math.PI / 180) * Number(angle.value),
    );
    held = { particle: chosen, moved, frame: place.frame };
    showFields();
    redraw();
    letGo(false);
  });
  canvas.addEventListener('pointerdown', grasp);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', drop);
  canvas.addEventListener('pointercancel', drop);
  session.subscribe((now, before) => {
    if (now.shown !== before.shown && !now.playing) showFields();
  });
  lab.onSettings(showFields);
  showFields();
  return {
    element,
    state: (shown) => ({
      chosen,
      moved: held?.frame.of === shown.of ? held.moved : null,
    }),
  };
}

function layoutOf(canvas: HTMLCanvasElement) {
  return circleLayout({ width: canvas.clientWidth, height: canvas.clientHeight });
}

function within(canvas: HTMLCanvasElement, event: PointerEvent): [number, number] {
  const { left, top } = canvas.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

const angleOf = ({ data }: Matrix, i: number) => Math.atan2(data[2 * i + 1], data[2 * i]);

/** The points with one of them at another angle. */
function withAngle(points: Matrix, particle: number, angle: number): Matrix {
  const moved = matrix(points.rows, 2, points.data.slice());
  moved.data.set([Math.cos(angle), Math.sin(angle)], 2 * particle);
  return moved;
}
