/** What a simulation thread does: runs it, and hands on one line of JSON after the other. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { openSimulation } from '../flow/simulate.ts';
import { frameToJson } from '../flow/simulation.ts';
import {
  askedSize,
  type SimulationOptions,
  settingsRecord,
  simulationSettings,
} from '../flow/simulation-settings.ts';
import { madeBy } from '../host/package.ts';
import { asFlow } from '../language/model.ts';
import { asksModel } from '../language/options.ts';
import { modelOptions } from '../language/particles.ts';
import { errorToJson } from '../numerics/errors.ts';
import { checkParticles, checkRun } from './bounds.ts';
import type { SimulateRequest } from './requests.ts';
import type {
  SimulationLine,
  SimulationTask,
  SimulationWord,
  TaskResult,
  WorkerStart,
} from './task.ts';
import { workerModels } from './worker-models.ts';

const [, start] = workerData as [unknown, WorkerStart];
const model = workerModels(start);

/** Throws InputError for what does not fit, LimitError for what is too much for a server. */
function readRequest({ text, model: name, coupling, ...options }: SimulateRequest) {
  const { dynamics } = options;
  const { n, d } = askedSize(options);
  checkParticles(n, d);
  const fromModel = asksModel({ text, dynamics, model: name, coupling })
    ? modelOptions(asFlow(model(name), 'a simulation'), { text, dynamics, coupling })
    : {};
  const all: SimulationOptions = { ...options, ...fromModel };
  const settings = simulationSettings(all);
  checkRun(settings);
  return settings;
}

/** Lines through a port, each only when the one before has been taken. `signal` aborts when nobody reads any more. */
function linePort(port: MessagePort) {
  const stop = new AbortController();
  let free = Promise.resolve();
  let release = () => {};
  port.on('message', (word: SimulationWord) => {
    if (word === 'stop') stop.abort();
    release();
  });
  const send = async (line: SimulationLine) => {
    await free;
    stop.signal.throwIfAborted();
    free = new Promise((resolve) => {
      release = resolve;
    });
    port.postMessage(`${JSON.stringify(line)}\n`);
  };
  /** Resolves when the last line has been taken, or nobody reads any more. */
  const drained = () => free;
  return { signal: stop.signal, send, drained };
}

async function run(request: SimulateRequest, { signal, send }: ReturnType<typeof linePort>) {
  const settings = readRequest(request);
  const begun = performance.now();
  const simulation = await openSimulation(settings, { signal });
  const { engine } = simulation.report();
  const record = settingsRecord(settings);
  await send({ kind: 'begin', ...madeBy(), settings: record, engine });
  for await (const frame of simulation.frames())
    await send({ kind: 'frame', ...frameToJson(frame) });
  const seconds = (performance.now() - begun) / 1000;
  await send({ kind: 'end', ...simulation.report(), seconds });
}

/** Never throws: see worker.ts. All lines have been taken when it answers. */
export default async function answer({ request, port }: SimulationTask): Promise<TaskResult> {
  const lines = linePort(port);
  try {
    await run(request, lines);
    return { json: '{}' };
  } catch (error) {
    return { failure: errorToJson(error) };
  } finally {
    await lines.drained();
  }
}
