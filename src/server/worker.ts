/** A worker thread of the server: reads the default model when it starts, others when first asked for, and answers. */
import { workerData } from 'node:worker_threads';
import { fillBlank } from '../language/fill.ts';
import { interventionToJson, runWithCache } from '../language/interventions.ts';
import { particleCount } from '../language/layout.ts';
import { predictionToJson } from '../language/prediction.ts';
import { errorToJson } from '../numerics/errors.ts';
import { resultToJson } from '../numerics/result-json.ts';
import { loadOperation } from '../operations/catalogue.ts';
import { readSubject } from '../operations/subject.ts';
import { checkTrace } from './bounds.ts';
import type { PredictRequest, TraceRequest } from './requests.ts';
import type { Task, TaskResult, WorkerStart } from './task.ts';
import { workerModels } from './worker-models.ts';

const [, start] = workerData as [unknown, WorkerStart];
const model = workerModels(start);

const predict = ({ text, model: name, ...options }: PredictRequest) =>
  predictionToJson(fillBlank(model(name), text, options));

function traceText({ text, model: name, ...options }: TraceRequest): object {
  const chosen = model(name);
  checkTrace(chosen.sizes, particleCount(chosen, text, options.coupling), options);
  return interventionToJson(runWithCache(chosen, text, options));
}

/** The document with the seconds that it took. */
async function timed(work: () => object | Promise<object>): Promise<string> {
  const begun = performance.now();
  const document = await work();
  return JSON.stringify({ ...document, seconds: (performance.now() - begun) / 1000 });
}

async function operate({ group, name, request }: Task & { kind: 'operation' }): Promise<object> {
  const record = await loadOperation(group, name);
  const { subject, options } = await readSubject(record.subject, request, model);
  record.admit?.(options, subject);
  return resultToJson(await record.run(options, {}, subject));
}

async function run(task: Task): Promise<string> {
  if (task.kind === 'predict') return timed(() => predict(task.request));
  if (task.kind === 'trace') return timed(() => traceText(task.request));
  if (task.kind === 'operation') return timed(() => operate(task));
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
