/**
 * The frames of a run that are kept to look back at: all of them while they are few, then every second,
 * every fourth …, so that a run of any length needs no more than so much memory. Not how they come about.
 */

export interface Kept {
  readonly index: number;
}

export interface Film<F extends Kept> {
  /** Adds the next frame, of an index above all before. */
  push(frame: F): void;
  /** The frame of that index or the one kept before it; null for an empty film. */
  at(index: number): F | null;
  /** The next one kept after that index; null where there is none. */
  after(index: number): F | null;
  latest(): F | null;
  /** Puts a frame in the place of the kept one of its index; false where there is none. */
  put(frame: F): boolean;
  /** Rising; always with the first and the latest. */
  frames(): readonly F[];
  clear(): void;
}

export interface FilmBounds<F> {
  readonly most: number;
  readonly bytes: number;
  readonly sizeOf: (frame: F) => number;
}

export function createFilm<F extends Kept>({ most, bytes, sizeOf }: FilmBounds<F>): Film<F> {
  let frames: F[] = [];
  let stride = 1;
  let held = 0;
  const within = (index: number) => {
    let low = 0;
    let high = frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (frames[middle].index <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const thin = () => {
    stride *= 2;
    const latest = frames.length - 1;
    frames = frames.filter(({ index }, i) => index % stride === 0 || i === latest);
    held = frames.reduce((sum, frame) => sum + sizeOf(frame), 0);
  };
  return {
    push(frame) {
      const before = frames.at(-1);
      // The latest was kept for being the latest.
      if (before && before.index % stride !== 0) held -= sizeOf(frames.pop() ?? before);
      frames.push(frame);
      held += sizeOf(frame);
      while ((frames.length > most || held > bytes) && frames.length > 2) thin();
    },
    at: (index) => frames[Math.max(0, within(index) - 1)] ?? null,
    after: (index) => frames[within(index)] ?? null,
    latest: () => frames.at(-1) ?? null,
    put(frame) {
      const place = within(frame.index) - 1;
      if (frames[place]?.index !== frame.index) return false;
      held += sizeOf(frame) - sizeOf(frames[place]);
      frames[place] = frame;
      return true;
    },
    frames: () => frames,
    clear() {
      frames = [];
      stride = 1;
      held = 0;
    },
  };
}
