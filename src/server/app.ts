/** The HTTP API and the page as an Express application. It computes nothing: workers are handed in. */
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { join } from 'node:path';
import compression from 'compression';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { closest } from 'fastest-levenshtein';
import helmet from 'helmet';
import type { z } from 'zod';
import { catalogue } from '../host/catalogue.ts';
import { InputError } from '../numerics/errors.ts';
import { parseOptions } from '../numerics/options.ts';
import { BOUNDS, checkText } from './bounds.ts';
import { fairQueue } from './fair-queue.ts';
import { onlyKnownHosts } from './hosts.ts';
import { shapeFault } from './json-shape.ts';
import { openApi } from './openapi.ts';
import { servedOperations } from './operations.ts';
import type { Workers } from './pool.ts';
import {
  answerErrors,
  EMPTY_BODY,
  notFound,
  onlyMethods,
  problemDetailsOf,
  problemDocument,
  SHAPE_FAULT,
  sendProblemDetails,
} from './problem-details.ts';
import { predictRequest, type SimulateRequest, simulateRequest, traceRequest } from './requests.ts';
import type { Reader, Simulations } from './simulations.ts';
import type { SimulationLine, Task } from './task.ts';
import { departure, inTurns } from './turns.ts';

export interface AppParts {
  readonly workers: Workers;
  readonly simulations: Simulations;
  /** What /api/models answers. */
  readonly models: { readonly default: string; readonly models: readonly { name: string }[] };
  readonly version: string;
  /** Folder of the built page; without one only the API is served. */
  readonly page?: string;
  readonly requestsPerMinute?: number;
  /** The name that the server listens on, and others that it answers for. */
  readonly host?: string;
  readonly allowHosts?: readonly string[];
  /** How many proxies stand before the server, whose word on addresses counts; 0 by default. */
  readonly proxies?: number;
  readonly log?: (error: unknown) => void;
}

/** The application, not yet listening. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', parts.proxies ?? 0);
  app.use(SECURITY, onlyKnownHosts(parts.host ?? 'localhost', parts.allowHosts ?? []));
  app.use(compression());
  app.use('/api', limited(parts.requestsPerMinute ?? BOUNDS.requestsPerMinute), api(parts));
  if (parts.page) app.use(pageFiles(parts.page));
  app.use(notFound);
  app.use(answerErrors(parts.log ?? console.error));
  return app;
}

const SECURITY = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'img-src': ["'self'", 'blob:'],
      'script-src': ["'self'", "'wasm-unsafe-eval'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
      'object-src': ["'none'"],
    },
  },
  // isolated from other origins, the page may share memory with its workers
  crossOriginEmbedderPolicy: { policy: 'require-corp' },
  xFrameOptions: { action: 'deny' },
  // it speaks http; whoever puts TLS before it says how long
  strictTransportSecurity: false,
});

/** The names of files in `assets` hold a hash of what is in them, so they never change; all others are asked for again. */
function pageFiles(folder: string): express.Router {
  const router = express.Router();
  const forever = { immutable: true, maxAge: '1y', index: false, redirect: false };
  router.use('/assets', express.static(join(folder, 'assets'), forever));
  return router.use(express.static(folder));
}

/** Health stays out of it: whoever watches the server is not turned away. */
function limited(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: ({ path }) => path === '/health',
    handler: (_request, response) =>
      sendProblemDetails(response, {
        status: 429,
        detail: `more than ${perMinute} requests in a minute from this address: wait for as long as Retry-After says`,
      }),
  });
}

function api(parts: AppParts): express.Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  const documents = {
    '/health': () => ({ status: 'ok', version: parts.version }),
    '/models': () => parts.models,
    '/catalogue': catalogue,
    '/openapi.json': openApi,
  };
  for (const [path, document] of Object.entries(documents))
    router
      .route(path)
      .get((_request, response) => void response.json(document()))
      .all(onlyMethods('GET', 'HEAD'));
  addWork(router, parts);
  return router.use(notFound);
}

function addWork(router: express.Router, parts: AppParts): void {
  const answer = (path: string, body: RequestHandler, taskOf: (request: Request) => Task) =>
    router
      .route(path)
      .post(onlyJson, body, async (request, response) => {
        const json = await parts.workers.run(taskOf(request), departure(response), request.ip);
        response.type('json').send(json);
      })
      .all(onlyMethods('POST'));
  answer('/predict', readBody, (request) => ({
    kind: 'predict',
    request: checked(predictRequest, request, parts),
  }));
  answer('/trace', readBody, (request) => ({
    kind: 'trace',
    request: checked(traceRequest, request, parts),
  }));
  for (const { group, name, path, body, flowBody } of servedOperations)
    answer(path, flowBody ? readLargeBody : readBody, (request) => ({
      ...({ kind: 'operation', group, name } as const),
      request: checked(flowBody && namesDynamics(request) ? flowBody : body, request, parts),
    }));
  router
    .route('/simulate')
    .post(onlyJson, readLargeBody, (request, response) =>
      streamRun(checked(simulateRequest, request, parts), response, parts),
    )
    .all(onlyMethods('POST'));
}

const namesDynamics = ({ body }: Request) =>
  typeof body === 'object' && body !== null && 'dynamics' in body;

/** A problem before the first line is the answer; after it, it is the last line. */
async function streamRun(
  request: SimulateRequest,
  response: Response,
  { simulations, log = console.error }: AppParts,
): Promise<void> {
  // Compression would hold lines back until it has enough of them.
  response.set('Cache-Control', 'no-store, no-transform').type('application/x-ndjson');
  try {
    await simulations.run(request, readerOf(response));
  } catch (error) {
    if (!response.headersSent) throw error;
    const line: SimulationLine = {
      kind: 'error',
      ...problemDocument(problemDetailsOf(error, log)),
    };
    response.write(`${JSON.stringify(line)}\n`);
  }
  response.end();
}

function readerOf(response: Response): Reader {
  const write = async (line: string) => {
    if (!response.write(line)) await drained(response);
  };
  return { write, gone: departure(response), owner: response.req.ip };
}

/** Whoever takes nothing for so long is not waited for: the run would hold its thread. */
async function drained(response: Response): Promise<void> {
  const leave = () => response.destroy();
  const timer = setTimeout(leave, 1000 * BOUNDS.simulation.unreadSeconds);
  try {
    await once(response, 'drain');
  } finally {
    clearTimeout(timer);
  }
}

const onlyJson: RequestHandler = (request, response, next) => {
  if (/^application\/json\b/i.test(request.get('content-type') ?? '')) return next();
  sendProblemDetails(response, {
    status: 415,
    detail: `the content type is ${request.get('content-type') ?? 'missing'}, expected application/json`,
    headers: { Accept: 'application/json' },
  });
};

const bodyUpTo = (limit: number) =>
  express.json({
    limit,
    // packed, a few kilobytes would be gigabytes
    inflate: false,
    verify: (_request, _response, bytes) => {
      if (!isUtf8(bytes)) throw new Error('not UTF-8');
      // What is not there would be read as {}, and answered with all defaults.
      if (bytes.length === 0) throw Object.assign(new Error('empty'), { type: EMPTY_BODY });
      const fault = shapeFault(bytes.toString(), BOUNDS.body);
      if (fault) throw Object.assign(new Error(fault.kind), { type: SHAPE_FAULT, fault });
    },
  });

const readBody = bodyUpTo(BOUNDS.bodyBytes);
const readLargeBody = inTurns(
  fairQueue(BOUNDS.body.large, BOUNDS.body.waiting, 'for large bodies'),
  bodyUpTo(BOUNDS.simulation.bodyBytes),
);

/** The request's body, checked before it costs a worker anything. Throws InputError or LimitError. */
function checked<S extends z.ZodObject>(schema: S, request: Request, parts: AppParts): z.output<S> {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InputError(
      'body',
      'the body is no JSON object, expected one such as {"text": "Mein Lieblingstier ist __"}',
    );
  const parsed = parseOptions(schema, body);
  const { text, model } = parsed as { text?: string; model?: string };
  if (text !== undefined) checkText(text);
  checkModel(model, parts);
  return parsed;
}

/** A request may name the models that the server lists, and no other folder. */
function checkModel(name: string | undefined, { models }: AppParts): void {
  const names = models.models.map((model) => model.name);
  if (name === undefined || names.includes(name)) return;
  throw new InputError(
    'model',
    `unknown model "${name.slice(0, 100)}": did you mean "${closest(name, names)}"? Installed are ${names.join(', ')}`,
  );
}
