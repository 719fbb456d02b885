/**
 * Measures frames in a worker of its own: the latest one asked for, and no more than a share of the time,
 * since the run wants the other cores. Not what is measured (messages.ts).
 */
import type { Matrix } from '../../../numerics/matrix.ts';
import type { MeasureQuestion, MeasureReply } from './messages.ts';

type Diagnosed = Extract<MeasureReply, { kind: 'diagnosed' }>;
type Diagnose = Extract<MeasureQuestion, { kind: 'diagnose' }>;

export interface Measurer {
  /** Asks for diagnostics; of questions that come while one is answered only the last is kept. */
  diagnose(question: Diagnose, tell: (found: Diagnosed) => void): void;
  /** Diagnostics of every frame that is asked for, one after the other and without rests: for files. */
  measure(question: Diagnose): Promise<Diagnosed>;
  /** Shares by angle; `positions` are handed over and come back. */
  count(positions: Matrix, bins: number): Promise<{ positions: Matrix; shares: Float64Array }>;
  close(): void;
}

/** Of the time that a measurement took, so much is rested before the next one. */
const REST = 1.5;

interface Asked {
  readonly question: MeasureQuestion;
  readonly transfer: Transferable[];
  readonly tell: (reply: MeasureReply) => void;
  readonly fail: (error: Error) => void;
  /** Else a later question may take its place. */
  readonly isOwed: boolean;
}

/** The worker starts with the first question. */
export function createMeasurer(): Measurer {
  let worker: Worker | null = null;
  let open: Asked | null = null;
  let waiting: Asked | null = null;
  let resting: ReturnType<typeof setTimeout> | undefined;
  /** What is answered in any case, in order. */
  const owed: Asked[] = [];

  function start(): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<MeasureReply>) => done(data));
    started.addEventListener('error', (event) => {
      event.preventDefault();
      fail(new Error(event.message || 'what measures did not load'));
    });
    return started;
  }

  function ask(asked: Asked): void {
    open = asked;
    worker ??= start();
    begun = performance.now();
    worker.postMessage(asked.question, { transfer: asked.transfer });
  }
  let begun = 0;

  function done(reply: MeasureReply): void {
    const answered = open;
    open = null;
    answered?.tell(reply);
    // Pictures and files wait for what is owed, so that comes first and without a rest.
    if (answered && !answered.isOwed)
      resting = setTimeout(rested, REST * (performance.now() - begun));
    next();
  }

  /** Who waits is told; the next question finds another worker. */
  function fail(error: Error): void {
    const asked = [...(open ? [open] : []), ...owed.splice(0)];
    worker?.terminate();
    worker = null;
    open = null;
    for (const one of asked) one.fail(error);
  }

  function rested(): void {
    resting = undefined;
    next();
  }

  function next(): void {
    if (open) return;
    const asked = owed.shift() ?? (resting === undefined ? waiting : null);
    if (!asked) return;
    if (asked === waiting) waiting = null;
    ask(asked);
  }

  return {
    diagnose(question, tell) {
      const listen = (reply: MeasureReply) => reply.kind === 'diagnosed' && tell(reply);
      // Without numbers the run goes on as well; the picture is not theirs.
      const fail = (error: Error) => console.warn(error);
      waiting = { question, transfer: [], tell: listen, fail, isOwed: false };
      next();
    },
    measure: (question) =>
      new Promise((resolve, fail) => {
        const tell = (reply: MeasureReply) => reply.kind === 'diagnosed' && resolve(reply);
        owed.push({ question, transfer: [], tell, fail, isOwed: true });
        next();
      }),
    count: (positions, bins) =>
      new Promise((resolve, fail) => {
        owed.push({
          question: { kind: 'count', positions, bins },
          transfer: [positions.data.buffer as ArrayBuffer],
          tell: (reply) => reply.kind === 'counted' && resolve(reply),
          fail,
          isOwed: true,
        });
        next();
      }),
    close() {
      clearTimeout(resting);
      worker?.terminate();
      worker = null;
      open = null;
      waiting = null;
      owed.length = 0;
    },
  };
}
