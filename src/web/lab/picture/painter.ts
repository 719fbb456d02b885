/**
 * Paints a frame of a run, whatever its space: what the run's colours, axes and scale are is found out once
 * and kept. Not where the picture stands, nor what a hand does to it (stage.ts).
 */
import type { Matrix } from '../../../numerics/matrix.ts';
import { compact, percent } from '../../format.ts';
import type { Turned } from '../../turning.ts';
import type { LabFrame, RunAbout } from '../frame.ts';
import type { Lab } from '../lab.ts';
import type { Laws } from '../law/laws.ts';
import { entryOf } from '../settings.ts';
import { drawBall } from './ball.ts';
import { type Brush, clear } from './brush.ts';
import { drawCircle } from './circle.ts';
import type { Inks } from './inks.ts';
import { drawPlane, extentOf } from './plane.ts';
import {
  type Axes,
  axesOf,
  colourClasses,
  coordinates,
  drawnOf,
  type Space,
  spaceOf,
} from './scene.ts';

/** What all frames of a run share. */
interface Look {
  readonly space: Space;
  readonly axes: Axes;
  readonly chosen: readonly number[] | null;
  readonly classes: Uint8Array | null;
  extent: number | null;
  /** By what is seen of a frame. */
  readonly places: WeakMap<Matrix, Matrix>;
}

export interface Hand {
  /** The particle that is held or chosen. */
  readonly chosen: number | null;
  /** Positions as the hand has them, in place of the frame's. */
  readonly moved: Matrix | null;
}

export interface Painter {
  /** Frames before it, the latest first, are its trail. */
  paint(
    brush: Brush,
    frame: LabFrame,
    before: readonly LabFrame[],
    hand: Hand,
    turned: Turned,
  ): void;
  look(frame: LabFrame): Pick<Look, 'space' | 'axes' | 'chosen'>;
  /** [n, 2 or 3]: what is drawn of a frame; null where nothing is one by one. */
  places(frame: LabFrame): Matrix | null;
}

export function createPainter(lab: Lab, laws: Laws): Painter {
  const looks = new WeakMap<RunAbout, Look>();

  function lookOf(frame: LabFrame): Look {
    const known = looks.get(frame.of);
    if (known) return known;
    const first = lab.session.film().find(({ of }) => of === frame.of) ?? frame;
    const look = makeLook(first);
    looks.set(frame.of, look);
    return look;
  }

  const places = (frame: LabFrame) => placesOf(frame, lookOf(frame));

  return {
    look: lookOf,
    places,
    paint(brush, frame, before, hand, { yaw, pitch }) {
      clear(brush);
      const look = lookOf(frame);
      const points = hand.moved ?? places(frame);
      const { labels } = frame.of;
      const first = entryOf(frame.of.settings).properties.causal;
      const shared = { classes: look.classes, masses: frame.masses, labels, first };
      if (look.space.view === 'circle')
        return drawCircle(brush, {
          ...shared,
          points,
          shares: frame.shares,
          law: laws.at(frame),
          chosen: hand.chosen,
        });
      if (!points) return;
      const trail = before.flatMap((one) => places(one) ?? []);
      look.extent = scaleOf(points, look);
      if (look.space.view === 'plane')
        return drawPlane(brush, { ...shared, points, trail, extent: look.extent });
      const globe = look.space.onSphere && look.space.d === 3;
      drawBall(brush, {
        ...shared,
        points,
        trail,
        yaw,
        pitch,
        globe,
        extent: look.extent,
        inBall: look.space.onSphere,
        axes: globe ? [] : axisNames(lab, look),
      });
    },
  };
}

function makeLook(first: LabFrame): Look {
  const { settings } = first.of;
  const entry = entryOf(settings);
  const space = spaceOf(entry, settings.d);
  const n = first.positions?.rows ?? settings.n;
  const [axes, chosen] = [axesOf(first, space), drawnOf(n, space)];
  const places = new WeakMap<Matrix, Matrix>();
  const look: Look = { space, axes, chosen, classes: null, extent: null, places };
  const points = placesOf(first, look);
  // Where few have names, everyone has a colour of its own.
  const byOrder = entry.properties.causal || first.of.labels !== null;
  return { ...look, classes: points && colourClasses(points, COLOURS, byOrder) };
}

/** As many as the inks' wheel has. */
const COLOURS = 7;

function placesOf(frame: LabFrame, { space, axes, chosen, places }: Look): Matrix | null {
  const seen = frame.view ?? frame.positions;
  if (!seen || frame.shares) return null;
  const known = places.get(seen);
  if (known) return known;
  const found = coordinates(frame, space, axes, chosen);
  if (found) places.set(seen, found);
  return found;
}

function scaleOf(points: Matrix, { space, extent }: Look): number {
  return space.onSphere ? 1 : extentOf(points, extent);
}

function axisNames({ words, page }: Lab, { axes }: Look): string[] {
  const { language } = page.state.get();
  const name = (k: number) =>
    axes ? words.axis(k, percent(axes.explained[k - 1], language)) : words.coordinate(k);
  return [1, 2, 3].map(name);
}

/** A brush for a context that is scaled to CSS pixels. */
export function brushFor(
  lab: Lab,
  context: CanvasRenderingContext2D,
  inks: Inks,
  width: number,
  height: number,
): Brush {
  const { language } = lab.page.state.get();
  return { context, width, height, inks, number: (value) => compact(value, language) };
}
