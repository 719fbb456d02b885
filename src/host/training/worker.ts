/** A training worker thread: its own tfjs, its own texts, one gradient a step. */
import { parentPort, workerData } from 'node:worker_threads';
import { createTensorflowEngine } from '../../engines/tensorflow/engine.ts';
import { createTokenizer } from '../../language/tokenizer.ts';
import { fileSource, worldSource } from '../../language/training/sources.ts';
import { wordBoundaries } from '../../language/training/word-boundaries.ts';
import { workerTask } from '../../language/training/worker-task.ts';
import { parseWorld } from '../../language/world/grammar.ts';
import type { WorkerStart } from './protocol.ts';

const start = workerData as WorkerStart;
const tokenizer = createTokenizer(start.vocabulary);
const parameters = new Float32Array(start.parameters);
const gradient = new Float32Array(start.gradient);
const sources = start.parts.map((part, i) => ({
  share: part.share,
  source:
    part.kind === 'world'
      ? worldSource(parseWorld(part.files), tokenizer)
      : fileSource(part, start.config.seed, i),
}));

const runStep = workerTask(await createTensorflowEngine(start.kernels), {
  config: start.config,
  layout: start.layout,
  flow: start.flow,
  words: wordBoundaries(tokenizer, start.determiners),
  sources,
  worker: start.worker,
});

parentPort?.on('message', (step: number) => {
  parentPort?.postMessage({ result: runStep(step, parameters, gradient) });
});
parentPort?.postMessage({ ready: true });
