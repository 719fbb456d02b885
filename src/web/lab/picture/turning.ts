/** Turning a picture with depth: by a drag, or by the arrow keys while it has the focus. */
import type { Lab } from '../lab.ts';
import type { Painter } from './painter.ts';

/** Degrees a pixel, and a key. */
const BY_PIXEL = 0.5;
const BY_KEY = 5;

const keys: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [BY_KEY, 0],
  ArrowRight: [-BY_KEY, 0],
  ArrowUp: [0, -BY_KEY],
  ArrowDown: [0, BY_KEY],
};

export interface Turned {
  readonly yaw: number;
  readonly pitch: number;
}

/** How the picture is turned: while it is dragged ahead of the settings, which are told at the end. */
export function createTurning(
  lab: Lab,
  canvas: HTMLCanvasElement,
  painter: Painter,
  redraw: () => void,
): () => Turned {
  let dragged: Turned | null = null;
  const turns = () => {
    const { shown } = lab.session.get();
    return shown !== null && painter.look(shown).space.view === 'ball';
  };
  const turned = (yaw: number, pitch: number): Turned => {
    const before = dragged ?? lab.settings();
    const around = (((before.yaw + yaw) % 360) + 360) % 360;
    return { yaw: around, pitch: Math.max(-90, Math.min(90, before.pitch + pitch)) };
  };
  /** Whole degrees, so that a link is short. */
  const tell = ({ yaw, pitch }: Turned) =>
    lab.change({ yaw: Math.round(yaw) % 360, pitch: Math.round(pitch) });
  let last: readonly [number, number] | null = null;
  canvas.addEventListener('pointerdown', (event) => {
    if (!turns() || event.button !== 0) return;
    last = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!last) return;
    const [x, y] = [event.clientX - last[0], event.clientY - last[1]];
    last = [event.clientX, event.clientY];
    dragged = turned(-BY_PIXEL * x, BY_PIXEL * y);
    redraw();
  });
  for (const name of ['pointerup', 'pointercancel'])
    canvas.addEventListener(name, () => {
      last = null;
      if (dragged) tell(dragged);
      dragged = null;
    });
  canvas.addEventListener('keydown', (event) => {
    const by = keys[event.key];
    if (!by || !turns()) return;
    event.preventDefault();
    tell(turned(...by));
  });
  return () => dragged ?? lab.settings();
}
