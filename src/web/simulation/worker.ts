/**
 * The worker that a simulation runs in, one worker a run: computes a frame when it is asked for one, and
 * tells errors as data.
 */
import '../no-eval.ts';
import type { SimulationFrame } from '../../flow/frames.ts';
import { openSimulation } from '../../flow/simulate.ts';
import { simulationSettings } from '../../flow/simulation-settings.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import { failureOf } from '../failure.ts';
import { browserEngines } from './engines.ts';
import type { Question, Reply, RunFrame, RunOptions } from './messages.ts';

const ending = new AbortController();
let run: AsyncGenerator<Reply, void> | undefined;

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  if (data === 'end') return end();
  if (data !== 'next') run = repliesOf(data);
  return answer();
});

async function answer(): Promise<void> {
  const next = await run?.next();
  if (next?.value) postMessage(next.value, { transfer: buffersOf(next.value) });
}

/**
 * Lets the engine send its threads home: those that sleep would outlive this worker for seconds. The page
 * ends it soon after; if it closed itself, Chromium could wait for its threads for ever.
 */
async function end(): Promise<void> {
  ending.abort();
  await run?.return();
}

async function* repliesOf(options: RunOptions): AsyncGenerator<Reply, void> {
  try {
    const settings = simulationSettings(options);
    const context = { engines: browserEngines(), signal: ending.signal };
    const simulation = await openSimulation(settings, context);
    for await (const frame of simulation.frames())
      yield { kind: 'frame', frame: ownFrame(frame), report: simulation.report() };
    yield { kind: 'done', report: simulation.report() };
  } catch (error) {
    yield { kind: 'failed', failure: failureOf(error) };
  }
}

/** Copies the arrays: the run compares its next frames with them, and they are about to be handed over. */
function ownFrame({ continuation: _, positions, view, radii, ...rest }: SimulationFrame): RunFrame {
  const copy = (m: Matrix): Matrix => ({ ...m, data: m.data.slice() });
  const arrays = { positions: copy(positions), view: view && copy(view) };
  return { ...rest, ...arrays, radii: radii?.slice() ?? null };
}

function buffersOf(reply: Reply): ArrayBuffer[] {
  if (reply.kind !== 'frame') return [];
  const { positions, view, radii } = reply.frame;
  return [positions.data, view?.data, radii].flatMap((array) =>
    array?.buffer instanceof ArrayBuffer ? [array.buffer] : [],
  );
}
