/** How items of work become tasks, and tasks the job arrays that a cluster takes. Pure: nothing is asked of Slurm. */

export interface Sizes {
  /** Items to do. */
  readonly items: number;
  /** Of one item on one core; null where it is not known. */
  readonly secondsPerItem: number | null;
  /** Of a task. */
  readonly cores: number;
  /** Tasks that can run at a time, as far as that is known. */
  readonly slots: number;
  /** Most tasks that the cluster takes. */
  readonly room: number;
  /** Of a task; null where there is none. */
  readonly timeLimit: number | null;
}

/** Seconds that a task shall take, and the least that is worth its start: a task costs about three. */
const TASK = 600;
const LEAST_TASK = 30;

/** Tasks of a folder: lists of their indexes stay short enough for a command line. */
export const MOST_TASKS = 10_000;

/** Rounds of all slots up to which the last one is filled: beyond, an uneven end costs little. */
const FEW_ROUNDS = 4;

/**
 * How many tasks: as many as take minutes, more where slots would stay empty, fewer where the cluster takes no more.
 * At most one an item; every core of a task has one as far as the items reach.
 */
export function taskCount({ items, secondsPerItem, cores, slots, room, timeLimit }: Sizes): number {
  const most = Math.max(1, Math.min(Math.ceil(items / cores), room, MOST_TASKS));
  // of what nobody knows the cost, a task has what its cores do at a time
  if (secondsPerItem === null) return most;
  const seconds = (items * secondsPerItem) / cores;
  const filling = Math.min(slots, seconds / LEAST_TASK);
  const lasting = seconds / Math.min(TASK, (timeLimit ?? Number.POSITIVE_INFINITY) / 2);
  const count = Math.ceil(Math.max(1, filling, lasting));
  const rounds = Math.ceil(count / slots);
  const even = count > slots && rounds <= FEW_ROUNDS ? rounds * slots : count;
  return Math.min(most, even);
}

/** Items dealt out by turns, so that costly corners of a grid are shared evenly. */
export function deal<T>(items: readonly T[], tasks: number): T[][] {
  const dealt: T[][] = Array.from({ length: tasks }, () => []);
  items.forEach((item, k) => void dealt[k % tasks].push(item));
  return dealt;
}

/** A job array: of the tasks `offset` + index. */
export interface Chunk {
  readonly offset: number;
  /** Each below the size that the cluster allows, rising. */
  readonly indexes: readonly number[];
  /** Tasks at a time; null for no throttle. */
  readonly throttle: number | null;
  /** Which chunk must be over before: there are more chunks than tasks may run. */
  readonly after: number | null;
}

/**
 * Arrays for these tasks (rising), whose indexes stay below `size`. A throttle of `most` tasks at a time is divided
 * over them; where there are more arrays than that, they go in `most` lanes, one after the other.
 */
export function chunksOf(tasks: readonly number[], size: number, most: number | null): Chunk[] {
  const byOffset = new Map<number, number[]>();
  for (const task of tasks) {
    const offset = task - (task % size);
    const indexes = byOffset.get(offset) ?? [];
    indexes.push(task - offset);
    byOffset.set(offset, indexes);
  }
  const parts = [...byOffset].map(([offset, indexes]) => ({ offset, indexes }));
  const lanes = Math.min(most ?? parts.length, parts.length);
  return parts.map(({ offset, indexes }, k) => ({
    offset,
    indexes,
    throttle: most === null ? null : Math.floor(most / lanes) + (k % lanes < most % lanes ? 1 : 0),
    after: k < lanes ? null : k - lanes,
  }));
}
