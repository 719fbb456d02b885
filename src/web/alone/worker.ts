/**
 * Answers the page's questions about texts in the browser, with models that it fetches: what the server's
 * workers do for a page that has a server. Both hand the same options to the same functions of the library.
 */
import '../no-eval.ts';
import { loadModel, parseConfig } from '../../language/checkpoint.ts';
import { fillBlank } from '../../language/fill.ts';
import { interventionToJson, runWithCache } from '../../language/interventions.ts';
import type { LanguageModel } from '../../language/model.ts';
import { predictionToJson } from '../../language/prediction.ts';
import { resultToJson } from '../../numerics/result-json.ts';
import { operationAt } from '../../operations/catalogue.ts';
import { readSubject } from '../../operations/subject.ts';
import { failureOf } from '../failure.ts';
import type { Asked, Body, Told } from './messages.ts';

/** Where the models lie, seen from this script, which is built into assets/. */
const FOLDER = new URL('../models/', location.href);

const ANSWERS: Readonly<Record<string, (body: Body) => Promise<object>>> = {
  'api/models': fetchList,
  'api/predict': async ({ text, model, ...options }) =>
    predictionToJson(fillBlank(await modelNamed(model), text, options)),
  'api/trace': async ({ text, model, ...options }) =>
    interventionToJson(runWithCache(await modelNamed(model), text, options)),
};

/** Whatever operation the path is of. Throws Error for a path that is none's. */
async function operated(path: string, body: Body): Promise<object> {
  const record = await operationAt(path);
  if (!record)
    throw new Error(`nothing answers ${path} here: expected an operation, reload the page`);
  const { subject, options } = await readSubject(record.subject, { ...body }, modelNamed);
  return resultToJson(await record.run(options, {}, subject));
}

addEventListener('message', async ({ data: { path, body } }: MessageEvent<Asked>) => {
  postMessage(await answered(path, body));
});

async function answered(path: string, body: Body): Promise<Told> {
  const begun = performance.now();
  try {
    const document = await (ANSWERS[path]?.(body) ?? operated(path, body));
    return { document: { ...document, seconds: (performance.now() - begun) / 1000 } };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

const models = new Map<string, Promise<LanguageModel>>();

/** Each model is fetched once, '' being the default; one that could not be is asked for anew. */
function modelNamed(name = ''): Promise<LanguageModel> {
  const model = models.get(name) ?? fetchModel(name);
  models.set(name, model);
  model.catch(() => models.delete(name));
  return model;
}

/** What there is, and the name of the default. */
async function fetchList(): Promise<{ readonly default: string }> {
  return (await fetched('models.json')).json();
}

async function fetchModel(given: string): Promise<LanguageModel> {
  const name = given || (await fetchList()).default;
  const config = await (await fetched(`${name}/config.json`)).text();
  const { file } = parseConfig(config).weights;
  const weights = await (await fetched(`${name}/${file}`)).arrayBuffer();
  return loadModel({ config, weights: new Uint8Array(weights) });
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, FOLDER));
  if (!response.ok)
    throw new Error(`models/${path} could not be fetched (${response.status}): reload the page`);
  return response;
}
