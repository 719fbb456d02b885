/** Progress on stderr: a bar for work that may be over at once, and a board for works that run beside each other. */
import { exitOnInterrupt } from '../host/files.ts';

export interface Progress {
  /** How far it is, and what the format's other names stand for. */
  update(value: number, total: number, shown?: Readonly<Record<string, string | number>>): void;
  stop(): void;
}

/** A run that is done within so many milliseconds shows no bar. */
const QUIET_MILLISECONDS = 500;

/** On a terminal a bar on stderr, gone when it stops; elsewhere nothing. */
export async function progressBar(format: string): Promise<Progress> {
  if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const { SingleBar } = (await import('cli-progress')).default;
  const bar = new SingleBar({
    format,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  const begun = performance.now();
  let state: 'waiting' | 'shown' | 'over' = 'waiting';
  let stop = () => {};
  return {
    update(value, total, shown) {
      if (state === 'waiting' && performance.now() - begun >= QUIET_MILLISECONDS) {
        bar.start(total, 0);
        stop = restoring(() => bar.stop());
        state = 'shown';
      }
      if (state === 'shown') bar.update(value, shown);
    },
    stop() {
      stop();
      state = 'over';
    },
  };
}

/** Called once, and at the latest when the process ends: gives the terminal its cursor and its line ends back. */
function restoring(stop: () => void): () => void {
  const restore = () => {
    process.off('exit', restore);
    stop();
  };
  process.once('exit', restore);
  return restore;
}

export interface ProgressBoard {
  /** The share, 0 … 1, that is done of one of the works. */
  update(name: string, share: number): void;
  /** One of them is over; what is said of it stays on the screen. */
  end(name: string, line: string): void;
  stop(): void;
}

/** More bars than these say less. */
const MOST_BARS = 12;

/** On a terminal a bar over all works and one for each that runs; elsewhere a line for each that is over. */
export async function progressBoard(total: number, running: number): Promise<ProgressBoard> {
  if (!process.stderr.isTTY)
    return { update: () => {}, end: (_, line) => console.error(line), stop: () => {} };
  exitOnInterrupt();
  const { MultiBar } = (await import('cli-progress')).default;
  const board = new MultiBar({
    format: '{bar} {name} {percentage} %',
    stream: process.stderr,
    clearOnComplete: true,
  });
  const all = board.create(total, 0, {}, { format: '{bar} {value} of {total}' });
  const free = Array.from({ length: Math.min(running, MOST_BARS) }, () =>
    board.create(1, 0, { name: '' }),
  );
  const taken = new Map<string, (typeof free)[number]>();
  return {
    update(name, share) {
      const bar = taken.get(name) ?? free.shift();
      if (!bar) return;
      taken.set(name, bar);
      bar.update(share, { name });
    },
    end(name, line) {
      const bar = taken.get(name);
      taken.delete(name);
      bar?.update(0, { name: '' });
      if (bar) free.unshift(bar);
      all.increment();
      board.log(`${line}\n`);
    },
    stop: restoring(() => board.stop()),
  };
}
