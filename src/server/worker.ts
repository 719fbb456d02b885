/** A worker thread of the server: reads the default model when it starts, others when first asked for, and answers. */
import { workerData } from 'node:worker_threads';
import { fillBlank } from '../language/fill.ts';
import { interventionToJson, runWithCache } from '../language/interventions.ts';
import { depthLimit } from '../limits/depth/depth.ts';
import { modelDepthLimit } from '../limits/depth/model-depth.ts';
import { perturbationLimit } from '../limits/perturbations/perturbations.ts';
import { stackLimit } from '../limits/stack/stack.ts';
import { errorToJson } from '../numerics/errors.ts';
import { checkDepthRun, checkTrace } from './limits.ts';
import { REDUCTIONS } from './reductions.ts';
import type {
  DepthRequest,
  PerturbationsRequest,
  PredictRequest,
  TraceRequest,
} from './requests.ts';
import type { Task, TaskResult, WorkerStart } from './task.ts';
import { workerModels } from './worker-models.ts';

const [, start] = workerData as [unknown, WorkerStart];
const model = workerModels(start);

const predict = ({ text, model: name, ...options }: PredictRequest) =>
  fillBlank(model(name), text, options);

function traceText({ text, model: name, ...options }: TraceRequest): object {
  const chosen = model(name);
  checkTrace(chosen.config, chosen.tokenizer.encodeIds(text).length + 2, options);
  return interventionToJson(runWithCache(chosen, text, options));
}

/** The document with the seconds that it took. */
async function timed(work: () => object | Promise<object>): Promise<string> {
  const begun = performance.now();
  const document = await work();
  return JSON.stringify({ ...document, seconds: (performance.now() - begun) / 1000 });
}

const perturbations = ({ text, model: name, ...options }: PerturbationsRequest) =>
  perturbationLimit(model(name), text, options);

async function depth(request: DepthRequest) {
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
  if (task.kind === 'predict') return timed(() => predict(task.request));
  if (task.kind === 'trace') return timed(() => traceText(task.request));
  if (task.kind === 'depth') return timed(() => depth(task.request));
  if (task.kind === 'stack') return timed(() => stackLimit(task.request));
  if (task.kind === 'perturbations') return timed(() => perturbations(task.request));
  if (task.kind === 'reduce') return timed(() => REDUCTIONS[task.name](task.request as never));
  model();
  return '{}';
}

/** Never throws: a model that cannot be read must not end the thread, which the pool would start again and again. */
export default async function answer(task: Task): Promise<TaskResult> {
  try {
    return { json: await run(task) };
  } catch (error) {
    return { failure: errorToJson(error) };
  }
}
