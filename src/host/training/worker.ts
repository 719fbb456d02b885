/** A training worker thread: its own tfjs, its own texts, one gradient a step, its own share of the parts. */
import { parentPort, workerData } from 'node:worker_threads';
import { createTensorflowEngine } from '../../engines/tensorflow/engine.ts';
import { createTokenizer } from '../../language/tokenizer.ts';
import { averageGradients, dealtParts, optimise } from '../../language/training/optimiser.ts';
import { fileSource, worldSource } from '../../language/training/sources.ts';
import { wordBoundaries } from '../../language/training/word-boundaries.ts';
import { workerTask } from '../../language/training/worker-task.ts';
import { parseWorld } from '../../language/world/grammar.ts';
import { type FromWorker, floatViews, type Task, type WorkerStart } from './protocol.ts';

const start = workerData as WorkerStart;
const tokenizer = createTokenizer(start.vocabulary);
const vectors = floatViews(start.vectors);
const gradients = start.gradients.map((gradient) => new Float32Array(gradient));
const own = dealtParts(start.layout, gradients.length, start.config.optimiser)[start.worker];
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

function answer(task: Task): FromWorker {
  if ('gradient' in task)
    return { result: runStep(task.gradient, vectors.parameters, gradients[start.worker]) };
  if ('average' in task) return { square: averageGradients(own, gradients) };
  optimise(own, vectors, gradients[0], start.config.optimiser, task.optimise);
  return { optimised: true };
}

parentPort?.on('message', (task: Task) => parentPort?.postMessage(answer(task)));
parentPort?.postMessage({ ready: true });
