/** A worker thread of the server: reads the default model when it starts, others when first asked for, and answers. */
import { workerData } from 'node:worker_threads';
import { fillBlank } from '../language/fill.ts';
import { trace, traceToJson } from '../language/trace.ts';
import { checkTrace } from './limits.ts';
import type { PredictRequest, TraceRequest } from './requests.ts';
import { type Task, type TaskResult, toFailure, type WorkerStart } from './task.ts';
import { workerModels } from './worker-models.ts';

const [, start] = workerData as [unknown, WorkerStart];
const model = workerModels(start);

function predict({ text, model: name, ...options }: PredictRequest): string {
  const chosen = model(name);
  const begun = performance.now();
  const prediction = fillBlank(chosen, text, options);
  return JSON.stringify({ ...prediction, seconds: (performance.now() - begun) / 1000 });
}

function traceText({ text, model: name, ...options }: TraceRequest): string {
  const chosen = model(name);
  checkTrace(chosen.config, chosen.tokenizer.encodeIds(text).length + 2, options);
  const begun = performance.now();
  const result = trace(chosen, text, options);
  const seconds = (performance.now() - begun) / 1000;
  return JSON.stringify({ ...traceToJson(result), seconds });
}

function run(task: Task): string {
  if (task.kind === 'predict') return predict(task.request);
  if (task.kind === 'trace') return traceText(task.request);
  model();
  return '{}';
}

/** Never throws: a model that cannot be read must not end the thread, which the pool would start again and again. */
export default function answer(task: Task): TaskResult {
  try {
    return { json: run(task) };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}
