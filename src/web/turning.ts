/** Turning a picture with depth: by a drag, or by the arrow keys while it has the focus. */

/** Degrees a pixel, and a key. */
const BY_PIXEL = 0.5;
const BY_KEY = 5;

const keys: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [BY_KEY, 0],
  ArrowRight: [-BY_KEY, 0],
  ArrowUp: [0, -BY_KEY],
  ArrowDown: [0, BY_KEY],
};

/** Degrees: around the upright axis, then towards the reader. */
export interface Turned {
  readonly yaw: number;
  readonly pitch: number;
}

export interface Turnable {
  readonly element: HTMLElement;
  /** Whether what is shown now can be turned. */
  readonly turns: () => boolean;
  /** As the settings have it, in whole degrees so that a link is short. */
  readonly settled: () => Turned;
  readonly settle: (turned: Turned) => void;
  readonly redraw: () => void;
}

/** How the picture is turned: while it is dragged ahead of the settings, which are told at the end. */
export function createTurning(picture: Turnable): () => Turned {
  const { element, turns, settled, redraw } = picture;
  let dragged: Turned | null = null;
  const turned = (yaw: number, pitch: number): Turned => {
    const before = dragged ?? settled();
    const around = (((before.yaw + yaw) % 360) + 360) % 360;
    return { yaw: around, pitch: Math.max(-90, Math.min(90, before.pitch + pitch)) };
  };
  const settle = ({ yaw, pitch }: Turned) =>
    picture.settle({ yaw: Math.round(yaw) % 360, pitch: Math.round(pitch) });
  let last: readonly [number, number] | null = null;
  element.addEventListener('pointerdown', (event) => {
    if (!turns() || event.button !== 0) return;
    last = [event.clientX, event.clientY];
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', (event) => {
    if (!last) return;
    const [x, y] = [event.clientX - last[0], event.clientY - last[1]];
    last = [event.clientX, event.clientY];
    dragged = turned(-BY_PIXEL * x, BY_PIXEL * y);
    redraw();
  });
  for (const name of ['pointerup', 'pointercancel'])
    element.addEventListener(name, () => {
      last = null;
      if (dragged) settle(dragged);
      dragged = null;
    });
  element.addEventListener('keydown', (event) => {
    const by = keys[event.key];
    if (!by || !turns()) return;
    event.preventDefault();
    event.stopPropagation();
    settle(turned(...by));
  });
  return () => dragged ?? settled();
}
