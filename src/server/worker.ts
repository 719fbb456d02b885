/** A worker thread of the server: reads the default model when it starts, others when first asked for, and answers. */
import { workerData } from 'node:worker_threads';
import { toFailure } from '../host/failure.ts';
import { fillBlank } from '../language/fill.ts';
import { trace, traceToJson } from '../language/trace.ts';
import { depthLimit } from '../limits/depth/depth.ts';
import { modelDepthLimit } from '../limits/depth/model-depth.ts';
import { checkDepthRun, checkTrace } from './limits.ts';
import type { DepthRequest, PredictRequest, TraceRequest } from './requests.ts';
import type { Task, TaskResult, WorkerStart } from './task.ts';
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

async function depth(request: DepthRequest): Promise<string> {
  const begun = performance.now();
  const limit = await measured(request);
  return JSON.stringify({ ...limit, seconds: (performance.now() - begun) / 1000 });
}

async function measured(request: DepthRequest) {
  if ('dynamics' in request) {
    checkDepthRun(request, request.init?.length ?? request.n, request.d);
    return (await depthLimit(request)).limit;
  }
  const { text, model: name, ...options } = request;
  const chosen = model(name);
  const { dimension } = chosen.config;
  checkDepthRun(options, chosen.tokenizer.encodeIds(text).length + 2, dimension);
  return await modelDepthLimit(chosen, text, options);
}

async function run(task: Task): Promise<string> {
  if (task.kind === 'predict') return predict(task.request);
  if (task.kind === 'trace') return traceText(task.request);
  if (task.kind === 'depth') return await depth(task.request);
  model();
  return '{}';
}

/** Never throws: a model that cannot be read must not end the thread, which the pool would start again and again. */
export default async function answer(task: Task): Promise<TaskResult> {
  try {
    return { json: await run(task) };
  } catch (error) {
    return { failure: toFailure(error) };
  }
}
