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

export function createTurning(lab: Lab, canvas: HTMLCanvasElement, painter: Painter): void {
  const turns = () => {
    const { shown } = lab.session.get();
    return shown !== null && painter.look(shown).space.view === 'ball';
  };
  const turn = (yaw: number, pitch: number) => {
    const before = lab.settings();
    const around = Math.round(before.yaw + yaw);
    lab.change({
      yaw: ((around % 360) + 360) % 360,
      pitch: Math.max(-90, Math.min(90, Math.round(before.pitch + pitch))),
    });
  };
  let last: readonly [number, number] | null = null;
  canvas.addEventListener('pointerdown', (event) => {
    if (!turns() || event.button !== 0) return;
    last = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!last) return;
    const [x, y] = [event.clientX - last[0], event.clientY - last[1]];
    // Whole degrees are kept, so that a link is short; what is less waits for the next move.
    if (Math.abs(x) + Math.abs(y) < 2) return;
    last = [event.clientX, event.clientY];
    turn(-BY_PIXEL * x, BY_PIXEL * y);
  });
  for (const name of ['pointerup', 'pointercancel'])
    canvas.addEventListener(name, () => {
      last = null;
    });
  canvas.addEventListener('keydown', (event) => {
    const by = keys[event.key];
    if (!by || !turns()) return;
    event.preventDefault();
    turn(...by);
  });
}
