/** A page that only hands the simulation's client to the tests, with frames and problems as JSON, and hashes of results. */
import type { SimulationReport } from '../../../src/flow/simulate.ts';
import { type ProblemDetails, RequestError } from '../../../src/web/problem-details.ts';
import { runSimulation } from '../../../src/web/simulation/client.ts';
import type { RunOptions } from '../../../src/web/simulation/messages.ts';

/** How the page deals with a run. */
export interface Conduct {
  /** Leaves the loop, or aborts, at so many frames; or aborts after so many milliseconds. */
  readonly leaveAt?: number;
  readonly abortAt?: number;
  readonly abortAfter?: number;
  /** Milliseconds that the page is busy with the first frame. */
  readonly hold?: number;
}

export interface Outcome {
  readonly frames: { readonly time: number; readonly positions: number[] }[];
  readonly report: SimulationReport | null;
  /** The problem, what else was thrown as text, or null. */
  readonly error: ProblemDetails | string | null;
  /** Replies that had come when the page was done with the first frame. */
  readonly ahead: number;
  /** Replies that came between the abort and the end. */
  readonly late: number;
}

let replies = 0;

/** Counts what workers send. */
globalThis.Worker = class extends Worker {
  constructor(...start: ConstructorParameters<typeof Worker>) {
    super(...start);
    this.addEventListener('message', () => {
      replies += 1;
    });
  }
};

async function simulate(options: RunOptions, conduct: Conduct): Promise<Outcome> {
  const control = new AbortController();
  let heard = Number.NaN;
  const abort = () => {
    heard = replies;
    control.abort(new Error('enough'));
  };
  if (conduct.abortAfter !== undefined) setTimeout(abort, conduct.abortAfter);
  const run = runSimulation(options, { signal: control.signal });
  const frames: Outcome['frames'] = [];
  let ahead = 0;
  let error: Outcome['error'] = null;
  replies = 0;
  try {
    for await (const { time, positions } of run) {
      frames.push({ time, positions: [...positions.data] });
      if (frames.length === 1) {
        await new Promise((resolve) => setTimeout(resolve, conduct.hold ?? 0));
        ahead = replies;
      }
      if (frames.length === conduct.leaveAt) break;
      if (frames.length === conduct.abortAt) abort();
    }
  } catch (thrown) {
    error = thrown instanceof RequestError ? thrown.details : String(thrown);
  }
  return { frames, report: run.report(), error, ahead, late: replies - heard };
}

declare global {
  var simulateInWorker: typeof simulate;
  var digestsHere: () => Promise<Record<string, string>>;
}
globalThis.simulateInWorker = simulate;
globalThis.digestsHere = async () => (await import('../../portable/runs.ts')).portableDigests();
