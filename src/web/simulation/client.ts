/**
 * Simulations for the page: runs one in a worker of its own, which is loaded when the run starts, and
 * hands out its frames. Not the simulation (flow/), nor what is drawn of it.
 */
import type { SimulationReport } from '../../flow/simulate.ts';
import { RequestError } from '../problem-details.ts';
import type { Question, Reply, RunFrame, RunOptions } from './messages.ts';

export interface SimulationRun extends AsyncIterable<RunFrame> {
  /** What is known by now: of the engine, merges and notes; null before the first frame. */
  report(): SimulationReport | null;
}

export interface RunContext {
  /** Ends the run at once, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a simulation with the options of the library's `simulate`; it starts when its frames are first
 * asked for, and every loop over them is a run of its own. While the page is busy with a frame the worker
 * computes the next one, and no more. Leaving the loop ends the run.
 * The frames throw RequestError, with the option at fault in `field`, and the signal's reason.
 */
export function runSimulation(options: RunOptions, context: RunContext = {}): SimulationRun {
  let known: SimulationReport | null = null;
  const tell = (report: SimulationReport) => {
    known = report;
  };
  return {
    [Symbol.asyncIterator]: () => framesOf(options, context, tell),
    report: () => known,
  };
}

async function* framesOf(
  options: RunOptions,
  { signal }: RunContext,
  tell: (report: SimulationReport) => void,
): AsyncGenerator<RunFrame, void> {
  signal?.throwIfAborted();
  const worker = startWorker(signal);
  try {
    for (let pending = worker.ask(options); ; ) {
      const reply = await pending;
      signal?.throwIfAborted();
      if (reply.kind === 'failed') throw new RequestError(reply.failure);
      tell(reply.report);
      if (reply.kind === 'done') return;
      pending = worker.ask('next');
      yield reply.frame;
    }
  } finally {
    worker.end();
  }
}

/** Milliseconds that a worker is given to end its threads before it is ended. */
const TERMINATE_AFTER = 200;

/** A worker that is asked one thing at a time; replies never reject, so that none goes unheard. */
interface Asked {
  ask(question: RunOptions | 'next'): Promise<Reply>;
  end(): void;
}

function startWorker(signal: AbortSignal | undefined): Asked {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let answer: (reply: Reply) => void = () => {};
  const send = (question: Question) => worker.postMessage(question);
  const fail = (detail: string) =>
    answer({ kind: 'failed', failure: { status: 0, title: 'network', detail } });
  const end = () => {
    signal?.removeEventListener('abort', end);
    fail('the run was stopped');
    send('end');
    setTimeout(() => worker.terminate(), TERMINATE_AFTER);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => answer(data));
  worker.addEventListener('error', ({ message }) => fail(message || 'the simulator did not load'));
  signal?.addEventListener('abort', end);
  const ask = (question: Question) =>
    new Promise<Reply>((resolve) => {
      answer = resolve;
      send(question);
    });
  return { ask, end };
}
