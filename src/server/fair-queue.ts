/**
 * A queue that is fair to whoever asks: one request of each in turn, so that who asks a lot waits behind who asks
 * once. Not the work: a thread each, whoever enters does it.
 */

/** All threads are busy and the queue is full, or the work took too long: ask again later. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  /** Seconds until asking again makes sense. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

export interface FairQueue {
  /**
   * Resolves when it is this request's turn, with a function to be called when its work is done. Rejects with
   * BusyError, which says the place and how long it would wait: where the queue is full of others who wait for no more, and
   * when somebody who waits for less needs the place. A request that is `gone` leaves the queue.
   */
  enter(owner: string, gone?: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: BusyError) => void;
}

/** Of the time that work took, how much the last one counts. */
const LAST_COUNTS = 0.2;

/** So many work at a time, and at most so many wait; `forWhat` says in messages for what. */
export function fairQueue(working: number, most: number, forWhat = 'for a worker'): FairQueue {
  let free = working;
  let waiting = 0;
  /** Seconds that work takes, on average; null until there was some. */
  let usual: number | null = null;
  /** Whose turn it is first; nobody is here who does not wait. */
  const lines = new Map<string, Waiting[]>();

  const busy = () => {
    const seconds = Math.max(1, Math.ceil(((waiting + 1) / working) * (usual ?? 1)));
    return new BusyError(
      `the queue ${forWhat} is full: place ${waiting + 1} in it would be served in about ${seconds} s, ask again then`,
      seconds,
    );
  };

  const remove = (owner: string, one: Waiting) => {
    const left = lines.get(owner)?.filter((other) => other !== one) ?? [];
    if (left.length > 0) lines.set(owner, left);
    else lines.delete(owner);
    waiting--;
  };

  /** The last request of whoever has most, where that is more than the owner would have; else null. */
  const displaced = (owner: string) => {
    const [greediest, line] = [...lines].reduce((best, next) =>
      next[1].length > best[1].length ? next : best,
    );
    const own = lines.get(owner)?.length ?? 0;
    return line.length > own + 1 ? { owner: greediest, one: line[line.length - 1] } : null;
  };

  const begin = () => {
    const begun = performance.now();
    let done = false;
    return () => {
      if (done) return;
      done = true;
      const seconds = (performance.now() - begun) / 1000;
      usual = usual === null ? seconds : usual + LAST_COUNTS * (seconds - usual);
      const [next] = lines;
      if (!next) {
        free++;
        return;
      }
      const [owner, [first]] = next;
      remove(owner, first);
      // behind all others for the next turn
      const rest = lines.get(owner);
      if (rest) {
        lines.delete(owner);
        lines.set(owner, rest);
      }
      first.begin();
    };
  };

  return {
    async enter(owner, gone) {
      gone?.throwIfAborted();
      if (free > 0) {
        free--;
        return begin();
      }
      if (waiting >= most) {
        const other = waiting > 0 ? displaced(owner) : null;
        if (!other) throw busy();
        other.one.refuse(busy());
        remove(other.owner, other.one);
      }
      await new Promise<void>((resolve, reject) => {
        const one = { begin: resolve, refuse: reject };
        lines.set(owner, [...(lines.get(owner) ?? []), one]);
        waiting++;
        gone?.addEventListener('abort', () => {
          if (!lines.get(owner)?.includes(one)) return;
          remove(owner, one);
          reject(gone.reason);
        });
      });
      return begin();
    },
  };
}
