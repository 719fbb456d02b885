/** A progress bar for work that may be over at once. */

export interface Progress {
  /** How far it is, and what the format's other names stand for. */
  update(value: number, total: number, shown?: Readonly<Record<string, string | number>>): void;
  stop(): void;
}

/** A run that is done within so many milliseconds shows no bar. */
const PATIENCE = 500;

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
  return {
    update(value, total, shown) {
      if (state === 'waiting' && performance.now() - begun >= PATIENCE) {
        bar.start(total, 0);
        state = 'shown';
      }
      if (state === 'shown') bar.update(value, shown);
    },
    stop() {
      if (state === 'shown') bar.stop();
      state = 'over';
    },
  };
}
