/** How fast frames follow each other: rests between them, and tells how many there were a second. */

export interface Pacer {
  /** Until the next frame is due; at least until the page has done what else there is. */
  rest(): Promise<void>;
  /** Frames a second of late; null until that is known. */
  rate(): number | null;
}

/** Frames that the rate is of. */
const COUNTED = 30;
/** Frames that were missed by more than this are not made up for. */
const FORGIVEN = 100;

/** `perSecond` may be infinite: as fast as frames come. */
export function createPacer(perSecond: number): Pacer {
  const times: number[] = [];
  let due = performance.now();
  return {
    async rest() {
      const now = performance.now();
      times.push(now);
      if (times.length > COUNTED) times.shift();
      due = Math.max(due + 1000 / perSecond, now - FORGIVEN);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - now)));
    },
    rate() {
      const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
      return times.length < 10 || span === 0 ? null : (1000 * (times.length - 1)) / span;
    },
  };
}
